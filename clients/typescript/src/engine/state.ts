import { ClientError } from '../errors.js'
import type { Group, Mls } from '../mls/index.js'
import { Channel, Mutex } from '../queue.js'
import type { Changes, Storage } from '../storage/types.js'
import {
  keys, numberIn, type ConvoRecord, type DeviceRecord, type InboxRecord, type OutRecord, type PendingRecord,
} from './records.js'

/** A conversation as it is in storage, with its group decoded. */
export interface Convo {
  record: ConvoRecord
  group?: Group
}

/** The changes of one step. What is in memory follows when they are in storage. */
export class Step {
  readonly changes: Changes = new Map()
  readonly after: (() => void)[] = []

  constructor(private readonly state: State) {}

  setCursor(cursor: string): void {
    this.changes.set(keys.cursor, cursor)
    this.after.push(() => { this.state.cursor = cursor })
  }

  setConvo(record: ConvoRecord, group: Group | undefined): void {
    const stored = { ...record, group: group?.encode() }
    this.changes.set(keys.convo(record.id), stored)
    // The encoded group is not kept in memory beside the decoded one.
    this.after.push(() => this.state.convos.set(record.id, { record: { ...record, group: undefined }, group }))
  }

  setPending(convoId: string, pending: PendingRecord | undefined): void {
    this.changes.set(keys.pending(convoId), pending)
    this.after.push(() => {
      if (pending) this.state.pendings.set(convoId, pending)
      else this.state.pendings.delete(convoId)
    })
  }

  setOut(n: number, out: OutRecord | undefined): void {
    this.changes.set(keys.out(n), out)
    this.after.push(() => {
      if (out) this.state.outs.set(n, out)
      else this.state.outs.delete(n)
    })
  }

  addToInbox(message: InboxRecord): void {
    const n = this.state.nextInbox++
    this.changes.set(keys.inbox(n), message)
    this.after.push(() => this.state.inbox.push(n))
  }
}

/** All that a device knows, in memory and in storage. */
export class State {
  cursor?: string
  readonly convos = new Map<string, Convo>()
  readonly pendings = new Map<string, PendingRecord>()
  readonly outs = new Map<number, OutRecord>()
  /** The numbers of the messages that the application has not taken yet. */
  readonly inbox = new Channel<number>()
  nextInbox = 0
  nextOut = 0
  readonly #lock = new Mutex()

  static async load(storage: Storage, device: DeviceRecord, mls: Mls): Promise<State> {
    const state = new State(storage, device)
    state.cursor = await storage.get(keys.cursor) as string | undefined
    for (const [, value] of await storage.list('convo/')) {
      const { group, ...record } = value as ConvoRecord
      state.convos.set(record.id, { record, group: group && mls.decode(group) })
    }
    for (const [, value] of await storage.list('pending/')) {
      const pending = value as PendingRecord
      state.pendings.set(pending.convoId, pending)
    }
    for (const [key, value] of await storage.list('out/')) {
      state.outs.set(numberIn(key), value as OutRecord)
      state.nextOut = numberIn(key) + 1
    }
    for (const [key] of await storage.list('in/')) {
      state.inbox.push(numberIn(key))
      state.nextInbox = numberIn(key) + 1
    }
    return state
  }

  private constructor(readonly storage: Storage, readonly device: DeviceRecord) {}

  /**
   * Runs one step at a time: `work` reads what is in memory and collects changes, which are then written in one
   * transaction. If it throws, nothing has changed.
   */
  step<T>(work: (step: Step) => Promise<T> | T): Promise<T> {
    return this.#lock.run(async () => {
      const step = new Step(this)
      const result = await work(step)
      if (step.changes.size > 0) await this.storage.write(step.changes)
      for (const apply of step.after) apply()
      return result
    })
  }

  /** A conversation whose group this device follows. Throws NotJoined for any other. */
  joined(convoId: string): { record: ConvoRecord, group: Group } {
    const convo = this.convos.get(convoId)
    if (convo?.record.status !== 'joined' || !convo.group) {
      throw new ClientError('NotJoined', `this device is not in the conversation ${convoId}`)
    }
    return convo as { record: ConvoRecord, group: Group }
  }

  isJoined(convoId: string): boolean {
    return this.convos.get(convoId)?.record.status === 'joined'
  }

  /** The own message that was encrypted as these bytes. */
  outByHash(convoId: string, hash: string): [number, OutRecord] | undefined {
    for (const entry of this.outs) if (entry[1].convoId === convoId && entry[1].attempt?.hash === hash) return entry
    return undefined
  }

  /** Own messages of a conversation, in the order in which they were given to send. */
  outsOf(convoId: string): [number, OutRecord][] {
    return [...this.outs].filter(([, out]) => out.convoId === convoId).sort(([a], [b]) => a - b)
  }
}
