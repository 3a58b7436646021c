// The network of the end-to-end tests: a PLC directory, a real PDS, the real service; and clients of accounts on it.
import { AtpAgent } from '../../../e2e/node_modules/@atproto/api/dist/index.js'
import { randomUUID } from 'node:crypto'
import { DirectAccount } from '../../../e2e/lib/direct.mjs'
import { startNetwork } from '../../../e2e/lib/network.mjs'
import { Client, MemoryStorage } from '../dist/index.js'

const WAIT_LIMIT_MS = 240_000

export class World {
  /** Without PDSes (`pdses: []`), accounts call the service themselves. */
  static async start(options = {}) {
    return new World(await startNetwork({ pdses: ['.north.test'], ...options }))
  }

  #agents = new Map()
  #clients = []
  #inboxes = new Map()

  constructor(network) {
    this.network = network
    this.service = network.mlsd.did
  }

  /**
   * The session of a person, whose account is made when it is first asked for. It accepts what others add it to, since
   * these tests are not about requests.
   */
  agent(who) {
    if (!this.#agents.has(who)) this.#agents.set(who, this.#signUp(who))
    return this.#agents.get(who)
  }

  async #signUp(who) {
    const [pds] = this.network.pdses
    const agent = pds ? await this.#onPds(who, pds) : await this.#direct(who)
    const answer = await agent.fetchHandler('/xrpc/blue.catbird.mls.updatePreferences', {
      method: 'POST', body: JSON.stringify({ acceptFrom: 'all', acceptGroupInvitesFrom: 'all' }),
      headers: { 'content-type': 'application/json', 'atproto-proxy': `${this.service}#atproto_mls` },
    })
    if (!answer.ok) throw new Error(await answer.text())
    return agent
  }

  async #onPds(who, pds) {
    const agent = new AtpAgent({ service: pds.url })
    agent.password = randomUUID()
    await agent.createAccount({ handle: who + pds.domain, email: `${who}@example.com`, password: agent.password })
    return agent
  }

  async #direct(who) {
    const account = await DirectAccount.create({ name: who, network: this.network })
    return { assertDid: account.did, fetchHandler: (path, init) => account.fetch(path, init) }
  }

  async open(who, { storage = new MemoryStorage(), ...options } = {}) {
    const agent = await this.agent(who)
    const events = []
    const client = await Client.open({
      session: { did: agent.assertDid, fetchHandler: (path, init) => agent.fetchHandler(path, init) },
      service: this.service, storage, onEvent: (event) => events.push(event), ...options,
    })
    Object.assign(client, { events, who, storage })
    this.#clients.push(client)
    return client
  }

  /** A conversation that the first of these people has begun with the others, and their clients, which are in it. */
  async together(...people) {
    const clients = []
    for (const who of people) clients.push(await this.open(who))
    const convo = await clients[0].create(clients.slice(1).map(({ did }) => did))
    for (const client of clients) await until('joined', () => client.conversation(convo.id).status === 'joined', client)
    return [convo, ...clients]
  }

  /** Collects the messages of a client from now on. */
  inbox(client) {
    if (!this.#inboxes.has(client)) {
      const inbox = []
      this.#inboxes.set(client, inbox)
      const read = async () => { for await (const message of client.messages()) inbox.push(message) }
      inbox.ended = read()
    }
    return this.#inboxes.get(client)
  }

  /** The message with this number, when the client has received it. */
  next = async (client, convoId, seq) => {
    const inbox = this.inbox(client)
    let found
    await until(`${client.who} receives ${seq}`, () => (found = inbox.find((message) => message.convoId === convoId && message.seq === seq)), client)
    return found
  }

  async stop() {
    for (const client of this.#clients) await client.close()
    await this.network.stop()
  }
}

/** The event of this type with these fields, when the client was told of it. */
export async function told(client, type, fields) {
  const isIt = (seen) => seen.type === type && Object.entries(fields).every(([key, value]) => seen[key] === value)
  await until(`${type} ${JSON.stringify(fields)}`, () => client.events.some(isIt), client)
  return client.events.find(isIt)
}

export async function until(what, holds, client) {
  for (const deadline = Date.now() + WAIT_LIMIT_MS; !await holds(); await new Promise((done) => setTimeout(done, 20))) {
    if (Date.now() > deadline) throw new Error(`not seen: ${what}; ${JSON.stringify(client?.events?.slice(-10), (_, v) => v instanceof Error ? String(v) : v)}`)
  }
}
