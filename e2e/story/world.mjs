// The members of the conversation, and a record of what was said and who was to receive it.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { Account } from '../lib/account.mjs'
import { Device } from '../lib/device.mjs'
import { Follower } from '../lib/follower.mjs'
import { ways } from '../lib/streams.mjs'

export class World {
  /**
   * `report` gets one line of the transcript for each step: { who, what, epoch, seq, bytes, ms, calls }, with the calls
   * of the accounts that belong to it. `suite` and `handshakes` are those of mls/client.mjs. `suffix` makes the handles
   * of two stories in one network different.
   */
  constructor(network, { suite, handshakes, suffix = '', report = () => {} }) {
    this.network = network
    this.options = { suite, handshakes }
    this.suite = suite
    this.convoId = randomBytes(16).toString('hex')
    this.report = (line) => report({ ...line, calls: this.#calls.splice(0) })
    this.devices = []
    this.#suffix = suffix
  }

  #suffix
  #calls = [] // since the last line, or since the step began
  #said = [] // { by, text, listeners }
  #followers = []

  async account(name, pds) {
    const account = await Account.create({ name, handle: name + this.#suffix, pds, serviceDid: this.network.mlsd.did })
    // A call that waits for news belongs to no step.
    account.onCall = (call) => { if (!call.request?.waitMs) this.#calls.push(call) }
    return account
  }

  async device(account, implementation, label) {
    const device = await Device.open(account, { implementation, label, ...this.options })
    this.devices.push(device)
    return device
  }

  /** Performs a step and reports it. `what` is the description, or a function that makes it from the result. */
  async step(who, what, work) {
    this.begin()
    const start = performance.now()
    const result = await work()
    const ms = performance.now() - start
    const { newEpoch, epoch = newEpoch, seq, bytes } = result ?? {}
    this.report({ who: who.name, what: typeof what === 'function' ? what(result) : what, epoch, seq, bytes, ms })
    return result
  }

  /** Calls made until now, such as those that check a result, belong to no line of the transcript. */
  begin() {
    this.#calls = []
  }

  /** A device joins with its Welcome. */
  join(device) {
    return this.step(device, 'joins by the Welcome', async () => {
      const joined = await device.join(this.convoId)
      return { ...joined, bytes: Buffer.from(joined.welcome, 'base64').length }
    })
  }

  /** `by` sends a message, and each listener fetches, decrypts and compares it. */
  async say(by, text, listeners, attachment) {
    const line = { by, text, listeners }
    this.#said.push(line)
    const sent = await this.step(by, `says “${text}”`, () => by.say(this.convoId, text, attachment))
    for (const listener of listeners) await this.#receive(listener, line)
    this.begin()
    return sent
  }

  /** A device follows the events in one of the ways of ../lib/streams.mjs. */
  listen(device, way, words) {
    return this.step(device, `listens: ${words}`, async () => {
      const follower = await Follower.resume(device, ways[way], this.network.mlsd.url)
      this.#followers.push(follower)
    })
  }

  /**
   * `by` sends a message to devices that have a stream. Each reports how long after the start it received the message.
   * The devices in `later` fetch it themselves.
   */
  async sayLive(by, text, listeners, ...later) {
    this.#said.push({ by, text, listeners: [...listeners, ...later] })
    const start = performance.now()
    const receiving = listeners.map(async (listener) => {
      await listener.follower.until(text, () => listener.received.at(-1)?.text === text)
      return { who: listener.name, what: 'receives it', ms: performance.now() - start }
    })
    await this.step(by, `says “${text}”`, () => by.say(this.convoId, text))
    for (const line of (await Promise.all(receiving)).sort((a, b) => a.ms - b.ms)) this.report(line)
  }

  /** Closes all streams. */
  async stopListening() {
    for (const follower of this.#followers.splice(0)) await follower.stop()
  }

  async #receive(listener, { by, text }) {
    const news = await listener.sync(this.convoId)
    assert.deepEqual(news.map((message) => message.text), [text], `${listener.name} receives the message of ${by.name}`)
  }

  /** Devices fetch and process what is new, which must contain no application message. */
  async catchUp(...devices) {
    for (const device of devices) assert.deepEqual(await device.sync(this.convoId), [])
    this.begin()
  }

  async convo(device) {
    const { conversations } = await device.account.query('getConvos', {})
    return conversations.find(({ id }) => id === this.convoId)
  }

  /**
   * Checks that every device has received exactly the messages that were meant for it, in order. Returns their number.
   */
  verifyPlaintexts() {
    let compared = 0
    for (const device of this.devices) {
      const expected = this.#said.filter(({ listeners }) => listeners.includes(device)).map(({ text }) => text)
      assert.deepEqual(device.received.map(({ text }) => text), expected, `what ${device.name} received`)
      compared += expected.length
    }
    return compared
  }

  /** Texts that must not be found anywhere at the service. */
  get plaintexts() {
    return this.#said.map(({ text }) => text)
  }

  async close() {
    await this.stopListening()
    for (const device of this.devices) await device.close()
  }
}

/** Checks that a call is refused with the error name and the HTTP status. */
export async function refused(call, name, status) {
  await assert.rejects(call, (error) => {
    assert.deepEqual([error.error, error.httpStatus], [name, status], error.message)
    assert.ok(error.message.length > 0)
    return true
  })
}
