// Keeps a device in step using only the events of a stream.
import assert from 'node:assert/strict'

const WAIT_LIMIT_MS = 60_000
const MAX_REBASES = 5

export class Follower {
  #waiting = new Set() // { holds, done }
  #early = new Map() // convoId → messages that arrived before the welcomeEvent
  #abort = new AbortController()
  #ended

  /** `open(signal)` returns a sequence of events, see streams.mjs. */
  constructor(device, open) {
    this.device = device
    this.seqs = {} // convoId → sequence numbers of the messages, in the order of arrival
    this.events = [] // all other events
    this.failure = undefined
    device.follower = this
    this.#ended = this.#run(open(this.#abort.signal))
  }

  /** Brings a device up to date with sync, and then follows the stream from there. */
  static async resume(device, way, service) {
    let news = {}
    do {
      news = await device.account.procedure('sync', { positions: device.positions, cursor: news.cursor })
      for (const { convoId, messages } of news.convos) for (const message of messages) await device.receive(convoId, message)
    } while (news.convos.some(({ more }) => more))
    return new Follower(device, way(device, service, news.cursor))
  }

  async #run(events) {
    try {
      for await (const event of events) {
        await this.#take(event)
        this.#check()
      }
      assert.ok(this.#abort.signal.aborted, `the stream of ${this.device.name} has ended`)
    } catch (error) {
      this.failure = error
      this.#check()
    }
  }

  async #take(event) {
    if (event.kind === 'messageEvent') {
      const { message } = event
      ;(this.seqs[message.convoId] ??= []).push(message.seq)
      if (this.device.isIn(message.convoId)) await this.#receive(message)
      else this.#waitingFor(message.convoId).push(message)
      return
    }
    this.events.push(event)
    const { kind, convoId } = event
    if (kind === 'welcomeEvent' && !this.device.isIn(convoId)) {
      await this.device.join(convoId)
      for (const message of this.#waitingFor(convoId).splice(0)) await this.#receive(message)
    }
    // This event comes from sync and means that the conversation must be dropped.
    if (kind === 'membershipChangeEvent' && event.action === 'removed' && event.did === this.device.did && this.device.isIn(convoId)) {
      await this.device.forget(convoId)
    }
  }

  async #receive(message) {
    await this.device.receive(message.convoId, message)
    if (this.device.removed) await this.device.forget(message.convoId)
  }

  #waitingFor(convoId) {
    if (!this.#early.has(convoId)) this.#early.set(convoId, [])
    return this.#early.get(convoId)
  }

  #check() {
    for (const one of this.#waiting) if (this.failure || one.holds()) one.done()
  }

  /** Waits until events have made `holds` true. `what` describes the condition. */
  async until(what, holds) {
    if (!this.failure && !holds()) {
      const one = { holds }
      const seen = new Promise((done) => { one.done = done })
      this.#waiting.add(one)
      const timer = setTimeout(one.done, WAIT_LIMIT_MS)
      await seen
      clearTimeout(timer)
      this.#waiting.delete(one)
    }
    if (this.failure) throw this.failure
    assert.ok(holds(), `${this.device.name} has not seen: ${what}`)
  }

  reaches(convoId, epoch) {
    return this.until(`epoch ${epoch}`, () => this.device.isIn(convoId) && this.device.mls.epoch(convoId) >= epoch)
  }

  /** Waits until the device has received n plaintexts. */
  receives(n) {
    return this.until(`${n} messages`, () => this.device.received.length >= n)
  }

  /** Sends a message in the epoch that the group has by then. */
  async say(convoId, text) {
    for (let lost = 0; ; lost++) {
      try {
        return await this.device.say(convoId, text)
      } catch (error) {
        if (error.error !== 'EpochMismatch' || lost === MAX_REBASES) throw error
        await this.reaches(convoId, this.device.lastRequest.epoch + 1)
      }
    }
  }

  /** Ends the sequence. Throws the first failure in it, if there was one. */
  async stop() {
    this.#abort.abort()
    await this.#ended
    this.device.follower = undefined
    if (this.failure) throw this.failure
  }
}
