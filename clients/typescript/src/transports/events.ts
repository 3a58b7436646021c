import { lexParse } from '@atproto/lex-json'
import * as stream from '../lexicons/blue/catbird/mls/streamConvoEvents.js'
import type { StreamEvent } from './types.js'

const schemas = {
  messageEvent: stream.messageEvent,
  membershipChangeEvent: stream.membershipChangeEvent,
  welcomeEvent: stream.welcomeEvent,
  rejoinRequestedEvent: stream.rejoinRequestedEvent,
  keyPackagesLowEvent: stream.keyPackagesLowEvent,
  readEvent: stream.readEvent,
  preferencesEvent: stream.preferencesEvent,
  requestEvent: stream.requestEvent,
  acceptedEvent: stream.acceptedEvent,
  requestEndedEvent: stream.requestEndedEvent,
  convoInfoEvent: stream.convoInfoEvent,
  infoKeyRequestedEvent: stream.infoKeyRequestedEvent,
  memberRoleEvent: stream.memberRoleEvent,
  convoPolicyEvent: stream.convoPolicyEvent,
  convoLockEvent: stream.convoLockEvent,
  convoDamagedEvent: stream.convoDamagedEvent,
  ephemeralEvent: stream.ephemeralEvent,
  joinRequestsEvent: stream.joinRequestsEvent,
  joinRequestAnsweredEvent: stream.joinRequestAnsweredEvent,
  infoEvent: stream.infoEvent,
}

/** Reads the JSON of an event. Both lexicons of streams define the same events; $type names one of theirs. */
export function readEvent(json: string): StreamEvent {
  return toEvent(lexParse(json) as { $type?: string, cursor?: string })
}

export function toEvent(event: { $type?: string, cursor?: string }): StreamEvent {
  const kind = event.$type?.split('#')[1] as keyof typeof schemas
  if (!(kind in schemas)) return { kind: 'other', cursor: event.cursor }
  const body = schemas[kind].parse({ ...event, $type: `${stream.$nsid}#${kind}` } as never)
  return { ...(body as object), kind } as StreamEvent
}
