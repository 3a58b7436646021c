import { toPolicy, type LockStatus, type Role } from '../details.js'
import type { ClientEvent, MembershipAction } from '../events.js'
import type { StreamEvent } from '../transports/types.js'

/** What an event of a stream is to the application; undefined for those that only the client acts upon. */
export function told(event: StreamEvent): ClientEvent | undefined {
  switch (event.kind) {
    case 'membershipChangeEvent': {
      const { convoId, did, action, actor } = event
      return { type: 'membership', convoId, did, action: action as MembershipAction, ...(actor && { actor }) }
    }
    case 'memberRoleEvent': {
      const { convoId, did, role, actor } = event
      return { type: 'role', convoId, did, role: role as Role, ...(actor && { actor }) }
    }
    case 'convoPolicyEvent': {
      const { convoId, policy, actor } = event
      return { type: 'policy', convoId, policy: toPolicy(policy), ...(actor && { actor }) }
    }
    case 'convoLockEvent': {
      const { convoId, lockStatus, actor } = event
      return { type: 'lock', convoId, lockStatus: lockStatus as LockStatus, ...(actor && { actor }) }
    }
    case 'convoInfoEvent':
      return { type: 'info', convoId: event.convoId, version: event.version }
    case 'convoDamagedEvent':
      return { type: 'damaged', convoId: event.convoId, epoch: event.epoch }
    case 'requestEvent':
      return { type: 'request', convoId: event.convoId, ...(event.addedBy && { addedBy: event.addedBy }) }
    case 'acceptedEvent':
      return { type: 'accepted', convoId: event.convoId }
    case 'requestEndedEvent':
      return { type: 'requestEnded', convoId: event.convoId }
    case 'joinRequestsEvent':
      return { type: 'joinRequests', convoId: event.convoId, pending: event.pending }
    case 'joinRequestAnsweredEvent':
      return { type: 'joinRequestAnswered', convoId: event.convoId, status: event.status as 'approved' | 'rejected' }
    case 'readEvent':
      return { type: 'read', convoId: event.convoId, seq: event.seq }
    case 'preferencesEvent':
      return { type: 'preferences', convoId: event.convoId, muted: event.muted, archived: event.archived }
    default:
      return undefined
  }
}
