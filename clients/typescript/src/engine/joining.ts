import { base64, fromBase64, hex, randomBytes, sha256Hex } from '../bytes.js'
import { ClientError, isTemporary, lexiconError } from '../errors.js'
import * as mls from '../lexicons/blue/catbird/mls.js'
import type { Group } from '../mls/index.js'
import { MlsRefusal } from '../mls/index.js'
import { pause } from '../queue.js'
import type { Engine } from './engine.js'
import { keys, type PackageRecord, type PendingRecord } from './records.js'

const MAX_RACES = 30
/** A link gives an account 20 GroupInfos a day, one for each try. */
const MAX_RACES_BY_LINK = 10
/** Members that could not apply a commit come back one after the other. */
const RECOVERY_JITTER_MS = 1000
const RETRY_MS = 5000

interface Welcome { convoId: string, welcome: Uint8Array, ratchetTree?: Uint8Array, epoch: number, seq: number }

/** How this device gets into groups: new ones, by Welcome, by external commit, and back when it is lost. */
export class Joiner {
  readonly #recovering = new Set<string>()

  constructor(private readonly engine: Engine) {}

  /** A new conversation with these accounts and the other devices of this one. */
  async create(dids: string[]): Promise<string> {
    const { mls: library, state, committer } = this.engine
    const convoId = hex(randomBytes(16))
    const alone = await library.create(convoId, this.#identity())
    const others = [...new Set(dids)].filter((did) => did !== state.device.did)
    const add = await committer.claim([...others, state.device.did], undefined)
    const first = add.length > 0 ? await alone.commit({ add }) : { next: alone, groupInfo: await alone.groupInfo() }
    const pending: PendingRecord = {
      convoId, kind: 'create', epoch: 0, hash: '', next: first.next.encode(),
      body: {
        groupId: convoId, cipherSuite: library.suite, groupInfo: base64(first.groupInfo), idempotencyKey: crypto.randomUUID(),
        ...('welcome' in first && first.welcome && { welcomeMessage: base64(first.welcome) }),
        ...(others.length > 0 && { initialMembers: others }),
      },
    }
    await state.step((step) => step.setPending(convoId, pending))
    await this.engine.operations.run(convoId, () => this.#finish(pending))
    return convoId
  }

  /** Finishes a creation or a join that an earlier run has left. */
  resume(pending: PendingRecord): Promise<void> {
    return this.engine.operations.run(pending.convoId, async () => {
      if (this.engine.state.pendings.get(pending.convoId) !== pending) return
      const lost = await this.#finish(pending)
      if (!lost) return
      await pause(lost.retryAfterMs ?? 0, this.engine.signal)
      await this.#joinExternal(pending.convoId, pending.body.code as string | undefined)
    })
  }

  /** Sends a pending creation or join. Returns what the service answered if a join has lost its race. */
  async #finish(pending: PendingRecord): Promise<{ retryAfterMs?: number } | undefined> {
    const { api, state, mls: library, signal } = this.engine
    const { convoId } = pending
    try {
      if (pending.kind === 'create') {
        await api.call(mls.createConvo, pending.body as never)
        await this.#enter(convoId, library.decode(pending.next), 0)
        return undefined
      }
      const answer = await api.call(mls.joinConvo, pending.body as never)
      if (answer.success) {
        await this.#enter(convoId, library.decode(pending.next), answer.seq!)
        return undefined
      }
      await state.step((step) => step.setPending(convoId, undefined))
      return answer
    } catch (error) {
      if (!isTemporary(error) && !signal.aborted) await state.step((step) => step.setPending(convoId, undefined))
      throw error
    }
  }

  /**
   * Joins by an external commit: as a new device, or again after the state was lost. With the code of a link also where
   * the account is no member.
   */
  join(convoId: string, code?: string): Promise<void> {
    return this.engine.operations.run(convoId, async () => {
      if (!this.engine.state.isJoined(convoId)) await this.#joinExternal(convoId, code)
    })
  }

  async #joinExternal(convoId: string, code?: string): Promise<void> {
    const byLink = code === undefined ? {} : { code }
    const { api, state, mls: library, signal, options } = this.engine
    const most = code === undefined ? MAX_RACES : MAX_RACES_BY_LINK
    for (let races = 0; races < most; races++) {
      if (signal.aborted) throw new ClientError('Closed', 'the client was closed while it joined')
      const { groupInfo, ratchetTree } = await api.call(mls.getGroupInfo, { convoId, ...byLink })
      const built = await library.joinExternal(groupInfo, ratchetTree, this.#identity())
      const pending: PendingRecord = {
        convoId, kind: 'join', epoch: built.next.epoch - 1, hash: await sha256Hex(built.commit), next: built.next.encode(),
        body: {
          convoId, externalCommit: built.commit, groupInfo: built.groupInfo, idempotencyKey: crypto.randomUUID(),
          ...byLink, ...await this.engine.infos.forCommit(convoId, built.next),
        },
      }
      await state.step((step) => step.setPending(convoId, pending))
      const lost = await this.#finish(pending)
      if (!lost) return
      // Those who join by links get turns from the service, which a wait of their own would disturb.
      const spread = code !== undefined && lost.retryAfterMs ? 0 : options.random() * 200 * (races + 1)
      await pause((lost.retryAfterMs ?? 0) + spread, signal)
    }
    throw new ClientError('Contention', `${most} commits of others came first in ${convoId}; try again`)
  }

  /** Writes a group that this device is in now, and fetches what was sent since. */
  async #enter(convoId: string, group: Group, seq: number, how: { usedPackage?: string, inSync?: boolean } = {}): Promise<void> {
    const { usedPackage, inSync = false } = how
    const { engine } = this
    const before = engine.state.convos.get(convoId)?.record
    await engine.state.step((step) => {
      step.setPending(convoId, undefined)
      step.setConvo({ id: convoId, seq, status: 'joined', leaving: [] }, group)
      if (usedPackage) step.changes.set(keys.keyPackage(usedPackage), undefined)
      engine.outbox.resolveUpTo(step, convoId, seq)
    })
    if (before?.status === 'broken' || before?.status === 'joined') {
      engine.emit({ type: 'rejoined', convoId, fromSeq: before.seq, toSeq: seq })
    } else {
      engine.emit({ type: 'conversation', convoId, change: 'joined' })
    }
    if (inSync) return // sync fetches what was sent since, for all conversations together
    engine.background(async () => {
      await engine.receiver.catchUp(convoId)
      await engine.reactions.look(convoId)
      await engine.infos.look(convoId)
      engine.outbox.flush(convoId)
    })
  }

  /** Joins by the Welcome for this device, or confirms one that was used before. */
  async welcome(convoId: string): Promise<void> {
    const { api, state } = this.engine
    try {
      const answer = await api.call(mls.getWelcome, { convoId, deviceId: state.device.id })
      const { ratchetTree, epoch, seq = 0 } = answer
      await this.useWelcome({ convoId, welcome: fromBase64(answer.welcome), ratchetTree, epoch: epoch!, seq })
    } catch (error) {
      // Another Welcome or an external commit of this device has taken its place.
      if (!['WelcomeExpired', 'WelcomeNotFound', 'NotMember', 'ConvoNotFound'].includes(lexiconError(error)!)) throw error
    }
  }

  /** Joins by a Welcome that is at hand. One that cannot be used is reported, and the device joins by itself. */
  useWelcome({ convoId, welcome, ratchetTree, epoch, seq }: Welcome, inSync = false): Promise<void> {
    const { api, state, mls: library, signal } = this.engine
    return this.engine.operations.run(convoId, async () => {
      const deviceId = state.device.id
      const convo = state.convos.get(convoId)
      if (convo?.record.status !== 'joined' || convo.group!.epoch < epoch) {
        try {
          const { group, ref } = await library.joinWelcome(welcome, ratchetTree, (ref) => this.#secretOf(ref))
          const used = await state.storage.get(keys.keyPackage(ref)) as PackageRecord
          await this.#enter(convoId, group, seq, { usedPackage: used.lastResort ? undefined : ref, inSync })
        } catch (error) {
          if (!(error instanceof MlsRefusal)) throw error
          await api.call(mls.confirmWelcome, { convoId, deviceId, success: false, errorDetails: error.message.slice(0, 200) })
          if (!signal.aborted) await this.#joinExternal(convoId)
          return
        }
      }
      await api.call(mls.confirmWelcome, { convoId, deviceId, success: true })
    })
  }

  async #secretOf(ref: string): Promise<unknown> {
    return (await this.engine.state.storage.get(keys.keyPackage(ref)) as PackageRecord | undefined)?.secret
  }

  /** Reports a commit that this device could not apply, and joins again. Goes on until it is in the group. */
  recover(convoId: string, cause: Error): void {
    const { engine } = this
    if (this.#recovering.has(convoId)) return
    this.#recovering.add(convoId)
    engine.emit({ type: 'error', error: cause })
    engine.background(async () => {
      try {
        while (!engine.signal.aborted) {
          try {
            await this.#recoverOnce(convoId)
            return
          } catch (error) {
            if (!isTemporary(error) && lexiconError(error)) throw error
            await pause(RETRY_MS, engine.signal)
          }
        }
      } finally {
        this.#recovering.delete(convoId)
      }
    })
  }

  async #recoverOnce(convoId: string): Promise<void> {
    const { api, state, signal, options } = this.engine
    await this.engine.operations.run(convoId, async () => {
      const record = state.convos.get(convoId)?.record
      if (record?.status !== 'broken') return
      await api.call(mls.requestRejoin, { convoId, reason: 'commit-failed', epoch: record.brokenEpoch }).catch((error) => {
        if (lexiconError(error) !== 'EpochMismatch') throw error
      })
      await pause(options.random() * RECOVERY_JITTER_MS, signal)
      await this.#joinExternal(convoId)
    })
  }

  #identity() {
    const { credential, keys } = this.engine.state.device
    return { credential, keys }
  }
}
