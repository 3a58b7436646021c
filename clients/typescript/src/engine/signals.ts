import { lexiconError } from '../errors.js'
import * as mls from '../lexicons/blue/catbird/mls.js'
import type { EphemeralEvent } from '../lexicons/blue/catbird/mls/streamConvoEvents.js'
import { MlsRefusal, didOf } from '../mls/index.js'
import { within } from '../queue.js'
import { openSignal, sealSignal } from '../signals.js'
import type { Engine } from './engine.js'

const CALL_LIMIT_MS = 10_000
const MAX_TRIES = 3

/** Signals that nobody stores: they are sent now or never, and reach the members that are online. */
export class Signals {
  constructor(private readonly engine: Engine) {}

  async send(convoId: string, data: unknown): Promise<void> {
    const { once, state, receiver, signal } = this.engine
    for (let tries = 1; ; tries++) {
      const { group } = state.joined(convoId)
      const body = { convoId, ciphertext: await sealSignal(data, group), epoch: group.epoch }
      try {
        await within(CALL_LIMIT_MS, [signal], (limit) => once.call(mls.sendEphemeral, body, { signal: limit }))
        return
      } catch (error) {
        if (lexiconError(error) !== 'EpochMismatch' || tries === MAX_TRIES) throw error
        await receiver.catchUp(convoId)
      }
    }
  }

  /** One that cannot be read is dropped: it is of an epoch that this device is not in, or no member sent it. */
  async receive({ convoId, ciphertext, epoch }: EphemeralEvent): Promise<void> {
    const { state } = this.engine
    const group = state.convos.get(convoId)?.group
    if (!state.isJoined(convoId) || group?.epoch !== epoch) return
    try {
      const { data, sender: { index, credential } } = await openSignal(ciphertext, group)
      if (index === group.ownLeaf) return
      this.engine.emit({ type: 'signal', convoId, sender: { did: didOf(credential), credential }, data })
    } catch (error) {
      if (!(error instanceof MlsRefusal)) throw error
    }
  }
}
