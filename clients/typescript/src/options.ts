import type { Agent, Service } from '@atproto/lex-client'
import { deviceIdOf } from './bytes.js'
import { keys, type DeviceRecord } from './engine/records.js'
import { ClientError } from './errors.js'
import type { ClientEvent } from './events.js'
import type { Mls } from './mls/index.js'
import type { Storage } from './storage/types.js'

/** A session of @atproto/api or an OAuth client, or any fetch with authentication. */
export type Session = Pick<Agent, 'fetchHandler'> & { did?: string }

export interface ClientOptions {
  /** Calls through the account's PDS. Alternatively `fetch` and `did`. */
  session?: Session
  /** A fetch handler that adds authentication: `(path, init) => Promise<Response>`, where path begins with /xrpc/. */
  fetch?: Agent['fetchHandler']
  /** The account, if the session does not say. */
  did?: string
  /**
   * DID of the delivery service, such as did:web:mls.example.com; a fragment (`#atproto_mls`) is added. Leave it out if
   * the fetch handler calls the service itself.
   */
  service?: string
  /** Where this device keeps its state. A new storage is a new device. */
  storage: Storage
  /** A name for this device in its credential (`did#name`). Without it, the credential is the DID. */
  device?: string
  /** The MLS library, or the name of a cipher suite for ts-mls. Suite 1 if absent. */
  mls?: Mls | string
  /** Whether this device joins conversations of its account by itself when nobody has added it. True if absent. */
  autoJoin?: boolean
  /** How many key packages wait at the service for those who add this device. 20 if absent. */
  keyPackages?: number
  /** How events arrive; the first that works. WebSocket, server-sent events, long polls if absent. */
  transports?: ('websocket' | 'sse' | 'poll')[]
  /** For how long a call is repeated while the service cannot be reached, in milliseconds. A minute if absent. */
  patienceMs?: number
  /** Told of everything besides messages. It must not throw. */
  onEvent?: (event: ClientEvent) => void
}

export function agentOf({ session, fetch, did }: ClientOptions): Agent {
  if (fetch) return { did: did as never, fetchHandler: fetch }
  if (!session) throw new TypeError('a session or a fetch handler is needed')
  return { did: session.did as never, fetchHandler: (path, init) => session.fetchHandler(path, init) }
}

export const withFragment = (service: string) => (service.includes('#') ? service : `${service}#atproto_mls`) as Service

/** The device that the storage has, or a new one. */
export async function openDevice({ storage, device }: ClientOptions, did: string, library: Mls): Promise<DeviceRecord> {
  const found = await storage.get(keys.device) as DeviceRecord | undefined
  if (found) {
    if (found.did !== did) throw new ClientError('NotJoined', `the storage belongs to ${found.did}, not to ${did}`)
    if (found.suite !== library.suite) throw new TypeError(`the storage is for ${found.suite}, not for ${library.suite}`)
    return found
  }
  const signatureKeys = await library.generateKeys()
  const record: DeviceRecord = {
    did, credential: device ? `${did}#${device}` : did, suite: library.suite,
    keys: signatureKeys, id: await deviceIdOf(signatureKeys.publicKey),
  }
  await storage.write(new Map([[keys.device, record]]))
  return record
}
