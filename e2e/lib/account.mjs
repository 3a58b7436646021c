// An account on a PDS that calls the service through the PDS, as every app does: AtpAgent adds the session token and
// the `atproto-proxy` header, and the PDS makes the service token and forwards the call.
import { AtpAgent } from '@atproto/api'
import { randomUUID } from 'node:crypto'
import { lexicons } from './lexicons.mjs'
import { secrets } from './secrets.mjs'

const CALL_LIMIT_MS = 20_000

export class Account {
  /** Creates an account on the PDS. Its calls are proxied to the service with the DID `serviceDid`. */
  static async create({ name, handle, pds, serviceDid }) {
    const traffic = {}
    const agent = new AtpAgent({ service: pds.url, fetch: (...args) => measuredFetch(traffic, ...args) })
    const local = handle.toLowerCase()
    await agent.createAccount({ handle: local + pds.domain, email: `${local}@example.com`, password: randomUUID() })
    secrets.add(agent.session.accessJwt)
    agent.configureProxy(`${serviceDid}#atproto_mls`)
    for (const document of lexicons) agent.lex.add(document)
    return new Account(name, local + pds.domain, agent, traffic, { pds: pds.url, serviceDid })
  }

  #agent; #pds; #serviceDid

  /** Gets each call that has ended: { method, request, answer } or { method, request, error }. */
  onCall = () => {}
  /** Called before each call, which waits for it. */
  gate = () => {}

  constructor(name, handle, agent, traffic, { pds, serviceDid }) {
    this.name = name
    this.handle = handle
    this.did = agent.assertDid
    this.#pds = pds
    this.#serviceDid = serviceDid
    this.traffic = traffic // of the latest call: HTTP status, sizes of the request and answer bodies in bytes, milliseconds
    this.#agent = agent
  }

  /** Calls a query. The answer is validated against its lexicon. */
  query(method, params) {
    return this.#call(method, params)
  }

  /** Calls a procedure with a JSON body, or with bytes and their encoding. */
  procedure(method, body, encoding, signal) {
    return this.#call(method, {}, body, encoding, signal)
  }

  /** The answer to a query through the PDS, readable while it arrives, which a stream needs. */
  stream(path, { headers, signal } = {}) {
    return this.fetch(`/xrpc/blue.catbird.mls.${path}`, { headers, signal })
  }

  /** fetch with a session and the header that has the PDS forward the call. `path` begins with /xrpc/. */
  fetch(path, init = {}) {
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${this.#agent.session.accessJwt}`)
    headers.set('atproto-proxy', `${this.#serviceDid}#atproto_mls`)
    return fetch(this.#pds + path, { ...init, headers })
  }

  /** A token that the PDS signs for one method, for calls that do not go through the PDS. */
  async token(method) {
    const lxm = `blue.catbird.mls.${method}`
    const { data } = await this.#agent.com.atproto.server.getServiceAuth({ aud: this.#serviceDid, lxm })
    secrets.add(data.token)
    return data.token
  }

  /** The URL of the service, for calls that do not go through the PDS. */
  get serviceUrl() {
    return `http://${decodeURIComponent(this.#serviceDid.slice('did:web:'.length))}`
  }

  /** Deactivates the account at its PDS, and activates it again. */
  async deactivate() { await this.#agent.com.atproto.server.deactivateAccount({}) }
  async activate() { await this.#agent.com.atproto.server.activateAccount() }

  async #call(method, params, body, encoding, signal) {
    const limit = AbortSignal.timeout(CALL_LIMIT_MS)
    const options = { encoding, signal: signal ? AbortSignal.any([signal, limit]) : limit }
    await this.gate(method)
    try {
      const { data } = await this.#agent.call(`blue.catbird.mls.${method}`, params, body, options)
      if (data?.ticket) secrets.add(data.ticket)
      this.onCall({ method, request: body ?? params, answer: data })
      return data
    } catch (error) {
      this.onCall({ method, request: body ?? params, error })
      error.httpStatus = this.traffic.status // XRPCError defines only some statuses
      throw error
    }
  }
}

async function measuredFetch(traffic, url, init) {
  const start = performance.now()
  const request = new Request(url, init)
  const body = request.body ? new Uint8Array(await request.arrayBuffer()) : undefined
  const answer = await fetch(url, { ...init, body })
  const bytes = await answer.arrayBuffer()
  const ms = performance.now() - start
  Object.assign(traffic, { status: answer.status, sent: body?.length ?? 0, received: bytes.byteLength, ms })
  return new Response(answer.status === 204 ? null : bytes, { status: answer.status, headers: answer.headers })
}
