// The output of the demo: one line for each step, with its numbers on the right.
import { styleText } from 'node:util'

const WHAT = 66

export class Transcript {
  #out; #chapter = 0; #steps = 0; #previous

  constructor(out) {
    this.#out = out
  }

  opening({ plc, pdses, mlsd }, ms) {
    this.#print(styleText('bold', 'A conversation through two real PDSes, end-to-end encrypted'))
    for (const pds of pdses) this.#print(`  PDS for *${pds.domain.padEnd(14)} ${pds.url}`)
    this.#print(`  PLC directory          ${plc.url}`)
    this.#print(`  delivery service       ${mlsd.did}   (all started in ${duration(ms)})`)
    const [who, what] = ['', ''.padEnd(WHAT)]
    this.#print('\n' + styleText('dim', row(who, what, { epoch: 'epoch', seq: 'seq', size: 'bytes', time: 'time' })))
  }

  chapter(title) {
    this.#chapter++
    this.#previous = undefined
    this.#print('\n' + styleText(['bold', 'cyan'], `${String(this.#chapter).padStart(2)}  ${title}`))
  }

  line({ who, what, epoch, seq, bytes, ms }) {
    this.#steps++
    const name = who === this.#previous ? '' : who
    this.#previous = who
    const first = what.length > WHAT ? what.slice(0, what.lastIndexOf(' ', WHAT)) : what
    const size = bytes?.toLocaleString('en-US')
    this.#print(row(name, first, { epoch, seq: seq || undefined, size, time: ms === undefined ? undefined : duration(ms) }))
    if (first !== what) this.#print(row('', what.slice(first.length + 1), {}))
  }

  ending(ms) {
    this.#print('\n' + styleText('bold', `${this.#chapter} chapters, ${this.#steps} deeds, ${duration(ms)}. Everything is stopped, nothing is left.`))
  }

  #print(text) {
    this.#out.write(text.trimEnd() + '\n')
  }
}

function row(who, what, { epoch = '', seq = '', size = '', time = '' }) {
  const name = styleText('yellow', who.padEnd(12))
  const numbers = [String(epoch).padStart(5), String(seq).padStart(4), String(size).padStart(9), String(time).padStart(8)]
  return `    ${name}${what.padEnd(WHAT)} ${styleText('dim', numbers.join(' '))}`
}

const duration = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)
