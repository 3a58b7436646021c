import { sha256Hex } from '../bytes.js'
import { ClientError, isTemporary, lexiconError } from '../errors.js'
import * as mls from '../lexicons/blue/catbird/mls.js'
import { pause } from '../queue.js'
import type { Engine } from './engine.js'
import { keys, type OutRecord } from './records.js'
import { stored, type MessageView } from './receive.js'
import type { Step } from './state.js'

const RETRY_MS = 2000

export interface Sent {
  /** The id of the message at the service. */
  id: string
  seq: number
}

/** Sends messages, each exactly once and in order, through lost answers, other epochs and crashes. */
export class Outbox {
  /** Resolved when the service has stored the message. Messages of an earlier run have no waiter. */
  readonly #waiters = new Map<number, { resolve(sent: Sent): void, reject(error: Error): void }>()

  constructor(private readonly engine: Engine) {}

  /** Writes a message to the outbox and sends it. */
  async send(convoId: string, plaintext: Uint8Array, blobs: string[]): Promise<Sent> {
    const { state } = this.engine
    const status = state.convos.get(convoId)?.record.status
    if (status !== 'broken') state.joined(convoId) // a broken one is sent to when the device is back
    const n = state.nextOut++
    const answer = new Promise<Sent>((resolve, reject) => this.#waiters.set(n, { resolve, reject }))
    answer.catch(() => {}) // the caller gets it below
    await state.step((step) => step.setOut(n, { convoId, plaintext, blobs }))
    this.flush(convoId)
    return answer
  }

  /** Sends what waits in a conversation. */
  flush(convoId: string): void {
    this.engine.background(() => this.engine.operations.run(convoId, () => this.#flush(convoId)))
  }

  /** Sends what an earlier run has left. */
  flushAll(): void {
    for (const convoId of new Set([...this.engine.state.outs.values()].map((out) => out.convoId))) this.flush(convoId)
  }

  async #flush(convoId: string): Promise<void> {
    const { state, signal } = this.engine
    for (;;) {
      const [n, out] = state.outsOf(convoId).find(([, { accepted }]) => !accepted) ?? []
      if (n === undefined || !out) return
      if (signal.aborted) return this.#rejectAll()
      const status = state.convos.get(convoId)?.record.status
      if (status === 'broken') return // the outbox is sent again after the device has joined
      try {
        await this.#sendOne(n, out)
      } catch (error) {
        if (signal.aborted) return this.#rejectAll()
        if (isFinal(error)) {
          await this.#giveUp(n, convoId, error as Error)
          continue
        }
        if (!isTemporary(error)) this.engine.emit({ type: 'error', error: error as Error })
        await pause(RETRY_MS, signal)
      }
    }
  }

  async #sendOne(n: number, out: OutRecord): Promise<void> {
    const { api, state, committer, receiver } = this.engine
    // What may have been sent is sent again as it is, so that it cannot arrive twice.
    if (!out.attempt) {
      await committer.removeLeaving(out.convoId).catch((error) => this.#withoutRemoval(error))
      if (state.convos.get(out.convoId)?.record.status === 'broken') return
      const encrypted = await this.#encrypt(n, out)
      if (!encrypted) return // the next turn commits the proposal
      out = encrypted
    }
    const { ciphertext, epoch, msgId, idempotencyKey } = out.attempt!
    try {
      const { messageId, seq } = await api.call(mls.sendMessage, {
        convoId: out.convoId, ciphertext, epoch, msgId, idempotencyKey,
        ...(out.blobs.length > 0 && { blobs: out.blobs as never }),
      })
      await state.step((step) => this.#accepted(step, n, { id: messageId, seq: seq! }))
    } catch (error) {
      if (lexiconError(error) !== 'EpochMismatch') throw error
      await state.step((step) => step.setOut(n, { ...out, attempt: undefined }))
      await receiver.catchUp(out.convoId)
      if (state.convos.get(out.convoId)?.group?.epoch === epoch) await pause(RETRY_MS, this.engine.signal)
    }
  }

  /** A removal that the service refuses does not keep messages back. */
  #withoutRemoval(error: Error): void {
    if (isTemporary(error) || !lexiconError(error)) throw error
    this.engine.emit({ type: 'error', error })
  }

  /**
   * Encrypts in the present epoch. The ratchet of the group moves on in the same step. Returns undefined if a proposal
   * has arrived, which must be committed first.
   */
  #encrypt(n: number, out: OutRecord): Promise<OutRecord | undefined> {
    const { state } = this.engine
    return state.step(async (step) => {
      const { record, group } = state.joined(out.convoId)
      if (group.hasProposals) return undefined
      const { next, message } = await group.encrypt(out.plaintext)
      const attempt = {
        ciphertext: message, hash: await sha256Hex(message), epoch: group.epoch,
        msgId: crypto.randomUUID(), idempotencyKey: crypto.randomUUID(),
      }
      const encrypted = { ...out, attempt }
      step.setConvo(record, next)
      step.setOut(n, encrypted)
      return encrypted
    })
  }

  /** The service has stored it. If the message itself was received before the answer, the record is gone already. */
  #accepted(step: Step, n: number, accepted: Sent): void {
    const out = this.engine.state.outs.get(n)
    step.after.push(() => {
      this.#waiters.get(n)?.resolve(accepted)
      this.#waiters.delete(n)
    })
    if (!out) return
    const convo = this.engine.state.convos.get(out.convoId)
    if (convo && convo.record.seq >= accepted.seq) this.#deliverOwn(step, n, out, accepted)
    else step.setOut(n, { ...out, accepted })
  }

  /** The message has come back in its place among the others. */
  arrived(step: Step, n: number, message: MessageView): void {
    const out = this.engine.state.outs.get(n)!
    this.#deliverOwn(step, n, out, { id: message.id, seq: message.seq }, message)
    step.after.push(() => {
      this.#waiters.get(n)?.resolve({ id: message.id, seq: message.seq })
      this.#waiters.delete(n)
    })
  }

  /** Own messages that were accepted and will not come back, because the position has passed them. */
  resolveUpTo(step: Step, convoId: string, seq: number): void {
    for (const [n, out] of this.engine.state.outsOf(convoId)) {
      const passed = out.accepted !== undefined && out.accepted.seq <= seq && !step.changes.has(keys.out(n))
      if (passed) this.#deliverOwn(step, n, out, out.accepted!)
    }
  }

  #deliverOwn(step: Step, n: number, out: OutRecord, { id, seq }: Sent, message?: MessageView): void {
    const { did, credential } = this.engine.state.device
    const storedAt = new Date().toISOString()
    step.setOut(n, undefined)
    step.addToInbox({
      convoId: out.convoId, seq, id, epoch: out.attempt!.epoch, storedAt,
      ...(message && stored(message)), sender: { did, credential }, own: true, plaintext: out.plaintext,
    })
  }

  async #giveUp(n: number, convoId: string, error: Error): Promise<void> {
    await this.engine.state.step((step) => step.setOut(n, undefined))
    this.#waiters.get(n)?.reject(error)
    this.#waiters.delete(n)
    this.engine.emit({ type: 'unsent', convoId, error })
  }

  #rejectAll(): void {
    const error = new ClientError('Closed', 'the client was closed; it sends the message when it is opened again')
    for (const { reject } of this.#waiters.values()) reject(error)
    this.#waiters.clear()
  }

  close(): void {
    this.#rejectAll()
  }
}

/** The service has refused it, or this device is out: the message will never be sent. */
const isFinal = (error: unknown): boolean => !isTemporary(error)
  && (lexiconError(error) !== undefined || error instanceof ClientError && error.code === 'NotJoined')
