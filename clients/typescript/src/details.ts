// A conversation as the service sees it. Conversation.members has what the group says.
import type * as mls from './lexicons/blue/catbird/mls.js'

export type Role = 'admin' | 'member'

/** Which members may do what. Admins may do all of it (docs/protocol.md, Who may do what). */
export interface Policy {
  /** With `membersUpTo50`, members add as long as there are 50 at most afterwards. */
  addMembers: 'membersUpTo50' | 'members' | 'admins'
  removeMembers: 'members' | 'admins'
  /** Who may change name, description and picture. */
  changeInfo: 'members' | 'admins'
  makeLinks: 'members' | 'admins'
  /** With `admins`, the conversation is an announcement group: the others read. */
  sendMessages: 'members' | 'admins'
}

/** In a locked conversation members only read, leave, are removed, and come back with their own devices. */
export type LockStatus = 'unlocked' | 'locked' | 'locked-by-operator'

/** A member as the service knows it. */
export interface MemberDetails {
  did: string
  /** Absent if the membership has ended and its leaves still have to be removed from the group. */
  role?: Role
  /** `request`: added by an unknown account, and has neither accepted nor declined. Absent as `role`. */
  status?: 'accepted' | 'request'
  /** The membership has ended; a member commits the removal of the leaves. */
  pendingRemoval: boolean
  /** In ISO 8601. */
  joinedAt: string
  /** The ids of the devices. */
  devices: string[]
}

/** A conversation as the service knows it now. */
export interface ConvoDetails {
  creator: string
  /** In ISO 8601. */
  createdAt: string
  /** Whether this account has accepted the conversation. */
  status: 'accepted' | 'request'
  /** Of this account. */
  role?: Role
  policy?: Policy
  lockStatus: LockStatus
  members: MemberDetails[]
  /** The number of the newest message. */
  lastSeq: number
  /** The account's read position. */
  readSeq: number
  muted: boolean
  archived: boolean
}

export function toDetails(view: mls.defs.ConvoView, own: string): ConvoDetails {
  const { creator, createdAt, status, policy, lockStatus, lastSeq = 0, readSeq = 0, muted = false, archived = false } = view
  const members = view.members.map(toMember)
  const role = members.find(({ did }) => did === own)?.role
  return {
    creator, createdAt, status: status === 'request' ? 'request' : 'accepted', ...(role && { role }),
    ...(policy && { policy: toPolicy(policy) }), lockStatus: (lockStatus ?? 'unlocked') as LockStatus,
    members, lastSeq, readSeq, muted, archived,
  }
}

function toMember({ did, role, status, pendingRemoval = false, joinedAt, devices = [] }: mls.defs.MemberView): MemberDetails {
  return {
    did, ...(role && { role: role as Role }), ...(status && { status: status as 'accepted' | 'request' }),
    pendingRemoval, joinedAt, devices: devices.map(({ deviceId }) => deviceId),
  }
}

export const toPolicy = ({ addMembers, removeMembers, changeInfo, makeLinks, sendMessages }: mls.defs.ConvoPolicy): Policy =>
  ({ addMembers, removeMembers, changeInfo, makeLinks, sendMessages }) as Policy
