// The records that a device keeps in its storage. The key of each is in `keys`.
import type { SignatureKeys } from '../mls/index.js'

export const keys = {
  device: 'device',
  /** The position in the stream of events. */
  cursor: 'cursor',
  convo: (id: string) => `convo/${id}`,
  pending: (id: string) => `pending/${id}`,
  keyPackage: (ref: string) => `package/${ref}`,
  out: (n: number) => `out/${padded(n)}`,
  inbox: (n: number) => `in/${padded(n)}`,
  infoKey: (convoId: string) => `info/${convoId}`,
  link: (linkId: string) => `link/${linkId}`,
}

/** Numbers in the order of texts. */
const padded = (n: number): string => String(n).padStart(15, '0')
export const numberIn = (key: string): number => Number(key.slice(key.indexOf('/') + 1))

export interface DeviceRecord {
  did: string
  /** `did` or `did#device` */
  credential: string
  suite: string
  keys: SignatureKeys
  /** The service's id of this device. */
  id: string
}

/** A conversation that this device is or was in. */
export interface ConvoRecord {
  id: string
  /** The number of the last message that is processed. */
  seq: number
  /**
   * `joined`: follows the group. `broken`: could not apply the commit of `brokenEpoch`, and will join again. `ended`:
   * was removed, or has left.
   */
  status: 'joined' | 'broken' | 'ended'
  /** The state of the group, by Group.encode. Absent when ended. */
  group?: Uint8Array
  brokenEpoch?: number
  /** Accounts whose membership has ended and whose leaves are still in the group. */
  leaving: string[]
}

/** What a commit is to achieve. It is built again, in the group's new epoch, when a race is lost. */
export type Intent =
  | { kind: 'add', dids: string[] }
  | { kind: 'remove', dids: string[] }
  | { kind: 'removeDevices', deviceIds: string[] }
  /** Adds a member again that has lost its state, and removes its old leaves. */
  | { kind: 'readd', did: string }
  | { kind: 'update' }

/**
 * A commit, a new conversation or an external join that was built and may have been sent. It is written before it is
 * sent, so that after a crash the same bytes are sent again with the same key.
 */
export interface PendingRecord {
  convoId: string
  kind: 'create' | 'commit' | 'join'
  intent?: Intent
  /** The epoch in which it was built. */
  epoch: number
  /** SHA-256 of the commit in hexadecimal, by which it is recognised among the messages. */
  hash: string
  /** The body of createConvo, sendCommit or joinConvo. */
  body: Record<string, unknown>
  /** The group after it, by Group.encode. */
  next: Uint8Array
}

/** A key package that was made. The private part is deleted when a Welcome used it, or long after its end. */
export interface PackageRecord {
  secret: unknown
  lastResort: boolean
  /** Seconds since 1970. */
  notAfter: number
}

/** A message to send. */
export interface OutRecord {
  convoId: string
  plaintext: Uint8Array
  blobs: string[]
  /** What was encrypted and may have been sent. */
  attempt?: { ciphertext: Uint8Array, hash: string, epoch: number, msgId: string, idempotencyKey: string }
  /** What the service answered. */
  accepted?: { id: string, seq: number }
}

/** The key of a version of a conversation's info. */
export interface InfoKeyRecord {
  version: number
  key: Uint8Array
}

/** A join link that this device has made. The service has only a hash of its code, and not its key. */
export interface LinkRecord {
  url: string
}

/** A message for the application. */
export interface InboxRecord {
  convoId: string
  seq: number
  id: string
  epoch: number
  /** When the service stored it, in ISO 8601. */
  storedAt: string
  sender: { did: string, credential: string }
  own: boolean
  plaintext: Uint8Array
}
