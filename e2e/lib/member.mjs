// A device of an account that runs the client library of clients/typescript, with what it has received, what it was
// told, and the calls that it has made.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, MemoryStorage } from '../../clients/typescript/dist/index.js'
import { secrets } from './secrets.mjs'

const WAIT_LIMIT_MS = 240_000
const POLL_MS = 10
const NAMESPACE = 'blue.catbird.mls.'

/** The ways in which a device can receive events, as options of Member.open and Member.reopen. */
export const ways = {
  /** Server-sent events with service tokens, directly from the service. */
  direct: { transports: ['sse'], direct: true },
  /** Server-sent events through the PDS. */
  proxied: { transports: ['sse'] },
  /** A WebSocket with tickets. */
  socket: { transports: ['websocket'] },
  /** Long polls through the PDS. */
  polling: { transports: ['poll'] },
}

export class Member {
  #options; #direct; #reading
  #following = false // whether it waits for events, as its calls show

  /**
   * Opens a device. From then on its account accepts what others add it to. `account` is an Account or a DirectAccount;
   * `label` distinguishes the account's second device from the first. With `direct`, calls do not go through the PDS.
   * Everything else is as Client.open takes it.
   */
  static async open(account, { label, suite, direct = false, storage = new MemoryStorage(), ...options } = {}) {
    const member = new Member(account, label, { storage, mls: suite, device: label, ...options }, direct)
    await member.#start()
    await account.procedure('updatePreferences', { acceptFrom: 'all', acceptGroupInvitesFrom: 'all' })
    return member
  }

  constructor(account, label, options, direct) {
    this.account = account
    this.did = account.did
    this.name = label ? `${account.name}'s ${label}` : account.name
    this.storage = options.storage
    this.inbox = [] // all messages, each once
    this.events = []
    this.calls = [] // until the caller removes them: { method, request, answer } or { method, request, error }
    this.last = {} // method → its last call that was answered, with the size of its body as `sent`
    this.conflicts = [] // the conflicts of commits that were not accepted
    this.#options = options
    this.#direct = direct
  }

  async #start() {
    this.#following = false
    this.client = await Client.open({
      ...this.#options, did: this.did, fetch: (path, init) => this.#fetch(path, init), onEvent: (event) => this.#told(event),
    })
    this.id = this.client.deviceId
    this.#reading = this.#read()
  }

  /** A message may be given again after the client was closed. */
  async #read() {
    for await (const message of this.client.messages()) {
      const known = this.inbox.some(({ convoId, seq }) => convoId === message.convoId && seq === message.seq)
      if (!known) this.inbox.push(message)
    }
  }

  #told(event) {
    this.events.push(event)
    if (event.type === 'connection') this.#following = event.transport !== 'none'
  }

  async #fetch(path, init = {}) {
    const [method, query] = path.slice(`/xrpc/${NAMESPACE}`.length).split('?')
    const request = bodyOf(init) ?? Object.fromEntries(new URLSearchParams(query))
    await this.account.gate?.(method, this)
    if (request.waitMs) this.#following = true
    const answer = await this.#send(method, path, init)
    // A stream has no end, and a call that waits for news belongs to no step.
    if (method === 'streamConvoEvents') this.calls.push({ method, request })
    else if (!request.waitMs) await this.#note(method, request, sizeOf(init), answer.clone())
    return answer
  }

  async #send(method, path, init) {
    if (!this.#direct) return this.account.fetch(path, init)
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${await this.account.token(method)}`)
    return fetch(this.account.serviceUrl + path, { ...init, headers })
  }

  async #note(method, request, sent, response) {
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    const answer = isJson ? await response.json() : new Uint8Array(await response.arrayBuffer())
    if (!response.ok) return this.calls.push({ method, request, error: { ...answer, httpStatus: response.status } })
    if (answer.ticket) secrets.add(answer.ticket)
    if (answer.conflict) this.conflicts.push(answer.conflict)
    const call = { method, request, answer }
    this.calls.push(call)
    this.last[method] = { ...call, sent }
  }

  at(convoId) {
    return this.client.conversation(convoId)
  }

  isIn(convoId) {
    return this.at(convoId).status === 'joined'
  }

  epoch(convoId) {
    return this.at(convoId).epoch
  }

  /** The DIDs of the members as the group has them, sorted. */
  async members(convoId) {
    return (await this.at(convoId).members()).map(({ did }) => did).sort()
  }

  /** The messages of others, in the order of arrival. */
  get received() {
    return this.inbox.filter(({ own }) => !own)
  }

  get heard() {
    return this.received.map(({ text }) => text)
  }

  /** The body of its last sendMessage, for calls of a test's own. */
  get lastRequest() {
    const { request } = this.last.sendMessage
    return { ...request, ciphertext: Buffer.from(request.ciphertext.$bytes, 'base64') }
  }

  async say(convoId, content) {
    const { id, seq } = await this.at(convoId).send(content)
    // The message may come back before the answer.
    await this.until('the answer', () => this.last.sendMessage?.answer.seq === seq)
    const { epoch, ciphertext } = this.lastRequest
    return { messageId: id, seq, epoch, bytes: ciphertext.length }
  }

  /** Does what ends with a commit of this device. Returns the epoch it led to, its number and its size. */
  async commits(work) {
    const before = this.last.sendCommit
    await work()
    await this.until('the answer', () => this.last.sendCommit !== before && this.last.sendCommit.answer.success)
    const { request, answer } = this.last.sendCommit
    return { newEpoch: answer.newEpoch, seq: answer.seq, bytes: Buffer.from(request.commit.$bytes, 'base64').length }
  }

  /** Closes the client and opens it again with its storage, with other options if there are any. */
  async reopen({ direct = this.#direct, ...options } = {}) {
    await this.close()
    this.#direct = direct
    Object.assign(this.#options, options)
    await this.#start()
  }

  /** Loses the state of a conversation. It does not join again by itself. */
  async lose(convoId) {
    await this.close()
    await this.storage.write(new Map([[`convo/${convoId}`, undefined]]))
    this.#options.autoJoin = false
    await this.#start()
  }

  /** Waits until `holds` returns something that is true. */
  async until(what, holds) {
    for (const deadline = Date.now() + WAIT_LIMIT_MS; !await holds(); await sleep(POLL_MS)) {
      assert.ok(Date.now() < deadline, `${this.name} has not seen: ${what}; ${this.events.slice(-5).map(words).join(', ')}`)
    }
  }

  follows() {
    return this.until('a connection', () => this.#following)
  }

  joins(convoId) {
    return this.until('its group', () => this.isIn(convoId))
  }

  /** Accepts the request that each addition is after the account has left or was removed. */
  async accepts(convoId) {
    const requests = async () => (await this.client.requests()).filter(({ conversation: { id } }) => id === convoId)
    await this.until('a request', async () => (await requests()).length > 0)
    await this.at(convoId).accept()
  }

  ends(convoId) {
    return this.until('the end of its membership', () => this.at(convoId).status === 'ended')
  }

  reaches(convoId, epoch) {
    return this.until(`epoch ${epoch}`, () => this.isIn(convoId) && this.epoch(convoId) >= epoch)
  }

  /** Waits until it has processed everything up to a number. */
  passes(convoId, seq) {
    return this.until(`message ${seq}`, () => this.at(convoId).seq >= seq)
  }

  /** Waits until it has received n messages of others. */
  receives(n) {
    return this.until(`${n} messages`, () => this.received.length >= n)
  }

  async close() {
    await this.client.close()
    await this.#reading
  }
}

const words = ({ error, ...event }) => JSON.stringify({ ...event, error: error && String(error) })

const bodyOf = ({ body }) => (typeof body === 'string' ? JSON.parse(body) : body === undefined || body === null ? undefined : { bytes: sizeOf({ body }) })

const sizeOf = ({ body }) => (typeof body === 'string' ? Buffer.byteLength(body) : body?.byteLength ?? body?.size ?? 0)
