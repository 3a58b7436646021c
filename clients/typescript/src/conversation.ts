import { openRange, rangeOf, seal } from './attachments.js'
import { encodeContent, type Attachment, type Content } from './content.js'
import { toDetails, toPolicy, type ConvoDetails, type Policy, type Role } from './details.js'
import type { Engine } from './engine/engine.js'
import type { Sent } from './engine/outbox.js'
import { devicesOf } from './engine/receive.js'
import type { Info } from './info.js'
import * as mls from './lexicons/blue/catbird/mls.js'
import type { JoinRequest, LinkDetails, LinkOptions } from './links.js'
import { didOf } from './mls/index.js'

/** A member of a conversation, as this device knows it from the group. */
export interface Member {
  did: string
  /** The ids of the member's devices in the group. */
  devices: string[]
}

/**
 * A conversation of the account. All methods may throw an XrpcResponseError of the service, whose `error` is the name
 * that the lexicon of the method declares, and a ClientError: `NotJoined` if this device is not in the group, `Closed`.
 */
export class Conversation {
  /** @internal */
  constructor(
    /** The MLS group id in lower-case hexadecimal. */
    readonly id: string,
    private readonly engine: Engine,
  ) {}

  /**
   * Whether this device can read and write: `joined`; `broken` while it joins again; `ended` after it was removed or has
   * left; `outside` if only the account is a member.
   */
  get status(): 'joined' | 'broken' | 'ended' | 'outside' {
    return this.engine.state.convos.get(this.id)?.record.status ?? 'outside'
  }

  /** The epoch of the group on this device. */
  get epoch(): number {
    return this.engine.state.joined(this.id).group.epoch
  }

  /** The number of the last message that this device has processed. */
  get seq(): number {
    return this.engine.state.convos.get(this.id)?.record.seq ?? 0
  }

  /** The accounts in the group with their devices, in the order of the leaves. */
  async members(): Promise<Member[]> {
    const { group } = this.engine.state.joined(this.id)
    const devices = await devicesOf(group)
    const members = new Map<string, string[]>()
    for (const [id, index] of devices) {
      const did = didOf(group.leaves.find((leaf) => leaf.index === index)!.credential)
      members.set(did, [...members.get(did) ?? [], id])
    }
    return [...members].map(([did, ids]) => ({ did, devices: ids }))
  }

  /**
   * What the service knows of the conversation now: roles, policy, lock, who has accepted. A request has it too. Events
   * tell of changes while a stream is open; after a start, and with the transport `poll`, this is the way to learn them.
   */
  async details(): Promise<ConvoDetails> {
    const { api, state } = this.engine
    return toDetails(await api.call(mls.getConvo, { convoId: this.id }), state.device.did)
  }

  /**
   * Sends a text, or text with attachments and data. It is in the outbox at once, and sent even if the process ends
   * meanwhile. Returns when the service has stored it. Refusals for good, such as MessageTooLarge (2 MiB), are thrown.
   */
  send(content: string | Content): Promise<Sent> {
    const { text, attachments, data } = typeof content === 'string' ? { text: content } as Content : content
    const blobs = (attachments ?? []).map(({ cid }) => cid)
    return this.engine.outbox.send(this.id, encodeContent({ text, attachments, data }), blobs)
  }

  /**
   * Sends something that is JSON, of up to 56 KiB, to the devices that are online with a stream: that somebody is typing,
   * for example. They get it as an event. It is encrypted, never stored, and may be lost; a failure is thrown at once.
   */
  signal(data: unknown): Promise<void> {
    return this.engine.signals.send(this.id, data)
  }

  /** Adds accounts with all their devices, and new devices of members. Throws NoKeyPackages if an account has none. */
  add(...dids: string[]): Promise<void> {
    return this.engine.committer.commit(this.id, { kind: 'add', dids })
  }

  /** Removes accounts. Only admins may, unless the policy lets members (error NotAllowed). */
  remove(...dids: string[]): Promise<void> {
    return this.engine.committer.commit(this.id, { kind: 'remove', dids })
  }

  /** Removes single devices: any of the own account, and for admins those of others. */
  removeDevices(...deviceIds: string[]): Promise<void> {
    return this.engine.committer.commit(this.id, { kind: 'removeDevices', deviceIds })
  }

  /** Gives this device new keys in the group. What was sent before cannot be read with them. */
  updateKeys(): Promise<void> {
    return this.engine.committer.commit(this.id, { kind: 'update' })
  }

  /** Accepts the request to take part, and joins with this device. What was sent since the addition is read. */
  async accept(): Promise<void> {
    const { api, state, joiner } = this.engine
    await api.call(mls.acceptConvo, { convoId: this.id })
    await joiner.welcome(this.id)
    if (!state.isJoined(this.id)) await joiner.join(this.id)
  }

  /** Declines the request to take part. With `block`, nobody can add the account to this conversation again. */
  async decline({ block = false }: { block?: boolean } = {}): Promise<void> {
    await this.engine.api.call(mls.declineConvo, { convoId: this.id, ...(block && { blockConvo: true }) })
  }

  /** Makes a member an admin, or an admin a member. Only admins may; the last admin stays one (error NotAllowed). */
  async setRole(did: string, role: Role): Promise<void> {
    await this.engine.api.call(mls.updateMemberRole, { convoId: this.id, did: did as never, role })
  }

  /** Says which members may do what; what is not named stays. Only admins may. Returns the whole policy. */
  async setPolicy(policy: Partial<Policy>): Promise<Policy> {
    return toPolicy(await this.engine.api.call(mls.updateConvoPolicy, { convoId: this.id, ...policy }))
  }

  /** Locks the conversation: members then only read, leave, are removed, and come back. Only admins may. */
  async lock(): Promise<void> {
    await this.engine.api.call(mls.lockConvo, { convoId: this.id })
  }

  /** Ends the lock of the admins, not that of the operator. Only admins may. */
  async unlock(): Promise<void> {
    await this.engine.api.call(mls.unlockConvo, { convoId: this.id })
  }

  /**
   * Name, description and picture, which members see and the service cannot read; undefined if there are none. A device
   * that has just joined may have to wait for a member to give it the key: with `waitMs` it does, and otherwise throws
   * NoInfoKey.
   */
  info({ waitMs = 0 }: { waitMs?: number } = {}): Promise<Info | undefined> {
    return this.engine.infos.read(this.id, waitMs)
  }

  /**
   * Changes the info under a new key; what is not named stays. Only members whom the policy lets (error NotAllowed). Where
   * this device cannot read the present info, the new one replaces it whole.
   */
  setInfo(info: Info): Promise<void> {
    return this.engine.infos.set(this.id, (present) => ({ ...present, ...info }))
  }

  /**
   * Makes a link by which other accounts join, even while all members are offline. It leads to `base`, a page that opens
   * the application, and has the rest in its fragment: whoever knows the whole URL can join. Only members whom the policy
   * lets (error NotAllowed). Accounts that join cannot read what was said before.
   */
  createLink(base: string, options: LinkOptions = {}): Promise<LinkDetails & { url: string }> {
    return this.engine.links.create(this.id, base, options)
  }

  /** The links of the conversation, the newest first, with those that have ended in the last 30 days. */
  links(): Promise<LinkDetails[]> {
    return this.engine.links.list(this.id)
  }

  /** Changes a link; what is not named stays. Its preview can only be changed where it was made (NoPreviewKey). */
  editLink(linkId: string, options: LinkOptions): Promise<LinkDetails> {
    return this.engine.links.edit(this.id, linkId, options)
  }

  /** Ends a link for good, also for accounts that are about to join by it. */
  disableLink(linkId: string): Promise<void> {
    return this.engine.links.disable(this.id, linkId)
  }

  /** The accounts that ask to join by a link that requires an approval. The event `joinRequests` tells of new ones. */
  joinRequests(): Promise<JoinRequest[]> {
    return this.engine.links.requests(this.id)
  }

  /** Lets an account join that asks, or that was rejected. It joins by itself. */
  async approveJoin(did: string): Promise<void> {
    await this.engine.api.call(mls.approveJoinRequest, { convoId: this.id, did: did as never })
  }

  /** Rejects an account that asks to join. It cannot ask again. */
  async rejectJoin(did: string): Promise<void> {
    await this.engine.api.call(mls.rejectJoinRequest, { convoId: this.id, did: did as never })
  }

  /** Leaves with all devices of the account. Another member commits the removal. */
  async leave(): Promise<void> {
    const { api, state } = this.engine
    await api.call(mls.leaveConvo, { convoId: this.id, idempotencyKey: crypto.randomUUID() })
    await state.step((step) => {
      const convo = state.convos.get(this.id)
      if (!convo || convo.record.status === 'ended') return
      step.setPending(this.id, undefined)
      step.setConvo({ ...convo.record, status: 'ended', leaving: [] }, undefined)
      step.after.push(() => this.engine.emit({ type: 'conversation', convoId: this.id, change: 'left' }))
    })
  }

  /**
   * Joins with this device by an external commit, if the account is a member. What was sent before cannot be read. With
   * `autoJoin` (the default) the client does this by itself.
   */
  join(): Promise<void> {
    return this.engine.joiner.join(this.id)
  }

  /** Encrypts and uploads a file of up to 50 MiB. The result goes into a message within an hour, or the file is removed. */
  async attach(file: Uint8Array, about: { type?: string, name?: string } = {}): Promise<Attachment> {
    const { engine } = this
    const { sealed, secret } = await seal(file, (done, total) => engine.emit({ type: 'progress', work: 'upload', done, total }))
    const { blob } = await engine.api.call(mls.uploadBlob, sealed)
    const cid = 'ref' in blob ? blob.ref.toString() : blob.cid
    return { cid, ...secret, ...about }
  }

  /**
   * Fetches and decrypts an attachment, or `length` bytes of it from `start` on; only the parts of the range are fetched.
   * Throws DamagedAttachment if they are not what the sender encrypted.
   */
  async open(attachment: Attachment, part: { start?: number, length?: number } = {}): Promise<Uint8Array> {
    const { start = 0, length = attachment.size - start } = part
    if (start >= attachment.size || length <= 0) return new Uint8Array()
    const range = rangeOf(attachment, start, length)
    const parts = await this.engine.api.call(mls.getBlob, {
      convoId: this.id, cid: attachment.cid as never, start: range.start, length: range.length,
    }) as Uint8Array
    this.engine.emit({ type: 'progress', work: 'download', done: parts.length, total: range.length })
    return openRange(attachment, parts, range.first, start, range.end)
  }

  /** Moves the account's read position to message `seq`, on all its devices. It never goes back. */
  async markRead(seq = this.seq): Promise<void> {
    await this.engine.api.call(mls.updateCursor, { convoId: this.id, seq })
  }

  /** Mutes or archives the conversation, on all devices of the account. A preference that is not named stays. */
  async setPreferences(preferences: { muted?: boolean, archived?: boolean }): Promise<void> {
    await this.engine.api.call(mls.updatePreferences, { convoId: this.id, ...preferences })
  }
}
