// Keeps the key of each conversation's info: it is unwrapped when this device meets it, kept in storage, and wrapped
// again for the epochs that this device's commits lead to, and for devices that entered without it.
import { ClientError, lexiconError } from '../errors.js'
import { newInfoKey, openInfo, sealInfo, unwrapInfoKey, wrapInfoKey, type Info } from '../info.js'
import * as mls from '../lexicons/blue/catbird/mls.js'
import { MlsRefusal, type Group } from '../mls/index.js'
import { pause } from '../queue.js'
import type { Engine } from './engine.js'
import { keys, type InfoKeyRecord } from './records.js'

const MAX_RACES = 30
const LOST_RACE_WAIT_MS = 150
/** Between two looks for a key that another member has to wrap. */
const KEY_WAIT_MS = 1000

type Stored = mls.defs.ConvoInfo | undefined

export class Infos {
  /** Conversations whose info this device has seen without being able to unwrap its key. */
  readonly #withoutKey = new Set<string>()

  constructor(private readonly engine: Engine) {}

  /** The info of a conversation; undefined if none was set. Waits up to `waitMs` for a key that others have to wrap. */
  async read(convoId: string, waitMs = 0): Promise<Info | undefined> {
    const until = Date.now() + waitMs
    for (;;) {
      const stored = await this.#stored(convoId)
      if (!stored) return undefined
      const key = await this.#keyOf(convoId, stored)
      if (key) return openInfo(stored.info, key, convoId, stored.version)
      if (Date.now() >= until || this.engine.signal.aborted) {
        throw new ClientError('NoInfoKey', `no member has given this device the key of version ${stored.version} yet`)
      }
      await pause(KEY_WAIT_MS, this.engine.signal)
    }
  }

  /** Encrypts an info under a new key and stores it. `change` gets the present info, and is called again after a race. */
  async set(convoId: string, change: (present: Info | undefined) => Info): Promise<void> {
    const { api, state, signal, options, receiver } = this.engine
    for (let races = 1; races <= MAX_RACES; races++) {
      await receiver.catchUp(convoId)
      const stored = await this.#stored(convoId)
      const { group } = state.joined(convoId)
      const present = stored && await this.#present(convoId, stored)
      const version = (stored?.version ?? 0) + 1, key = newInfoKey()
      try {
        await api.call(mls.updateConvoInfo, {
          convoId, baseVersion: version - 1, epoch: group.epoch,
          info: await sealInfo(change(present), key, convoId, version), infoKey: await wrapInfoKey(key, group, version),
        })
        return await this.#remember(convoId, { version, key })
      } catch (error) {
        if (!['InfoVersionMismatch', 'EpochMismatch'].includes(lexiconError(error)!)) throw error
        await pause(options.random() * LOST_RACE_WAIT_MS * races, signal)
      }
    }
    throw new ClientError('Contention', `${MAX_RACES} changes of others came first in ${convoId}; try again`)
  }

  async #present(convoId: string, stored: mls.defs.ConvoInfo): Promise<Info | undefined> {
    const key = await this.#keyOf(convoId, stored)
    return key && openInfo(stored.info, key, convoId, stored.version)
  }

  /** The fields of a commit that give the key to the members of the epoch after it. Empty if this device has no key. */
  async forCommit(convoId: string, next: Group): Promise<{ infoKey?: Uint8Array, infoVersion?: number }> {
    const record = await this.#known(convoId)
    if (!record) return {}
    return { infoKey: await wrapInfoKey(record.key, next, record.version), infoVersion: record.version }
  }

  /** Fetches the key while the group is in its epoch, unless this device has it. */
  async look(convoId: string): Promise<void> {
    const stored = await this.#stored(convoId)
    if (stored) await this.#keyOf(convoId, stored)
  }

  /** A commit may have brought the key that this device lacks. */
  committed(convoId: string): void {
    if (this.#withoutKey.has(convoId)) this.engine.background(() => this.look(convoId))
  }

  /** After this device has removed somebody: a new key and a new ciphertext, if it may change the info. */
  async renew(convoId: string): Promise<void> {
    if (!await this.#known(convoId)) return
    try {
      await this.set(convoId, (present) => {
        if (!present) throw new ClientError('NoInfoKey', 'another info was set meanwhile')
        return present
      })
    } catch (error) {
      const refused = ['NotAllowed', 'NotMember', 'ConvoLocked'].includes(lexiconError(error)!)
      if (!refused && !(error instanceof ClientError)) throw error
    }
  }

  /** Whether a device waits for the key. */
  async isRequested(convoId: string): Promise<boolean> {
    const stored = await this.#stored(convoId)
    return stored?.requestedEpoch !== undefined && await this.#keyOf(convoId, stored) !== undefined
  }

  /** Gives the key to the members of the current epoch. Nothing is left to do if somebody else was first. */
  async give(convoId: string): Promise<void> {
    const { api, state } = this.engine
    const record = await this.#known(convoId)
    if (!record) return
    const { group } = state.joined(convoId)
    await api.call(mls.updateConvoInfo, {
      convoId, baseVersion: record.version, epoch: group.epoch, infoKey: await wrapInfoKey(record.key, group, record.version),
    })
  }

  async #stored(convoId: string): Promise<Stored> {
    return (await this.engine.api.call(mls.getConvo, { convoId })).info
  }

  /** The key of a version: the one in storage, or the wrapped one if it is of the group's present epoch. */
  async #keyOf(convoId: string, stored: mls.defs.ConvoInfo): Promise<Uint8Array | undefined> {
    const key = await this.#unwrapped(convoId, stored)
    if (key) this.#withoutKey.delete(convoId)
    else this.#withoutKey.add(convoId)
    return key
  }

  async #unwrapped(convoId: string, stored: mls.defs.ConvoInfo): Promise<Uint8Array | undefined> {
    const known = await this.#known(convoId)
    if (known?.version === stored.version) return known.key
    const { state, receiver } = this.engine
    if (!state.isJoined(convoId)) return undefined
    if (state.joined(convoId).group.epoch < stored.keyEpoch) await receiver.catchUp(convoId)
    if (!state.isJoined(convoId)) return undefined
    const { group } = state.joined(convoId)
    if (group.epoch !== stored.keyEpoch) return undefined
    try {
      const key = await unwrapInfoKey(stored.infoKey, group, stored.version)
      await this.#remember(convoId, { version: stored.version, key })
      return key
    } catch (error) {
      if (error instanceof MlsRefusal) return undefined // a member has wrapped something else
      throw error
    }
  }

  async #known(convoId: string): Promise<InfoKeyRecord | undefined> {
    return await this.engine.state.storage.get(keys.infoKey(convoId)) as InfoKeyRecord | undefined
  }

  #remember(convoId: string, record: InfoKeyRecord): Promise<void> {
    return this.engine.state.step((step) => { step.changes.set(keys.infoKey(convoId), record) })
  }
}
