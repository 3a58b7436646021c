import { decodeContent, type Content } from './content.js'
import { Conversation } from './conversation.js'
import { Engine } from './engine/engine.js'
import { allPages } from './engine/pages.js'
import { keys, type InboxRecord } from './engine/records.js'
import { State } from './engine/state.js'
import { ClientError } from './errors.js'
import type { Info } from './info.js'
import { JoinLink } from './joinlink.js'
import * as mls from './lexicons/blue/catbird/mls.js'
import { parseLink } from './links.js'
import { DEFAULT_SUITE, tsMls } from './mls/index.js'
import { agentOf, openDevice, withFragment, type ClientOptions } from './options.js'
import { sealEvidence, type Report } from './reports.js'

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

/** A request to take part in a conversation: `conversation.accept()` or `conversation.decline()`. */
export interface Request {
  conversation: Conversation
  /** The account that added this one. */
  addedBy?: string
  addedAt: string
}

/** The messages of a conversation that the account has not read. */
export interface UnreadCount {
  convoId: string
  /** At most 200: those among the newest messages and commits. */
  unread: number
  readSeq: number
  lastSeq: number
}

/** An account that this one has blocked. */
export interface Block {
  did: string
  /** In ISO 8601. */
  createdAt: string
}

/** Who may ask the account to take part in conversations, and who is accepted at once; the last two for groups. */
export interface ContactPreferences {
  allowIncoming?: 'all' | 'following' | 'none'
  acceptFrom?: 'all' | 'known' | 'following' | 'nobody'
  allowGroupInvites?: 'all' | 'following' | 'none'
  acceptGroupInvitesFrom?: 'all' | 'known' | 'following' | 'nobody'
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
    const { api } = this.engine
    const convos = await allPages((from) => api.call(mls.getConvos, { limit: 100, ...from }), (page) => page.conversations)
    return [...new Set(convos.map(({ id }) => id))].map((id) => this.conversation(id))
  }

  /** The conversations to which unknown accounts have added this one, the newest first. */
  async requests(): Promise<Request[]> {
    const { api } = this.engine
    const requests = await allPages((from) => api.call(mls.listConvoRequests, { limit: 100, ...from }), (page) => page.requests)
    return requests.map(({ convo, addedBy, addedAt }) =>
      ({ conversation: this.conversation(convo.id), ...(addedBy && { addedBy }), addedAt }))
  }

  /** Conversations with messages behind the read position (Conversation.markRead). Own messages count until it moves. */
  unreadCounts(): Promise<UnreadCount[]> {
    const { api } = this.engine
    return allPages((from) => api.call(mls.getUnreadCounts, { limit: 200, ...from }), (page) => page.counts.map(
      ({ convoId, unread, readSeq, lastSeq }) => ({ convoId, unread, readSeq, lastSeq })))
  }

  /**
   * Keeps an account from adding this one to conversations, and from sending it signals. It cannot notice. Conversations
   * with both go on.
   */
  async block(did: string): Promise<void> {
    await this.engine.api.call(mls.blockAccount, { did: did as never })
  }

  async unblock(did: string): Promise<void> {
    await this.engine.api.call(mls.unblockAccount, { did: did as never })
  }

  /** The accounts that this one has blocked here, the newest first. Blocks in Bluesky are not among them. */
  blocks(): Promise<Block[]> {
    const { api } = this.engine
    return allPages((from) => api.call(mls.listBlocks, { limit: 100, ...from }), (page) => page.blocks.map(
      ({ did, createdAt }) => ({ did, createdAt })))
  }

  /**
   * Reports a conversation, an account or a message to the operator of the service, and returns the number of the report.
   * Throws NoReportRecipient if there is evidence and the service takes none.
   */
  async report({ reasonType, reason, subject, evidence }: Report): Promise<number> {
    const { api } = this.engine
    const sealed = evidence === undefined ? undefined : await this.#seal(evidence)
    const { id } = await api.call(mls.createReport, {
      reasonType, ...(reason && { reason }), subject: subject as never, ...(sealed && { evidence: sealed }),
      idempotencyKey: crypto.randomUUID(),
    })
    return id
  }

  async #seal(evidence: Uint8Array | string): Promise<Uint8Array> {
    const { reportRecipient } = await this.service()
    if (!reportRecipient) throw new ClientError('NoReportRecipient', 'the service takes no evidence: report without it')
    return sealEvidence(evidence, reportRecipient)
  }

  /** What the service says about itself: its limits, and whether it knows follows (`appView`) and takes evidence. */
  service() {
    return this.engine.api.call(mls.describeService, {})
  }

  /** Who may ask the account to take part in conversations, and who is accepted at once. */
  async contactPreferences(): Promise<Required<ContactPreferences>> {
    const { api } = this.engine
    const { allowIncoming, acceptFrom, allowGroupInvites, acceptGroupInvitesFrom } = await api.call(mls.getPreferences, { limit: 1 })
    return { allowIncoming, acceptFrom, allowGroupInvites, acceptGroupInvitesFrom } as Required<ContactPreferences>
  }

  /**
   * Says who may ask the account to take part in conversations, and who is accepted at once. What is not named stays.
   * What needs follows is refused (error NotAllowed) where the service has no AppView.
   */
  async setContactPreferences(preferences: ContactPreferences): Promise<void> {
    await this.engine.api.call(mls.updatePreferences, preferences)
  }

  /** A conversation by its id. */
  conversation(id: string): Conversation {
    return new Conversation(id, this.engine)
  }

  /** A join link that somebody has shared. Throws DamagedLink if it is none. */
  link(url: string): JoinLink {
    return new JoinLink(parseLink(url), this.engine)
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
    const { api } = this.engine
    return allPages((from) => api.call(mls.getPreferences, from), (page) => page.conversations)
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

const toMessage = ({ convoId, seq, id, storedAt, sender, own, plaintext }: InboxRecord): Message =>
  ({ ...decodeContent(plaintext), convoId, seq, id, storedAt, sender, own, plaintext })
