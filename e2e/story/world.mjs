// The people of the conversation, what was said and who was there to hear it.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { Account } from '../lib/account.mjs'
import { Device } from '../lib/device.mjs'
import { Follower } from '../lib/follower.mjs'
import { ways } from '../lib/streams.mjs'

export class World {
  /**
   * `tell` receives a line of the transcript for each deed: { who, what, epoch, seq, bytes, ms }.
   * `suite` and `handshakes` are those of mls/client.mjs. `suffix` keeps the handles of two stories in one
   * network apart.
   */
  constructor(network, { suite, handshakes, suffix = '', tell = () => {} }) {
    this.network = network
    this.options = { suite, handshakes }
    this.suite = suite
    this.convoId = randomBytes(16).toString('hex')
    this.metadata = { name: 'Tea', description: 'Where and when, with milk or without' }
    this.tell = tell
    this.devices = []
    this.#suffix = suffix
  }

  #suffix
  #said = [] // { by, text, listeners }
  #followers = []

  async account(name, pds) {
    return Account.create({ name, handle: name + this.#suffix, pds, serviceDid: this.network.mlsd.did })
  }

  async device(account, implementation, label) {
    const device = await Device.open(account, { implementation, label, ...this.options })
    this.devices.push(device)
    return device
  }

  /** Does a deed and tells of it: `what` describes the result, or is the description. */
  async deed(who, what, work) {
    const start = performance.now()
    const result = await work()
    const ms = performance.now() - start
    const { newEpoch, epoch = newEpoch, seq, bytes } = result ?? {}
    this.tell({ who: who.name, what: typeof what === 'function' ? what(result) : what, epoch, seq, bytes, ms })
    return result
  }

  /** A device joins by the Welcome that waits for it. */
  join(device) {
    return this.deed(device, 'joins by the Welcome', async () => {
      const joined = await device.join(this.convoId)
      return { ...joined, bytes: Buffer.from(joined.welcome, 'base64').length }
    })
  }

  /** `by` says something, and each listener fetches, decrypts and compares it. */
  async say(by, text, listeners, attachment) {
    const line = { by, text, listeners }
    this.#said.push(line)
    const sent = await this.deed(by, `says “${text}”`, () => by.say(this.convoId, text, attachment))
    for (const listener of listeners) await this.#hear(listener, line)
    return sent
  }

  /** A device follows what happens by one of the ways of ../lib/streams.mjs. */
  listen(device, way, words) {
    return this.deed(device, `listens: ${words}`, async () => {
      const follower = await Follower.resume(device, ways[way], this.network.mlsd.url)
      this.#followers.push(follower)
    })
  }

  /**
   * `by` says something to devices that listen; each tells how long after the beginning of it. `later` fetch it for
   * themselves.
   */
  async sayLive(by, text, listeners, ...later) {
    this.#said.push({ by, text, listeners: [...listeners, ...later] })
    const start = performance.now()
    const hearing = listeners.map(async (listener) => {
      await listener.follower.until(text, () => listener.heard.at(-1)?.text === text)
      return { who: listener.name, what: 'hears it', ms: performance.now() - start }
    })
    await this.deed(by, `says “${text}”`, () => by.say(this.convoId, text))
    for (const line of (await Promise.all(hearing)).sort((a, b) => a.ms - b.ms)) this.tell(line)
  }

  /** Nobody listens any more. */
  async stopListening() {
    for (const follower of this.#followers.splice(0)) await follower.stop()
  }

  async #hear(listener, { by, text }) {
    const news = await listener.sync(this.convoId)
    assert.deepEqual(news.map((message) => message.text), [text], `${listener.name} hears ${by.name}`)
  }

  /** Devices read what came; there must be no message in it. */
  async catchUp(...devices) {
    for (const device of devices) assert.deepEqual(await device.sync(this.convoId), [])
  }

  async convo(device) {
    const { conversations } = await device.account.query('getConvos', {})
    return conversations.find(({ id }) => id === this.convoId)
  }

  /** Every device has heard exactly what was said to it, in order. Returns the number of plaintexts compared. */
  verifyPlaintexts() {
    let compared = 0
    for (const device of this.devices) {
      const expected = this.#said.filter(({ listeners }) => listeners.includes(device)).map(({ text }) => text)
      assert.deepEqual(device.heard.map(({ text }) => text), expected, `what ${device.name} heard`)
      compared += expected.length
    }
    return compared
  }

  /** What must not be found at the service. */
  get plaintexts() {
    return this.#said.map(({ text }) => text)
  }

  async close() {
    await this.stopListening()
    for (const device of this.devices) await device.close()
  }
}

/** The call is refused with that error name and HTTP status. */
export async function refused(call, name, status) {
  await assert.rejects(call, (error) => {
    assert.deepEqual([error.error, error.httpStatus], [name, status], error.message)
    assert.ok(error.message.length > 0)
    return true
  })
}
