// The output of the demo: one line for each step, with its numbers on the right.
import { styleText } from 'node:util'

const WHAT = 66

export class Transcript {
  #out; #verbose; #chapter = 0; #steps = 0; #previous

  constructor(out, { verbose = false } = {}) {
    this.#out = out
    this.#verbose = verbose
  }

  opening({ plc, pdses, mlsd }, ms) {
    this.#print(styleText('bold', 'A conversation through two real PDSes, end-to-end encrypted'))
    for (const pds of pdses) this.#print(`  PDS for *${pds.domain.padEnd(14)} ${pds.url}`)
    this.#print(`  PLC directory          ${plc.url}`)
    this.#print(`  delivery service       ${mlsd.did}   (all started in ${duration(ms)})`)
    const [who, what] = ['', ''.padEnd(WHAT)]
    const titles = { epoch: 'epoch', seq: 'seq', size: 'bytes', time: 'time', methods: ['blue.catbird.mls.…'] }
    this.#print('\n' + styleText('dim', row(who, what, titles)))
  }

  chapter(title) {
    this.#chapter++
    this.#previous = undefined
    this.#print('\n' + styleText(['bold', 'cyan'], `${String(this.#chapter).padStart(2)}  ${title}`))
  }

  line({ who, what, epoch, seq, bytes, ms, calls }) {
    this.#steps++
    const name = who === this.#previous ? '' : who
    this.#previous = who
    const first = what.length > WHAT ? what.slice(0, what.lastIndexOf(' ', WHAT)) : what
    const size = bytes?.toLocaleString('en-US')
    const methods = [...new Set(calls.map(({ method }) => method))]
    const time = ms === undefined ? undefined : duration(ms)
    this.#print(row(name, first, { epoch, seq: seq || undefined, size, time, methods }))
    if (first !== what) this.#print(row('', what.slice(first.length + 1), {}))
    if (this.#verbose) for (const call of calls) this.#details(call)
  }

  ending(ms) {
    this.#print('\n' + styleText('bold', `${this.#chapter} chapters, ${this.#steps} deeds, ${duration(ms)}. Everything is stopped, nothing is left.`))
  }

  #details({ method, request, answer, error }) {
    const result = error ? `${error.httpStatus} ${JSON.stringify({ error: error.error, message: error.message })}` : json(answer)
    this.#print(styleText('dim', `        → ${method} ${json(request)}`))
    if (answer || error) this.#print(styleText('dim', `        ← ${result}`))
  }

  #print(text) {
    this.#out.write(text.trimEnd() + '\n')
  }
}

/** JSON in which long base64 and bytes are only counted. */
function json(value) {
  if (value instanceof Uint8Array) return `${value.length} bytes`
  return JSON.stringify(value, (_, part) => {
    if (part instanceof Uint8Array) return `${part.length} bytes`
    if (part?.type === 'Buffer') return `${part.data.length} bytes`
    return typeof part === 'string' && part.length > 64 && /^[A-Za-z0-9+/=_-]+$/.test(part) ? `${part.slice(0, 16)}… (${part.length})` : part
  }) ?? ''
}

function row(who, what, { epoch = '', seq = '', size = '', time = '', methods = [] }) {
  const name = styleText('yellow', who.padEnd(12))
  const numbers = [String(epoch).padStart(5), String(seq).padStart(4), String(size).padStart(9), String(time).padStart(8)]
  return `    ${name}${what.padEnd(WHAT)} ${styleText('dim', [...numbers, ' ' + methods.join(', ')].join(' '))}`
}

const duration = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)
