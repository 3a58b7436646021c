// The model: six devices of three accounts in one conversation. Devices are killed, connections cut, the service is
// restarted. In the end every device has the same messages, each once and in the order of their numbers; every
// acknowledged text is among them; what one device sent is in its order; all are in one epoch.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const START_LIMIT_MS = 300_000
const SETTLE_LIMIT_MS = 400_000
/** What the applications take for a message, in milliseconds: some are behind their device's state. */
const READ_MS = [0, 5, 30, 200]
/** The text of the message that is sent when all devices have settled. */
const LAST = 'the end'
const TRANSPORTS = [undefined, ['websocket', 'sse', 'poll'], ['sse'], ['poll'], ['websocket'], ['sse', 'poll']]

/** mulberry32: the same numbers for the same seed. */
function random(seed) {
  return () => {
    seed = seed + 0x6d2b79f5 | 0
    let t = Math.imul(seed ^ seed >>> 15, 1 | seed)
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t
    return ((t ^ t >>> 14) >>> 0) / 4294967296
  }
}

class Member {
  #child
  #calls = new Map()
  #nextCall = 0

  constructor(name, options) {
    this.name = name
    this.options = options
    this.sent = 0
    this.kills = 0
  }

  get alive() {
    return this.#child !== undefined
  }

  async start() {
    const child = fork(join(import.meta.dirname, 'member.mjs'), [JSON.stringify(this.options)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#child = child
    const ready = new Promise((resolve, reject) => {
      child.on('message', ({ id, ready, answer, error }) => {
        if (ready) return resolve()
        const call = this.#calls.get(id)
        this.#calls.delete(id)
        if (error) call?.reject(new Error(`${this.name}: ${error}`))
        else call?.resolve(answer)
      })
      child.once('exit', (code, signal) => {
        if (this.#child === child) this.#child = undefined
        for (const call of this.#calls.values()) call.reject(new Error(`${this.name} was killed`))
        this.#calls.clear()
        reject(new Error(`${this.name} ended with ${signal ?? code}`))
      })
      setTimeout(reject, START_LIMIT_MS, new Error(`${this.name} was not ready in time`)).unref()
    })
    await ready
  }

  call(action, args = {}) {
    const id = this.#nextCall++
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject })
      this.#child.send({ id, do: action, ...args }, (error) => { if (error) reject(error) })
    })
  }

  kill() {
    this.kills++
    const child = this.#child
    this.#child = undefined
    child.kill('SIGKILL')
    return new Promise((done) => (child.exitCode ?? child.signalCode) === null ? child.once('exit', done) : done())
  }

  /** The lines of its log that are whole. */
  async log() {
    const text = await readFile(this.options.log, 'utf8').catch(() => '')
    return text.split('\n').slice(0, -1).map((line) => JSON.parse(line))
  }
}

/** Runs one seed for `seconds`. Returns what happened, in numbers. Throws with the seed if a property does not hold. */
export async function runModel({ world, seed, seconds, report = () => {} }) {
  const dir = await mkdtemp(join(tmpdir(), 'mls-model-'))
  const rnd = random(seed)
  const members = []
  try {
    for (let i = 0; i < 6; i++) {
      const who = `p${seed}x${i % 3}`
      const agent = await world.agent(who)
      members.push(new Member(`${who}/${Math.floor(i / 3)}`, {
        did: agent.assertDid, jwt: agent.session.accessJwt, pds: world.network.pdses[0].url, service: world.service,
        dir: join(dir, `device${i}`), log: join(dir, `log${i}`), transports: TRANSPORTS[(i + seed) % TRANSPORTS.length],
        readMs: READ_MS[(i + seed) % READ_MS.length],
      }))
    }
    await Promise.all(members.map((member) => member.start()))
    const dids = [...new Set(members.map(({ options }) => options.did))]
    const { convoId } = await members[0].call('create', { dids })
    for (const member of members) {
      member.options.convoId = convoId
      await member.call('join', { convoId })
    }
    await settle(members, () => true)
    const counts = await disturb({ members, rnd, seconds, world })
    await Promise.all(members.filter(({ alive }) => !alive).map((member) => member.start()))
    report('settles')
    await settle(members, sameState)
    counts.messages = await check(members, convoId)
    return counts
  } catch (error) {
    for (const member of members) report(`${member.name}: ${(await member.log()).filter(({ event }) => event).slice(-8).map(({ event }) => JSON.stringify(event)).join('\n  ')}`)
    error.message = `seed ${seed} (MODEL_FIRST=${seed} MODEL_SEEDS=1 MODEL_SECONDS=${seconds} repeats it): ${error.message}`
    throw error
  } finally {
    await Promise.all(members.filter(({ alive }) => alive).map((member) => member.kill()))
    await rm(dir, { recursive: true, force: true })
  }
}

/**
 * Random deeds until the time is over. Failures of calls are expected: their devices are killed meanwhile. The numbers of
 * a deed are drawn whether it is done or not, so that a seed plans the same deeds however fast the devices are.
 */
async function disturb({ members, rnd, seconds, world }) {
  const counts = { sends: 0, updates: 0, kills: 0, cuts: 0, restarts: 0 }
  const running = []
  const ignore = (call) => { running.push(call.catch(() => {})) }
  let restarted = false
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    const [who, dice, absence, wait] = [rnd(), rnd(), rnd(), rnd()]
    await sleep(50 + wait * 250)
    const member = members[Math.floor(who * members.length)]
    if (!member.alive) continue
    if (dice < 0.62) {
      counts.sends++
      ignore(member.call('send', { text: `${member.name} ${++member.sent}` }))
    } else if (dice < 0.72) {
      counts.updates++
      ignore(member.call('update'))
    } else if (dice < 0.82) {
      counts.kills++
      await member.kill()
      running.push(sleep(absence * 2000).then(() => member.start()).catch(() => {}))
    } else if (dice < 0.95) {
      counts.cuts++
      ignore(member.call('cut'))
    } else if (!restarted) {
      restarted = true
      counts.restarts++
      ignore(world.network.mlsd.restart().finally(() => { restarted = false }))
    }
  }
  // Starts and restarts have an end of their own; calls of devices that were killed have failed.
  await Promise.race([Promise.all(running), sleep(60_000)])
  return counts
}

/** Waits until all devices are in the group, have sent everything, and `holds` for their states. */
async function settle(members, holds) {
  let states
  for (const deadline = Date.now() + SETTLE_LIMIT_MS; Date.now() < deadline; await sleep(200)) {
    states = await Promise.all(members.map((member) => member.call('status').catch(({ message }) => ({ message }))))
    if (states.every(({ status, unsent }) => status === 'joined' && unsent === 0) && holds(states)) return
  }
  throw new Error(`the devices did not settle: ${JSON.stringify(states)}`)
}

const sameState = (states) => states.every(({ epoch, seq }) => epoch === states[0].epoch && seq === states[0].seq)

/**
 * The loops that write the logs are behind the state, each by its own time. A last message comes after all others, so a
 * log that has it is whole.
 */
async function logsAreWhole(members, convoId) {
  await members[0].call('send', { text: LAST })
  const deadline = Date.now() + SETTLE_LIMIT_MS
  for (;;) {
    const logs = await Promise.all(members.map((member) => member.log()))
    const behind = members.filter((_, i) => !logs[i].some((line) => line.convoId === convoId && line.text === LAST))
    if (behind.length === 0) return
    if (Date.now() > deadline) throw new Error(`the last message did not reach ${behind.map(({ name }) => name).join(', ')}`)
    await sleep(200)
  }
}

/** Compares the logs. Returns the number of messages. */
async function check(members, convoId) {
  await logsAreWhole(members, convoId)
  const acked = []
  const received = []
  for (const member of members) {
    const lines = await member.log()
    const lost = lines.filter(({ event }) => ['rejoined', 'undecryptable', 'unsent'].includes(event?.type))
    assert.deepEqual(lost, [], `${member.name} could not follow`)
    acked.push(...lines.filter((line) => line.acked).map((line) => line.acked))
    const messages = lines.filter((line) => line.convoId === convoId && line.seq)
    received.push(withoutRepeats(messages, member))
  }
  for (const [i, list] of received.entries()) {
    assert.deepEqual(list.map(({ seq, text }) => [seq, text]), received[0].map(({ seq, text }) => [seq, text]), `${members[i].name} and ${members[0].name}`)
  }
  const texts = received[0].map(({ text }) => text)
  assert.equal(new Set(texts).size, texts.length, 'a text arrived twice')
  for (const text of acked) assert.ok(texts.includes(text), `${text} was acknowledged and is lost`)
  for (const member of members) {
    const numbers = texts.filter((text) => text.startsWith(`${member.name} `)).map((text) => Number(text.split(' ')[1]))
    assert.deepEqual(numbers, [...numbers].sort((a, b) => a - b), `the order of ${member.name}`)
  }
  assert.ok(texts.length > 1, 'nothing was sent')
  return texts.length
}

/** After a kill the last message may be given again, with the same number and text. */
function withoutRepeats(messages, member) {
  let repeats = 0
  const once = messages.filter((message, i) => {
    const last = messages[i - 1]
    if (!last || message.seq > last.seq) return true
    assert.deepEqual([message.seq, message.text], [last.seq, last.text], `${member.name}: out of order`)
    repeats++
    return false
  })
  assert.ok(repeats <= member.kills, `${member.name}: ${repeats} repeats after ${member.kills} kills`)
  return once
}
