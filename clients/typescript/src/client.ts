import type { Agent, Service } from '@atproto/lex-client'
import { deviceIdOf } from './bytes.js'
import { decodeContent, type Content } from './content.js'
import { Conversation } from './conversation.js'
import { Engine } from './engine/engine.js'
import { keys, type DeviceRecord, type InboxRecord } from './engine/records.js'
import { State } from './engine/state.js'
import { ClientError } from './errors.js'
import type { Info } from './info.js'
import type { ClientEvent } from './events.js'
import * as mls from './lexicons/blue/catbird/mls.js'
import { DEFAULT_SUITE, tsMls, type Mls } from './mls/index.js'
import type { Storage } from './storage/types.js'

/** A message of a conversation. */
export interface Message extends Content {
  convoId: string
  /** Its number in the conversation. With convoId it names the message for ever. */
  seq: number
  /** Its id at the service. */
  id: string
  /** When the service stored it, in ISO 8601. */
  storedAt: string
  /** Who sent it: the credential of the leaf that signed it. */
  sender: { did: string, credential: string }
  /** True if this device sent it. */
  own: boolean
  /** What was encrypted, for applications that do not send Content. */
  plaintext: Uint8Array
}

/** A session of @atproto/api or an OAuth client, or any fetch with authentication. */
export type Session = Pick<Agent, 'fetchHandler'> & { did?: string }

/** A request to take part in a conversation: `conversation.accept()` or `conversation.decline()`. */
export interface Request {
  conversation: Conversation
  /** The account that added this one. */
  addedBy?: string
  addedAt: string
}

/** Who may ask the account to take part in conversations, and who is accepted at once; the last two for groups. */
export interface ContactPreferences {
  allowIncoming?: 'all' | 'following' | 'none'
  acceptFrom?: 'all' | 'known' | 'following' | 'nobody'
  allowGroupInvites?: 'all' | 'following' | 'none'
  acceptGroupInvitesFrom?: 'all' | 'known' | 'following' | 'nobody'
}

export interface ClientOptions {
  /** Calls through the account's PDS. Alternatively `fetch` and `did`. */
  session?: Session
  /** A fetch handler that adds authentication: `(path, init) => Promise<Response>`, where path begins with /xrpc/. */
  fetch?: Agent['fetchHandler']
  /** The account, if the session does not say. */
  did?: string
  /**
   * DID of the delivery service, such as did:web:mls.example.com; a fragment (`#atproto_mls`) is added. Leave it out if
   * the fetch handler calls the service itself.
   */
  service?: string
  /** Where this device keeps its state. A new storage is a new device. */
  storage: Storage
  /** A name for this device in its credential (`did#name`). Without it, the credential is the DID. */
  device?: string
  /** The MLS library, or the name of a cipher suite for ts-mls. Suite 1 if absent. */
  mls?: Mls | string
  /** Whether this device joins conversations of its account by itself when nobody has added it. True if absent. */
  autoJoin?: boolean
  /** How many key packages wait at the service for those who add this device. 20 if absent. */
  keyPackages?: number
  /** How events arrive; the first that works. WebSocket, server-sent events, long polls if absent. */
  transports?: ('websocket' | 'sse' | 'poll')[]
  /** For how long a call is repeated while the service cannot be reached, in milliseconds. A minute if absent. */
  patienceMs?: number
  /** Told of everything besides messages. It must not throw. */
  onEvent?: (event: ClientEvent) => void
}

/** A device of an account: it keeps its groups in step with the service for as long as it is open. */
export class Client {
  /**
   * Opens the device that the storage has, or makes a new one. Returns when it is up to date and its key packages are
   * published; after that it follows events by itself. Throws an XrpcError if the service cannot be reached, and
   * StorageInUse if another client has the storage.
   */
  static async open(options: ClientOptions): Promise<Client> {
    const agent = agentOf(options)
    const did = options.did ?? agent.did
    if (!did) throw new TypeError('neither the session nor `did` says which account this is')
    const library = typeof options.mls === 'object' ? options.mls : await tsMls(options.mls ?? DEFAULT_SUITE)
    const device = await openDevice(options, did, library)
    const engine = new Engine({
      agent,
      proxy: options.service === undefined ? undefined : withFragment(options.service),
      mls: library,
      state: await State.load(options.storage, device, library),
      autoJoin: options.autoJoin ?? true,
      keyPackages: options.keyPackages ?? 20,
      transports: options.transports ?? ('WebSocket' in globalThis ? ['websocket', 'sse', 'poll'] : ['sse', 'poll']),
      patienceMs: options.patienceMs ?? 60_000,
      emit: options.onEvent ?? (() => {}),
      random: Math.random,
    })
    const client = new Client(engine)
    try {
      await client.#start()
    } catch (error) {
      await client.close()
      throw error
    }
    return client
  }

  #reading = false

  private constructor(private readonly engine: Engine) {}

  async #start(): Promise<void> {
    const { engine } = this
    await engine.keyPackages.replenish()
    await engine.sync.once()
    engine.background(() => engine.sync.run())
    engine.background(() => engine.keyPackages.keep())
    for (const pending of engine.state.pendings.values()) {
      const part = pending.kind === 'commit' ? engine.committer : engine.joiner
      engine.background(() => part.resume(pending))
    }
    for (const { record } of engine.state.convos.values()) {
      if (record.status === 'broken') engine.joiner.recover(record.id, new Error(`commit of epoch ${record.brokenEpoch}`))
    }
    engine.background(() => engine.reactions.lookAll())
    engine.outbox.flushAll()
  }

  /** The account. */
  get did(): string {
    return this.engine.state.device.did
  }

  /** The service's id of this device. */
  get deviceId(): string {
    return this.engine.state.device.id
  }

  /** How many messages of this device wait in the outbox. */
  get unsent(): number {
    return [...this.engine.state.outs.values()].filter(({ accepted }) => !accepted).length
  }

  /** The conversations of the account, those included that this device is not in (yet). */
  async conversations(): Promise<Conversation[]> {
    const ids = new Set<string>()
    let cursor: string | undefined
    do {
      const page = await this.engine.api.call(mls.getConvos, { limit: 100, ...(cursor && { cursor }) })
      for (const { id } of page.conversations) ids.add(id)
      cursor = page.cursor
    } while (cursor)
    return [...ids].map((id) => this.conversation(id))
  }

  /** The conversations to which unknown accounts have added this one, the newest first. */
  async requests(): Promise<Request[]> {
    const all: Request[] = []
    let cursor: string | undefined
    do {
      const page = await this.engine.api.call(mls.listConvoRequests, { limit: 100, ...(cursor && { cursor }) })
      for (const { convo, addedBy, addedAt } of page.requests) {
        all.push({ conversation: this.conversation(convo.id), ...(addedBy && { addedBy }), addedAt })
      }
      cursor = page.cursor
    } while (cursor)
    return all
  }

  /** Says who may ask the account to take part in conversations, and who is accepted at once. Preferences that are not named stay. */
  async setContactPreferences(preferences: ContactPreferences): Promise<void> {
    await this.engine.api.call(mls.updatePreferences, preferences)
  }

  /** A conversation by its id. */
  conversation(id: string): Conversation {
    return new Conversation(id, this.engine)
  }

  /**
   * Begins a conversation with accounts, all their devices, and the other devices of this account. `info` is encrypted;
   * the service cannot read it. Throws NoKeyPackages if an account cannot be added now.
   */
  async create(dids: string[], info?: Info): Promise<Conversation> {
    const conversation = this.conversation(await this.engine.joiner.create(dids))
    if (info) await conversation.setInfo(info)
    return conversation
  }

  /**
   * All messages of all conversations, those of this device included, each once and in order within its conversation.
   * A message counts as taken when the next one is asked for: after a crash before that, it is given again with the same
   * convoId and seq. One loop at a time; it ends when the client is closed.
   */
  async *messages(): AsyncGenerator<Message, void> {
    if (this.#reading) throw new TypeError('another loop reads the messages')
    this.#reading = true
    const { state } = this.engine
    try {
      for (let n = await state.inbox.next(); n !== undefined; n = await state.inbox.next()) {
        const record = await state.storage.get(keys.inbox(n)) as InboxRecord
        yield toMessage(record)
        await state.storage.write(new Map([[keys.inbox(n), undefined]]))
      }
    } finally {
      this.#reading = false
    }
  }

  /** The devices of the account. */
  async devices() {
    const { devices } = await this.engine.api.call(mls.listDevices, {})
    return devices
  }

  /**
   * Deletes another device of the account: its key packages go, it can never come back, and its leaves are removed from
   * the conversations that this device is in.
   */
  async deleteDevice(deviceId: string): Promise<void> {
    if (deviceId === this.deviceId) throw new TypeError('a device is deleted by another one')
    const { api, state, committer } = this.engine
    await api.call(mls.deleteDevice, { deviceId })
    for (const { record } of [...state.convos.values()]) {
      if (record.status === 'joined') await committer.commit(record.id, { kind: 'removeDevices', deviceIds: [deviceId] })
    }
  }

  /** What the account prefers for each conversation that it has muted or archived. */
  async preferences() {
    const all: mls.defs.ConvoPreferences[] = []
    let cursor: string | undefined
    do {
      const page = await this.engine.api.call(mls.getPreferences, cursor ? { cursor } : {})
      all.push(...page.conversations)
      cursor = page.cursor
    } while (cursor)
    return all
  }

  /**
   * Stops everything and closes the storage. Calls that are under way throw `Closed`. What was not sent is sent when the
   * storage is opened again.
   */
  async close(): Promise<void> {
    await this.engine.close()
    this.engine.outbox.close()
    await this.engine.state.storage.close()
  }
}

function agentOf({ session, fetch, did }: ClientOptions): Agent {
  if (fetch) return { did: did as never, fetchHandler: fetch }
  if (!session) throw new TypeError('a session or a fetch handler is needed')
  return { did: session.did as never, fetchHandler: (path, init) => session.fetchHandler(path, init) }
}

const withFragment = (service: string) => (service.includes('#') ? service : `${service}#atproto_mls`) as Service

async function openDevice({ storage, device }: ClientOptions, did: string, library: Mls): Promise<DeviceRecord> {
  const found = await storage.get(keys.device) as DeviceRecord | undefined
  if (found) {
    if (found.did !== did) throw new ClientError('NotJoined', `the storage belongs to ${found.did}, not to ${did}`)
    if (found.suite !== library.suite) throw new TypeError(`the storage is for ${found.suite}, not for ${library.suite}`)
    return found
  }
  const signatureKeys = await library.generateKeys()
  const record: DeviceRecord = {
    did, credential: device ? `${did}#${device}` : did, suite: library.suite,
    keys: signatureKeys, id: await deviceIdOf(signatureKeys.publicKey),
  }
  await storage.write(new Map([[keys.device, record]]))
  return record
}

const toMessage = ({ convoId, seq, id, storedAt, sender, own, plaintext }: InboxRecord): Message =>
  ({ ...decodeContent(plaintext), convoId, seq, id, storedAt, sender, own, plaintext })
