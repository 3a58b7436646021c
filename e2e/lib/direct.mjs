// An account without a PDS: a did:plc whose key this process holds. It calls the service directly with tokens that it
// signs.
import { Secp256k1Keypair } from '@atproto/crypto'
import { XrpcClient } from '@atproto/xrpc'
import { createServiceJwt } from '@atproto/xrpc-server'
import plc from '@did-plc/lib'
import { lexicons } from './lexicons.mjs'
import { secrets } from './secrets.mjs'

const CALL_LIMIT_MS = 20_000

export class DirectAccount {
  /** `mint` makes a token as other software does, from the account's DID and key, the service's DID and the method. */
  static async create({ name, network, keypair, mint = createServiceJwt }) {
    keypair ??= await Secp256k1Keypair.create()
    const did = await new plc.Client(network.plc.url).createDid({
      signingKey: keypair.did(),
      rotationKeys: [keypair.did()],
      handle: `${name.toLowerCase()}.test`,
      pds: 'http://pds.invalid',
      signer: keypair,
    })
    return new DirectAccount(name, did, keypair, network.mlsd, mint)
  }

  #keypair; #service; #client; #mint

  constructor(name, did, keypair, service, mint) {
    this.#mint = mint
    this.name = name
    this.did = did
    this.called = new Set() // NSIDs of the methods that were called
    this.#keypair = keypair
    this.#service = service
    this.#client = new XrpcClient((path, init) => this.fetch(path, init), lexicons)
  }

  /** fetch with a new service token for the method in the path. */
  async fetch(path, init = {}) {
    const lxm = new URL(path, this.#service.url).pathname.slice('/xrpc/'.length)
    const token = await this.token(lxm)
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${token}`)
    return fetch(new URL(path, this.#service.url), { signal: AbortSignal.timeout(CALL_LIMIT_MS), ...init, headers })
  }

  /** A token for one method. */
  async token(lxm) {
    const token = await this.#mint({ iss: this.did, aud: this.#service.did, lxm, keypair: this.#keypair })
    secrets.add(token)
    return token
  }

  query(method, params = {}) {
    return this.#call(method, params)
  }

  procedure(method, body, encoding) {
    return this.#call(method, {}, body, encoding)
  }

  /** XrpcClient validates the answer. The parameters and the body are validated here. */
  async #call(method, params, body, encoding) {
    const nsid = `blue.catbird.mls.${method}`
    this.#client.lex.assertValidXrpcParams(nsid, params)
    if (body !== undefined) this.#client.lex.assertValidXrpcInput(nsid, body)
    const { data } = await this.#client.call(nsid, params, body, { encoding })
    if (data?.ticket) secrets.add(data.ticket)
    this.called.add(nsid)
    return data
  }
}
