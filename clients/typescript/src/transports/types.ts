import type { Client as Xrpc, Agent } from '@atproto/lex-client'
import type * as stream from '../lexicons/blue/catbird/mls/streamConvoEvents.js'

/** An event of a stream, by its kind. They are the same on every transport. */
export type StreamEvent =
  | { kind: 'messageEvent' } & stream.MessageEvent
  | { kind: 'membershipChangeEvent' } & stream.MembershipChangeEvent
  | { kind: 'welcomeEvent' } & stream.WelcomeEvent
  | { kind: 'rejoinRequestedEvent' } & stream.RejoinRequestedEvent
  | { kind: 'keyPackagesLowEvent' } & stream.KeyPackagesLowEvent
  | { kind: 'readEvent' } & stream.ReadEvent
  | { kind: 'preferencesEvent' } & stream.PreferencesEvent
  | { kind: 'requestEvent' } & stream.RequestEvent
  | { kind: 'acceptedEvent' } & stream.AcceptedEvent
  | { kind: 'requestEndedEvent' } & stream.RequestEndedEvent
  | { kind: 'convoInfoEvent' } & stream.ConvoInfoEvent
  | { kind: 'infoKeyRequestedEvent' } & stream.InfoKeyRequestedEvent
  | { kind: 'memberRoleEvent' } & stream.MemberRoleEvent
  | { kind: 'convoPolicyEvent' } & stream.ConvoPolicyEvent
  | { kind: 'convoLockEvent' } & stream.ConvoLockEvent
  | { kind: 'convoDamagedEvent' } & stream.ConvoDamagedEvent
  | { kind: 'ephemeralEvent' } & stream.EphemeralEvent
  | { kind: 'joinRequestsEvent' } & stream.JoinRequestsEvent
  | { kind: 'joinRequestAnsweredEvent' } & stream.JoinRequestAnsweredEvent
  | { kind: 'infoEvent' } & stream.InfoEvent
  /** A kind of a newer service, which this client does not know. */
  | { kind: 'other', cursor?: string }

export interface StreamOptions {
  api: Xrpc
  agent: Agent
  proxy?: string
  cursor: string | undefined
  signal: AbortSignal
}

/** Opens one connection. The events end when it ends; a failure is thrown. */
export type Transport = (options: StreamOptions) => AsyncIterable<StreamEvent>

/** Without a sign of life for this long, a connection is dead. The service sends one every 15 s. */
export const SILENCE_MS = 45_000
