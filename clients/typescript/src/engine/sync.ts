import * as mls from '../lexicons/blue/catbird/mls.js'
import { isTemporary, lexiconError } from '../errors.js'
import { pause } from '../queue.js'
import { sse } from '../transports/sse.js'
import type { StreamEvent, Transport } from '../transports/types.js'
import { websocket } from '../transports/websocket.js'
import type { Engine } from './engine.js'
import { ERASED } from './reactions.js'
import { told } from './told.js'

const MAX_POSITIONS = 1000
const POLL_MS = 8000
const RETRY_MS = 500
const LONGEST_RETRY_MS = 30_000
/** A new device of an account waits for a Welcome this long before it joins by itself, in milliseconds. */
const WELCOME_WAIT_MS = 2000

/** Brings the device up to date, and then follows a stream, for as long as the client is open. */
export class Sync {
  #transport = 0
  #outdated = true
  /** Of the present connection. */
  #events = 0

  constructor(private readonly engine: Engine) {}

  /** Fetches everything that was missed. Afterwards a stream can begin with the cursor without a gap. */
  async once(waitMs = 0): Promise<void> {
    const { state } = this.engine
    for (let more = true, done = 0; more; ) {
      const news = await this.#call(waitMs)
      for (const { messages } of news.convos) {
        for (const message of messages) await this.engine.receiver.receive(message, undefined)
        done += messages.length
        if (done > 0 && waitMs === 0) this.engine.emit({ type: 'progress', work: 'sync', done })
      }
      const joined = await this.#membership(news)
      await state.step((step) => step.setCursor(news.cursor))
      more = joined || news.convos.some((convo) => convo.more)
      waitMs = 0
    }
    this.#outdated = false
  }

  async #call(waitMs: number) {
    const { api, state, signal } = this.engine
    const joined = [...state.convos.values()].filter(({ record }) => record.status === 'joined')
    const positions = joined.slice(0, MAX_POSITIONS).map(({ record: { id, seq } }) => ({ convoId: id, seq }))
    const body = { positions, waitMs, ...(state.cursor !== undefined && { cursor: state.cursor }) }
    try {
      return await api.call(mls.sync, body, { signal })
    } catch (error) {
      if (!['InvalidCursor', 'FutureCursor'].includes(lexiconError(error)!)) throw error
      return api.call(mls.sync, { positions }, { signal })
    }
  }

  /** Returns whether the device has joined something, whose messages the next call of sync gives. */
  async #membership(news: mls.sync.$OutputBody): Promise<boolean> {
    const { engine } = this
    for (const convoId of news.removed) await this.#ended(convoId, 'removed')
    const welcomes = new Set((news.welcomes ?? [])
      .filter(({ deviceId }) => deviceId === engine.state.device.id).map(({ convoId }) => convoId))
    if (welcomes.size > 0) await this.#joinByWelcomes(welcomes)
    for (const { id } of news.newConvos) if (!engine.state.isJoined(id)) this.#joinLater(id)
    return welcomes.size > 0
  }

  /** Joins by all open Welcomes, which come in pages. */
  async #joinByWelcomes(wanted: Set<string>): Promise<void> {
    const { api, state, joiner } = this.engine
    let cursor: string | undefined, done = 0
    do {
      const page = await api.call(mls.listWelcomes, { deviceId: state.device.id, ...(cursor && { cursor }) })
      for (const open of page.welcomes) {
        await this.#tolerating(() => joiner.useWelcome(open, true))
        this.engine.emit({ type: 'progress', work: 'join', done: ++done, total: Math.max(wanted.size, done) })
      }
      cursor = page.cursor
    } while (cursor)
  }

  /** What one conversation is refused must not stop the others. */
  async #tolerating(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (isTemporary(error) || !lexiconError(error)) throw error
      this.engine.emit({ type: 'error', error: error as Error })
    }
  }

  /** The account is a member, and this device is not: it joins, unless a Welcome for it comes first. */
  #joinLater(convoId: string): void {
    const { engine } = this
    if (!engine.options.autoJoin || engine.state.pendings.has(convoId)) return
    engine.background(async () => {
      await pause(WELCOME_WAIT_MS * (0.5 + engine.options.random()), engine.signal)
      if (engine.signal.aborted || engine.state.isJoined(convoId)) return
      await engine.joiner.welcome(convoId)
      if (!engine.state.isJoined(convoId)) await engine.joiner.join(convoId)
    })
  }

  async #ended(convoId: string, change: 'removed' | 'left'): Promise<void> {
    const { state } = this.engine
    await state.step((step) => {
      const convo = state.convos.get(convoId)
      if (!convo || convo.record.status === 'ended') return
      step.setPending(convoId, undefined)
      step.setConvo({ ...convo.record, status: 'ended', leaving: [] }, undefined)
      step.after.push(() => this.engine.emit({ type: 'conversation', convoId, change }))
    })
    this.engine.outbox.flush(convoId) // what waits there is refused
  }

  /** Follows the events until the client is closed. */
  async run(): Promise<void> {
    const { signal, options } = this.engine
    for (let failures = 0; !signal.aborted; ) {
      try {
        if (this.#outdated) await this.once()
        this.#events = 0
        await this.#follow(options.transports[this.#transport % options.transports.length])
        failures = this.#events > 0 ? 0 : failures + 1
      } catch (error) {
        if (signal.aborted) return
        failures++
        this.engine.emit({ type: 'connection', transport: 'none' })
        if (failures > 3) this.engine.emit({ type: 'error', error: error as Error })
      }
      if (this.#events === 0) this.#transport++ // this one does not work here
      if (failures > 0) await pause(Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** failures) * (0.5 + options.random() / 2), signal)
    }
  }

  /** Follows one connection until it ends, and counts its events. */
  async #follow(name: 'websocket' | 'sse' | 'poll'): Promise<void> {
    const { engine } = this
    if (name === 'poll') {
      await this.once(POLL_MS)
      this.#events++
      engine.emit({ type: 'connection', transport: 'poll' })
      return
    }
    const transport: Transport = name === 'websocket' ? websocket : sse
    const { api, agent, state, signal } = engine
    for await (const event of transport({ api, agent, proxy: engine.options.proxy, cursor: state.cursor, signal })) {
      if (this.#events++ === 0) engine.emit({ type: 'connection', transport: name })
      await this.#handle(event)
      if (this.#outdated) break
    }
  }

  async #handle(event: StreamEvent): Promise<void> {
    const { engine } = this
    if (event.kind === 'messageEvent') return this.#tolerating(() => engine.receiver.deliver(event.message, event.cursor))
    switch (event.kind) {
      case 'welcomeEvent':
        if (event.deviceId === undefined || event.deviceId === engine.state.device.id) {
          await this.#tolerating(() => engine.joiner.welcome(event.convoId))
        }
        break
      case 'membershipChangeEvent':
        await this.#membershipChange(event)
        break
      case 'acceptedEvent': // a Welcome may follow
        if (!engine.state.isJoined(event.convoId)) this.#joinLater(event.convoId)
        break
      case 'rejoinRequestedEvent':
        engine.reactions.rejoinRequested(event.convoId, event.did, event.reason)
        break
      case 'convoInfoEvent':
        engine.background(() => engine.infos.look(event.convoId))
        break
      case 'ephemeralEvent':
        await engine.signals.receive(event)
        return // its cursor is that of the event before it
      case 'infoKeyRequestedEvent':
        engine.reactions.infoKeyRequested(event.convoId, event.did)
        break
      case 'joinRequestAnsweredEvent':
        engine.links.answered()
        break
      case 'keyPackagesLowEvent':
        if (event.deviceId === engine.state.device.id) engine.background(() => engine.keyPackages.replenish())
        break
      case 'infoEvent':
        if (event.info === 'OutdatedCursor') this.#outdated = true
        // The cursors at the beginning of an outdated connection are ahead of what sync has to tell first.
        if (['connected', 'OutdatedCursor'].includes(event.info)) return
    }
    const known = told(event)
    if (known) engine.emit(known)
    const { cursor } = event
    if (cursor !== undefined) await engine.state.step((step) => step.setCursor(cursor))
  }

  async #membershipChange({ convoId, did, action }: { convoId: string, did: string, action: string }): Promise<void> {
    const { engine } = this
    const own = did === engine.state.device.did
    if (own && (action === 'removed' || action === 'left')) await this.#ended(convoId, action)
    if (own && action === 'joined' && !engine.state.isJoined(convoId)) this.#joinLater(convoId)
    if (own || action !== 'pending-removal') return
    if (did.startsWith(ERASED)) await this.#tolerating(() => engine.reactions.look(convoId)) // its leaf has another name
    else await engine.reactions.leaving(convoId, did)
  }
}
