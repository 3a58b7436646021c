// The members of the conversation, and a record of what was said and who was to receive it.
import assert from 'node:assert/strict'
import { Account } from '../lib/account.mjs'
import { Device } from '../lib/device.mjs'
import { Member } from '../lib/member.mjs'

export class World {
  /**
   * `report` gets one line of the transcript for each step: { who, what, epoch, seq, bytes, ms, calls }, with the calls
   * of that device. `suite` is one of mls/client.mjs. `suffix` makes the handles of two stories in one network
   * different. Handshakes are in the clear, as the client library makes them; core-crypto refuses a mixture.
   */
  constructor(network, { suite, suffix = '', report = () => {} }) {
    this.network = network
    this.suite = suite
    this.convoId = undefined // until the conversation exists
    this.metadata = { name: 'Tea', description: 'Where and when, with milk or without' }
    this.preview = { name: 'Kettles', description: 'For owners of copper and enamel' }
    this.devices = []
    this.#suffix = suffix
    this.#report = report
  }

  #suffix; #report
  #said = [] // { by, text, listeners }
  #seq = 0 // of the last message that a step has stored

  async account(name, pds) {
    const account = await Account.create({ name, handle: name + this.#suffix, pds, serviceDid: this.network.mlsd.did })
    return Object.assign(account, { calls: [] })
  }

  signUp(name, pds) {
    return this.step({ name }, ({ handle, did }) => `is ${handle}, ${did}`, () => this.account(name, pds))
  }

  /** A device that runs the client library, which publishes `keyPackages` key packages and one of last resort. */
  async member(account, { keyPackages = 4, ...options } = {}) {
    const start = performance.now()
    const member = await Member.open(account, { suite: this.suite, keyPackages, transports: ['sse'], ...options })
    const ms = performance.now() - start
    this.devices.push(member)
    const { sent } = member.last.publishKeyPackages
    this.line(member, `opens the app, which publishes ${keyPackages} key packages and a last resort`, { bytes: sent, ms })
    return member
  }

  /** A device with core-crypto, which calls each method itself. */
  async stranger(account) {
    const device = await Device.open(account, { implementation: 'core-crypto', suite: this.suite })
    device.calls = account.calls
    account.onCall = (call) => { account.calls.push(call) }
    this.devices.push(device)
    return device
  }

  /** One line of the transcript, with the calls that `who` has made since its last one. */
  line(who, what, numbers = {}) {
    this.#report({ who: who.name, what, ...numbers, calls: who.calls?.splice(0) ?? [] })
  }

  /** Performs a step and reports it. `what` is the description, or a function that makes it from the result. */
  async step(who, what, work) {
    const start = performance.now()
    const result = await work()
    const ms = performance.now() - start
    const { newEpoch, epoch = newEpoch, seq = 0, bytes } = result ?? {}
    this.#seq = Math.max(this.#seq, seq)
    this.line(who, typeof what === 'function' ? what(result) : what, { epoch, seq, bytes, ms })
    return result
  }

  /** Calls that `who` has made until now belong to no line of the transcript. */
  forgetCalls(...devices) {
    for (const { calls } of devices) calls.splice(0)
  }

  /** A device of the library has joined by its Welcome, as it does by itself. */
  joins(member) {
    return this.step(member, 'joins by the Welcome', async () => {
      await member.joins(this.convoId)
      await member.until('the confirmation', () => member.last.confirmWelcome)
      const { answer } = member.last.getWelcome
      return { epoch: answer.epoch, bytes: Buffer.from(answer.welcome, 'base64').length }
    })
  }

  /** A device of the library joins by an external commit: as `join` does it. */
  entersBy(member, words, join) {
    return this.step(member, words, async () => {
      await join()
      const { request, answer } = member.last.joinConvo
      return { ...answer, bytes: Buffer.from(request.externalCommit.$bytes, 'base64').length }
    })
  }

  /** `by` sends a message, and each listener receives, decrypts and compares it. */
  async say(by, content, listeners, convoId = this.convoId) {
    const text = content.text ?? content
    const line = { by, text, listeners }
    this.#said.push(line)
    const sent = await this.step(by, `says “${text}”`, () => by.say(convoId, content))
    for (const listener of listeners) await this.#receive(listener, line)
    return sent
  }

  /** `by` sends a message that listeners receive later, when `hears` is called. */
  async sayAhead(by, text, listeners, convoId) {
    this.#said.push({ by, text, listeners })
    await this.step(by, `says “${text}”`, () => by.say(convoId, text))
  }

  /** A device of the library receives what was meant for it, and nothing else. */
  async hears(member) {
    const expected = this.#expected(member)
    await member.receives(expected.length)
    assert.deepEqual(member.heard, expected)
  }

  /** A device follows events in one of the ways of ../lib/member.mjs. */
  listen(member, way, words) {
    return this.step(member, `listens: ${words}`, async () => {
      await member.reopen(way)
      await member.follows()
    })
  }

  /** `by` sends a message to devices that have a stream. Each reports how long after the start it received the message. */
  async sayLive(by, text, listeners, ...later) {
    this.#said.push({ by, text, listeners: [...listeners, ...later] })
    this.forgetCalls(...listeners)
    const start = performance.now()
    const receiving = listeners.map(async (listener) => {
      await listener.until(text, () => listener.heard.at(-1) === text)
      return { who: listener, ms: performance.now() - start }
    })
    await this.step(by, `says “${text}”`, () => by.say(this.convoId, text))
    for (const { who, ms } of (await Promise.all(receiving)).sort((a, b) => a.ms - b.ms)) this.line(who, 'receives it', { ms })
  }

  async #receive(listener, { by, text }) {
    const expected = this.#expected(listener)
    if (listener instanceof Device) await listener.sync(this.convoId)
    else await listener.receives(expected.length)
    assert.deepEqual(listener.heard, expected, `${listener.name} receives the message of ${by.name}`)
    assert.equal(listener.heard.at(-1), text)
  }

  #expected(device) {
    return this.#said.filter(({ listeners }) => listeners.includes(device)).map(({ text }) => text)
  }

  /** Devices process everything that a step has stored, which must contain no application message. */
  async catchUp(...devices) {
    for (const device of devices) {
      if (device instanceof Device) assert.deepEqual(await device.sync(this.convoId), [])
      else await device.passes(this.convoId, this.#seq)
      assert.deepEqual(device.heard, this.#expected(device))
    }
    this.forgetCalls(...devices)
  }

  convo(device) {
    return device.account.query('getConvo', { convoId: this.convoId })
  }

  /**
   * Checks that every device has received exactly the messages that were meant for it, in order. Returns their number.
   */
  verifyPlaintexts() {
    let compared = 0
    for (const device of this.devices) {
      const expected = this.#expected(device)
      assert.deepEqual(device.heard, expected, `what ${device.name} received`)
      compared += expected.length
    }
    return compared
  }

  /** Texts that must not be found anywhere at the service. */
  get plaintexts() {
    return this.#said.map(({ text }) => text)
  }

  async close() {
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
