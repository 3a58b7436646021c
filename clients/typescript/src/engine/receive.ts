import { deviceIdOf, sha256Hex } from '../bytes.js'
import * as mls from '../lexicons/blue/catbird/mls.js'
import { MlsRefusal, didOf, type Group } from '../mls/index.js'
import type { Engine } from './engine.js'
import type { ConvoRecord, InboxRecord } from './records.js'
import type { Convo, Step } from './state.js'

export type MessageView = mls.defs.MessageView
const PAGE = 100

/** Processes the stored messages of conversations, each in one step, in the order of their numbers. */
export class Receiver {
  constructor(private readonly engine: Engine) {}

  /** Processes a message of a stream. If earlier ones are missing, they are fetched first. */
  async deliver(message: MessageView, cursor: string | undefined): Promise<void> {
    const { state } = this.engine
    const position = state.convos.get(message.convoId)?.record.seq ?? message.seq
    if (state.isJoined(message.convoId) && message.seq > position + 1) await this.catchUp(message.convoId)
    await this.receive(message, cursor)
  }

  /** Fetches and processes what is new in a conversation, until `seq` at least. */
  async catchUp(convoId: string): Promise<void> {
    const { api, state } = this.engine
    for (;;) {
      const convo = state.convos.get(convoId)
      if (convo?.record.status !== 'joined') return
      const page = await api.call(mls.getMessages, { convoId, sinceSeq: convo.record.seq, limit: PAGE })
      for (const message of page.messages) await this.receive(message, undefined)
      if (page.cursor) continue
      if (page.messages.length === 0 && page.lastSeq !== undefined) await this.#skipTo(convoId, page.lastSeq)
      return
    }
  }

  /** Numbers whose messages were removed are passed over. */
  #skipTo(convoId: string, seq: number): Promise<void> {
    const { state } = this.engine
    return state.step((step) => {
      const convo = state.convos.get(convoId)
      if (convo?.record.status !== 'joined' || convo.record.seq >= seq) return
      step.setConvo({ ...convo.record, seq }, convo.group)
      this.engine.outbox.resolveUpTo(step, convoId, seq)
    })
  }

  /**
   * Processes one message, unless it was processed before, and writes what follows from it together with the cursor.
   * Numbers between the position and this message must be missing at the service.
   */
  async receive(message: MessageView, cursor: string | undefined): Promise<void> {
    const { state } = this.engine
    const hash = await sha256Hex(message.ciphertext)
    await state.step(async (step) => {
      if (cursor !== undefined) step.setCursor(cursor)
      const convo = state.convos.get(message.convoId)
      if (convo?.record.status !== 'joined' || !convo.group || message.seq <= convo.record.seq) return
      const record = { ...convo.record, seq: message.seq }
      if (message.messageType === 'commit') await this.#commit(step, message, hash, record, convo)
      else if (message.messageType === 'proposal') await this.#proposal(step, message, record, convo.group)
      else await this.#application(step, message, hash, record, convo.group)
      this.engine.outbox.resolveUpTo(step, message.convoId, message.seq)
    })
  }

  async #application(step: Step, message: MessageView, hash: string, record: ConvoRecord, group: Group): Promise<void> {
    const own = this.engine.state.outByHash(record.id, hash)
    if (own) { // a device cannot decrypt what it encrypted itself
      step.setConvo(record, group)
      return this.engine.outbox.arrived(step, own[0], message)
    }
    try {
      const result = await group.process(message.ciphertext)
      if (result.kind !== 'application') throw new MlsRefusal('it is no application message')
      step.setConvo(record, result.next)
      const { credential } = result.sender
      step.addToInbox({
        ...stored(message), sender: { did: didOf(credential), credential }, own: false, plaintext: result.plaintext,
      })
    } catch (error) {
      if (!(error instanceof MlsRefusal)) throw error
      step.setConvo(record, group)
      step.after.push(() => this.engine.emit({ type: 'undecryptable', convoId: record.id, seq: message.seq, error }))
    }
  }

  async #proposal(step: Step, message: MessageView, record: ConvoRecord, group: Group): Promise<void> {
    const next = message.epoch < group.epoch ? group : await group.process(message.ciphertext).then(
      (result) => result.next,
      (error) => {
        if (error instanceof MlsRefusal) return group // then a commit that refers to it cannot be applied either
        throw error
      })
    step.setConvo(record, next)
  }

  async #commit(step: Step, message: MessageView, hash: string, record: ConvoRecord, { group }: Convo): Promise<void> {
    const { state, mls: library } = this.engine
    if (message.epoch < group!.epoch) return step.setConvo(record, group) // from before this device joined
    const pending = state.pendings.get(record.id)
    if (pending?.hash === hash) { // its own commit has won
      step.setPending(record.id, undefined)
      return this.#enter(step, record, library.decode(pending.next))
    }
    try {
      const { next } = await group!.process(message.ciphertext)
      return this.#enter(step, record, next)
    } catch (error) {
      if (!(error instanceof MlsRefusal)) throw error
      step.setConvo({ ...record, seq: message.seq - 1, status: 'broken', brokenEpoch: message.epoch }, group)
      step.after.push(() => this.engine.joiner.recover(record.id, error))
    }
  }

  /** The group after a commit. */
  #enter(step: Step, record: ConvoRecord, group: Group): void {
    const { engine } = this
    if (!group.active) {
      step.setPending(record.id, undefined)
      step.setConvo({ ...record, status: 'ended', leaving: [] }, undefined)
      step.after.push(() => engine.emit({ type: 'conversation', convoId: record.id, change: 'removed' }))
      return
    }
    const members = new Set(group.leaves.map(({ credential }) => didOf(credential)))
    step.setConvo({ ...record, leaving: record.leaving.filter((did) => members.has(did)) }, group)
    step.after.push(() => {
      engine.emit({ type: 'epoch', convoId: record.id, epoch: group.epoch })
      engine.infos.committed(record.id)
    })
  }
}

/** What a message is to the application, except its content. */
export const stored = (message: MessageView): Pick<InboxRecord, 'convoId' | 'seq' | 'id' | 'epoch' | 'storedAt'> => ({
  convoId: message.convoId, seq: message.seq, id: message.id, epoch: message.epoch, storedAt: message.createdAt,
})

/** The ids of the devices in a group. */
export async function devicesOf(group: Group): Promise<Map<string, number>> {
  const devices = new Map<string, number>()
  for (const { index, signatureKey } of group.leaves) devices.set(await deviceIdOf(signatureKey), index)
  return devices
}
