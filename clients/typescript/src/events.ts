import type { LockStatus, Policy, Role } from './details.js'

/**
 * What happened to an account in a conversation. `pending-removal` says that a member has to commit the removal of its
 * leaves, which this client does by itself.
 */
export type MembershipAction = 'joined' | 'left' | 'removed' | 'pending-removal' | 'device-removed'

/** What the client tells the application besides messages. */
export type ClientEvent =
  /** The list of conversations or this device's part in one has changed. */
  | { type: 'conversation', convoId: string, change: 'joined' | 'left' | 'removed' }
  /** An unknown account has added this one: `client.requests()` lists it, `accept()` and `decline()` answer. */
  | { type: 'request', convoId: string, addedBy?: string }
  /** A request ended without acceptance. */
  | { type: 'requestEnded', convoId: string }
  /** The account has accepted a request, on any of its devices. */
  | { type: 'accepted', convoId: string }
  /**
   * An account has joined, left or was removed, or one of its devices was. `actor` did it, if it was another account. An
   * account that was erased has a DID that begins with `did:erased:`.
   */
  | { type: 'membership', convoId: string, did: string, action: MembershipAction, actor?: string }
  /** A member has another role. Without `actor` the service did it, because the last admin had left. */
  | { type: 'role', convoId: string, did: string, role: Role, actor?: string }
  /** Other members may do other things now. */
  | { type: 'policy', convoId: string, policy: Policy, actor?: string }
  /** The conversation was locked or unlocked; without `actor` by the operator. */
  | { type: 'lock', convoId: string, lockStatus: LockStatus, actor?: string }
  /** So many accounts that have a join link wait for an answer of the members that may make links. */
  | { type: 'joinRequests', convoId: string, pending: number }
  /** What this account asked by a join link was answered. It is no member yet. */
  | { type: 'joinRequestAnswered', convoId: string, status: 'approved' | 'rejected' }
  /** What another device sent by Conversation.signal. It is not stored: devices that are offline never get it. */
  | { type: 'signal', convoId: string, sender: { did: string, credential: string }, data: unknown }
  /** Most members that reported on the commit of this epoch cannot apply it. This client comes back by itself. */
  | { type: 'damaged', convoId: string, epoch: number }
  /**
   * The device could not follow the group and has joined again. Messages after `fromSeq` and before `toSeq` cannot be
   * read.
   */
  | { type: 'rejoined', convoId: string, fromSeq: number, toSeq: number }
  /** Members or keys have changed: the group is in another epoch. */
  | { type: 'epoch', convoId: string, epoch: number }
  /** The info of a conversation, or the key with which it is encrypted, was stored: Conversation.info has it. */
  | { type: 'info', convoId: string, version: number }
  /** A message that cannot be decrypted was skipped. */
  | { type: 'undecryptable', convoId: string, seq: number, error: Error }
  /** A message in the outbox was refused for good, and is not sent. */
  | { type: 'unsent', convoId: string, error: Error }
  /** The account's read position, moved by any of its devices. */
  | { type: 'read', convoId: string, seq: number }
  /** The account's preferences, changed by any of its devices. */
  | { type: 'preferences', convoId: string, muted: boolean, archived: boolean }
  /** How events arrive, or that they do not. */
  | { type: 'connection', transport: 'websocket' | 'sse' | 'poll' | 'none' }
  /** Long work: `done` of `total` units; `total` is absent while it is not known. */
  | { type: 'progress', work: 'sync' | 'join' | 'upload' | 'download', done: number, total?: number }
  /** Work in the background failed and will be tried again. */
  | { type: 'error', error: Error }
