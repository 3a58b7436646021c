/**
 * A client of blue.catbird.mls delivery services: end-to-end encrypted group chat on the AT Protocol.
 *
 * @packageDocumentation
 */
export { Client, type Block, type ContactPreferences, type Message, type Request, type UnreadCount } from './client.js'
export { Conversation, type Member } from './conversation.js'
export type { Attachment, Content } from './content.js'
export type { ConvoDetails, LockStatus, MemberDetails, Policy, Role } from './details.js'
export type { Sent } from './engine/outbox.js'
export { ClientError, lexiconError, type ClientErrorCode } from './errors.js'
export type { ClientEvent, MembershipAction } from './events.js'
export type { Info } from './info.js'
export { JoinLink } from './joinlink.js'
export {
  linkUrl, parseLink, type JoinRequest, type JoinRule, type JoinStatus, type LinkDetails, type LinkOptions, type LinkParts,
  type LinkPreview,
} from './links.js'
export * from './mls/index.js'
export type { ClientOptions, Session } from './options.js'
export type { ReasonType, Report } from './reports.js'
export { IndexedDbStorage } from './storage/indexeddb.js'
export { MemoryStorage } from './storage/memory.js'
export * from './storage/types.js'
