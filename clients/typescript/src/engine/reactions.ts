// The rule of docs/protocol.md, "Which member reacts": a pending removal and a request to be added again need one
// commit of any one member; a device that entered without the key of the info needs one member that wraps it. The lowest
// leaf acts at once, the others after a random delay that ends when it is done.
import { lexiconError } from '../errors.js'
import * as mls from '../lexicons/blue/catbird/mls.js'
import { didOf, type Group } from '../mls/index.js'
import { pause } from '../queue.js'
import type { Engine } from './engine.js'

const FIRST_TURN_MS = 5000
const EACH_LEAF_MS = 1000
const LAST_TURN_MS = 10 * 60_000

/** The service names an erased account so, while the leaf in the group still has its DID. */
export const ERASED = 'did:erased:'

type Task = { kind: 'remove' | 'readd' | 'infoKey', convoId: string, did: string }

export class Reactions {
  readonly #waiting = new Set<string>()

  constructor(private readonly engine: Engine) {}

  /** An account's leaves are to be removed. Own messages wait for that. */
  async leaving(convoId: string, did: string): Promise<void> {
    const { state } = this.engine
    if (did === state.device.did || !state.isJoined(convoId)) return
    await state.step((step) => {
      const { record, group } = state.joined(convoId)
      const isMember = group.leaves.some(({ credential }) => didOf(credential) === did)
      if (isMember && !record.leaving.includes(did)) step.setConvo({ ...record, leaving: [...record.leaving, did] }, group)
    })
    this.#schedule({ kind: 'remove', convoId, did })
  }

  /** A member has lost its state and asks to be added again. */
  rejoinRequested(convoId: string, did: string, reason: string): void {
    if (reason !== 'commit-failed' && did !== this.engine.state.device.did) this.#schedule({ kind: 'readd', convoId, did })
  }

  /** A device of an account entered without the key of the info. */
  infoKeyRequested(convoId: string, did: string): void {
    if (this.engine.state.isJoined(convoId)) this.#schedule({ kind: 'infoKey', convoId, did })
  }

  /** After a join: removals that became pending before. */
  async look(convoId: string): Promise<void> {
    const { api, state } = this.engine
    if (state.isJoined(convoId)) await this.#takeUp(await api.call(mls.getConvo, { convoId }))
  }

  /** After a start: the same for all conversations. */
  async lookAll(): Promise<void> {
    let cursor: string | undefined
    do {
      const page = await this.engine.api.call(mls.getConvos, { limit: 100, ...(cursor && { cursor }) })
      for (const convo of page.conversations) await this.#takeUp(convo)
      cursor = page.cursor
    } while (cursor)
  }

  async #takeUp({ id, members, info }: mls.defs.ConvoView): Promise<void> {
    if (info?.requestedEpoch !== undefined) this.infoKeyRequested(id, '')
    const group = this.engine.state.convos.get(id)?.group
    if (group) for (const did of leavers(members, group)) await this.leaving(id, did)
  }

  /** Drops those who have been added again meanwhile, and adds what was missed. */
  async refresh(convoId: string): Promise<void> {
    const { api, state } = this.engine
    const { members } = await api.call(mls.getConvo, { convoId })
    await state.step((step) => {
      const { record, group } = state.joined(convoId)
      const leaving = leavers(members, group)
      const inGroup = new Set(group.leaves.map(({ credential }) => didOf(credential)))
      step.setConvo({ ...record, leaving: leaving.filter((did) => inGroup.has(did)) }, group)
    })
  }

  #schedule(task: Task): void {
    const key = `${task.kind} ${task.convoId} ${task.did}`
    if (this.#waiting.has(key)) return
    this.#waiting.add(key)
    this.engine.background(async () => {
      try {
        await this.#react(task)
      } finally {
        this.#waiting.delete(key)
      }
    })
  }

  async #react(task: Task): Promise<void> {
    const { state, signal, options, committer, infos } = this.engine
    const group = state.convos.get(task.convoId)?.group
    if (!group) return
    const before = leafKeys(group, task.did)
    await pause(turn(group, task.did, options.random()), signal)
    while (!signal.aborted && await this.#isOpen(task, before)) {
      try {
        const { convoId, did } = task
        if (task.kind === 'infoKey') return await infos.give(convoId)
        await committer.commit(convoId, task.kind === 'remove' ? { kind: 'remove', dids: [did] } : { kind: 'readd', did })
        return
      } catch (error) {
        if (['InfoVersionMismatch', 'EpochMismatch'].includes(lexiconError(error)!)) continue // looks again
        if (['NotAllowed', 'AlreadyMember', 'NotMember', 'InvalidCommit', 'ConvoLocked'].includes(lexiconError(error)!)) return
        throw error
      }
    }
  }

  /** Whether nobody has done it yet: the leaves are the same, and the service says so too. */
  async #isOpen({ kind, convoId, did }: Task, before: string): Promise<boolean> {
    const { api, state, receiver, infos } = this.engine
    await receiver.catchUp(convoId)
    if (kind === 'infoKey') return state.isJoined(convoId) && infos.isRequested(convoId)
    const group = state.convos.get(convoId)?.group
    if (!state.isJoined(convoId) || !group || leafKeys(group, did) !== before || before === '') return false
    if (kind === 'readd') return true
    const { members } = await api.call(mls.getConvo, { convoId })
    return leavers(members, group).includes(did)
  }
}

/** The accounts whose removal is pending, by the DIDs of their leaves. */
export function leavers(members: mls.defs.MemberView[], group: Group): string[] {
  return members.filter(({ pendingRemoval }) => pendingRemoval).map(({ did, leafIndex }): string => {
    const leaf = did.startsWith(ERASED) && group.leaves.find(({ index }) => index === leafIndex)
    return leaf ? didOf(leaf.credential) : did
  })
}

const leafKeys = (group: Group, did: string): string => group.leaves
  .filter(({ credential }) => didOf(credential) === did)
  .map(({ index, signatureKey }) => `${index}:${signatureKey.join()}`).join(' ')

/**
 * How long this device waits, in milliseconds. `random` is at least 0 and less than 1. The time over which the members
 * of a large group spread is bounded, not the wait of each: otherwise many would wait equally long.
 */
export function turn(group: Group, did: string, random: number): number {
  const others = group.leaves.filter(({ credential }) => didOf(credential) !== did)
  if (others[0]?.index === group.ownLeaf) return 0
  return FIRST_TURN_MS + random * Math.min(group.leaves.length * EACH_LEAF_MS, LAST_TURN_MS - FIRST_TURN_MS)
}
