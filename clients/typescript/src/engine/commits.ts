import { fromBase64, sameBytes, sha256Hex } from '../bytes.js'
import { ClientError } from '../errors.js'
import * as mls from '../lexicons/blue/catbird/mls.js'
import { didOf, type Group } from '../mls/index.js'
import { pause } from '../queue.js'
import type { Engine } from './engine.js'
import { devicesOf } from './receive.js'
import type { Intent, PendingRecord } from './records.js'

const MAX_RACES = 30
const LOST_RACE_WAIT_MS = 150

interface Plan {
  add: Uint8Array[]
  remove: number[]
  /** Accounts that become members by the commit. */
  addedDids: string[]
}

/**
 * Builds commits and sends them. The log of the service decides: a commit is merged when it comes back among the
 * messages, in its place. Until then it is pending, and survives a crash; if another commit has its place, it is built
 * again from its intent.
 */
export class Committer {
  constructor(private readonly engine: Engine) {}

  /** Does what `intent` says, if it is not done yet. Returns when this device has merged the commit. */
  commit(convoId: string, intent: Intent): Promise<void> {
    return this.engine.operations.run(convoId, () => this.#commit(convoId, intent))
  }

  /** Finishes what an earlier run has left. */
  resume(pending: PendingRecord): Promise<void> {
    return this.engine.operations.run(pending.convoId, async () => {
      if (this.engine.state.pendings.get(pending.convoId)?.kind === 'commit') await this.#finishPending(pending.convoId)
    })
  }

  /** Before it sends, a client commits removals that are pending, and proposals. The caller runs the operation. */
  async removeLeaving(convoId: string): Promise<void> {
    await this.#finishPending(convoId)
    const { state, reactions } = this.engine
    if (state.joined(convoId).record.leaving.length > 0) {
      await reactions.refresh(convoId)
      await this.#settle(convoId, { kind: 'remove', dids: state.joined(convoId).record.leaving })
    }
    if (state.joined(convoId).group.hasProposals) await this.#settle(convoId, { kind: 'update' })
  }

  /** The commit of an earlier call whose answer was lost comes first. */
  async #finishPending(convoId: string): Promise<void> {
    const pending = this.engine.state.pendings.get(convoId)
    if (pending?.kind === 'commit') await this.#settle(convoId, pending.intent!)
  }

  async #commit(convoId: string, intent: Intent): Promise<void> {
    await this.#finishPending(convoId)
    // Somebody who has left cannot be added before the old leaves are gone.
    const { leaving } = this.engine.state.joined(convoId).record
    if (intent.kind === 'add' && intent.dids.some((did) => leaving.includes(did))) await this.removeLeaving(convoId)
    await this.#settle(convoId, intent)
  }

  /** Sends the pending commit, or builds one from the intent, until one is merged or nothing is left to do. */
  async #settle(convoId: string, intent: Intent): Promise<void> {
    const { state, receiver, signal, options } = this.engine
    for (let races = 0; races < MAX_RACES; ) {
      const { group } = state.joined(convoId)
      let pending = state.pendings.get(convoId)
      if (!pending || pending.epoch !== group.epoch) pending = await this.#build(convoId, intent)
      if (!pending) return
      const answer = await this.#send(pending)
      if (answer.success) {
        await receiver.catchUp(convoId)
        if (pending.body.removedDids) this.engine.background(() => this.engine.infos.renew(convoId))
        if (state.pendings.get(convoId)?.hash !== pending.hash) return
        throw new ClientError('NotJoined', `the accepted commit of ${convoId} is not among its messages`)
      }
      if (answer.retryAfterMs) { // the epoch is reserved for another member: no race was lost
        await pause(answer.retryAfterMs, signal)
      } else {
        races++
        await pause(options.random() * LOST_RACE_WAIT_MS * races, signal)
      }
      if (signal.aborted) throw new ClientError('Closed', 'the client was closed while it committed')
      await receiver.catchUp(convoId)
    }
    await state.step((step) => step.setPending(convoId, undefined))
    throw new ClientError('Contention', `${MAX_RACES} commits of others came first in ${convoId}; try again`)
  }

  async #send(pending: PendingRecord) {
    try {
      return await this.engine.api.call(mls.sendCommit, pending.body as never)
    } catch (error) {
      // What the service has refused is not pending. Without an answer it stays, and is sent again.
      if (isRefusal(error)) await this.engine.state.step((step) => step.setPending(pending.convoId, undefined))
      throw error
    }
  }

  /** Builds a commit of the present epoch and writes it. Returns undefined, and forgets the intent, if it is done. */
  async #build(convoId: string, intent: Intent): Promise<PendingRecord | undefined> {
    const { state } = this.engine
    const { group } = state.joined(convoId)
    const plan = await this.#plan(group, intent)
    if (!plan) {
      if (state.pendings.has(convoId)) await state.step((step) => step.setPending(convoId, undefined))
      return undefined
    }
    const { next, commit, welcome, groupInfo } = await group.commit(plan)
    const members = new Set(next.leaves.map(({ credential }) => didOf(credential)))
    const removedDids = [...new Set(group.leaves.map(({ credential }) => didOf(credential)))].filter((did) => !members.has(did))
    const pending: PendingRecord = {
      convoId, kind: 'commit', intent, epoch: group.epoch, hash: await sha256Hex(commit), next: next.encode(),
      body: {
        convoId, commit, groupInfo, ...(welcome && { welcome }),
        ...(plan.addedDids.length > 0 && { addedDids: plan.addedDids }),
        ...(removedDids.length > 0 && { removedDids }),
        ...await this.engine.infos.forCommit(convoId, next),
        idempotencyKey: crypto.randomUUID(),
      },
    }
    await state.step((step) => step.setPending(convoId, pending))
    return pending
  }

  /** What the intent still asks for in this epoch; undefined if nothing. */
  async #plan(group: Group, intent: Intent): Promise<Plan | undefined> {
    switch (intent.kind) {
      case 'update':
        return { add: [], remove: [], addedDids: [] }
      case 'remove':
        return toRemove(leavesOfDids(group, intent.dids))
      case 'removeDevices': {
        const devices = await devicesOf(group)
        const leaves = intent.deviceIds.map((id) => devices.get(id)).filter((index) => index !== undefined)
        return toRemove(leaves.filter((index) => index !== group.ownLeaf))
      }
      case 'add':
        return this.#planAdd(group, intent.dids)
      case 'readd': {
        const add = await this.claim([intent.did], group)
        return add.length === 0 ? undefined : { add, remove: leavesOfDids(group, [intent.did]), addedDids: [] }
      }
    }
  }

  /** New accounts, and new devices of accounts that are members. */
  async #planAdd(group: Group, dids: string[]): Promise<Plan | undefined> {
    const members = new Set(group.leaves.map(({ credential }) => didOf(credential)))
    const newcomers = dids.filter((did) => !members.has(did))
    const add = await this.claim(dids, group)
    return add.length === 0 ? undefined : { add, remove: [], addedDids: newcomers }
  }

  /**
   * Leases one key package for each device of the accounts that has no leaf in the group. Throws NoKeyPackages if an
   * account that is not in the group has none.
   */
  async claim(dids: string[], group: Group | undefined): Promise<Uint8Array[]> {
    const { api, mls: library, state } = this.engine
    const { keyPackages, missing } = await api.call(mls.getKeyPackages, {
      dids: dids as never, cipherSuite: library.suite, ...(group && { convoId: group.id }),
    })
    const members = new Set(group?.leaves.map(({ credential }) => didOf(credential)))
    const nobody = (missing ?? []).filter((did) => !members.has(did) && did !== state.device.did)
    if (nobody.length > 0) throw new ClientError('NoKeyPackages', `no device of ${nobody.join(', ')} can be added now`)
    const known = [...(group?.leaves ?? []).map(({ signatureKey }) => signatureKey), state.device.keys.publicKey]
    return keyPackages.map(({ keyPackage }) => fromBase64(keyPackage)).filter((bytes) => {
      const key = library.signatureKeyOf(bytes)
      return !known.some((other) => sameBytes(other, key))
    })
  }
}

const leavesOfDids = (group: Group, dids: string[]): number[] => group.leaves
  .filter(({ index, credential }) => index !== group.ownLeaf && dids.includes(didOf(credential)))
  .map(({ index }) => index)

const toRemove = (remove: number[]): Plan | undefined =>
  (remove.length === 0 ? undefined : { add: [], remove, addedDids: [] })

const isRefusal = (error: unknown): boolean => {
  const status = (error as { status?: number }).status
  return status !== undefined && status >= 400 && status < 500 && status !== 401 && status !== 408 && status !== 429
}
