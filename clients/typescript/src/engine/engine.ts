// The parts of the client, each with the others at hand. Nothing of this is public.
import { Client as Xrpc, type Agent, type Service } from '@atproto/lex-client'
import type { ClientEvent } from '../events.js'
import type { Mls } from '../mls/index.js'
import { Mutexes } from '../queue.js'
import { Committer } from './commits.js'
import { Infos } from './infos.js'
import { Joiner } from './joining.js'
import { KeyPackages } from './keypackages.js'
import { Links } from './links.js'
import { Outbox } from './outbox.js'
import { Reactions } from './reactions.js'
import { Receiver } from './receive.js'
import { retrying } from './retry.js'
import { Signals } from './signals.js'
import type { State } from './state.js'
import { Sync } from './sync.js'

export interface EngineOptions {
  agent: Agent
  /** DID and fragment of the service for the header atproto-proxy; undefined if the agent calls the service itself. */
  proxy?: Service
  mls: Mls
  state: State
  autoJoin: boolean
  keyPackages: number
  transports: ('websocket' | 'sse' | 'poll')[]
  patienceMs: number
  emit: (event: ClientEvent) => void
  random: () => number
}

export class Engine {
  readonly mls: Mls
  readonly state: State
  readonly api: Xrpc
  /** Calls that are not repeated, since they are worth nothing later. */
  readonly once: Xrpc
  readonly agent: Agent
  readonly receiver: Receiver
  readonly committer: Committer
  readonly joiner: Joiner
  readonly outbox: Outbox
  readonly keyPackages: KeyPackages
  readonly reactions: Reactions
  readonly infos: Infos
  readonly links: Links
  readonly signals: Signals
  readonly sync: Sync
  /** One operation with network calls at a time for each conversation: a commit, a join, the sending of the outbox. */
  readonly operations = new Mutexes()
  readonly #abort = new AbortController()
  readonly #background = new Set<Promise<void>>()

  constructor(readonly options: EngineOptions) {
    this.mls = options.mls
    this.state = options.state
    this.agent = options.agent
    const agent = retrying(options.agent, { patienceMs: options.patienceMs, signal: this.signal })
    this.api = new Xrpc(agent, { service: options.proxy })
    this.once = new Xrpc(options.agent, { service: options.proxy })
    this.receiver = new Receiver(this)
    this.committer = new Committer(this)
    this.joiner = new Joiner(this)
    this.outbox = new Outbox(this)
    this.keyPackages = new KeyPackages(this)
    this.reactions = new Reactions(this)
    this.infos = new Infos(this)
    this.links = new Links(this)
    this.signals = new Signals(this)
    this.sync = new Sync(this)
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  emit(event: ClientEvent): void {
    this.options.emit(event)
  }

  /** Runs work that nobody waits for. Its failure becomes an event. */
  background(work: () => Promise<unknown>): void {
    const run = (async () => {
      try {
        await work()
      } catch (error) {
        if (!this.signal.aborted) this.emit({ type: 'error', error: error as Error })
      }
    })()
    this.#background.add(run)
    void run.finally(() => this.#background.delete(run))
  }

  async close(): Promise<void> {
    this.#abort.abort()
    this.state.inbox.close()
    while (this.#background.size > 0) await Promise.all(this.#background)
  }
}
