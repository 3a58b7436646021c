import { XrpcError } from '@atproto/lex-client'

/** What went wrong, in one word that does not change. */
export type ClientErrorCode =
  /** The client was closed while it worked. What was in the outbox is sent when it is opened again. */
  | 'Closed'
  /** This device is not in the group: it was removed, or has left, or never joined. */
  | 'NotJoined'
  /** Accounts, named in the message, have no key packages, so that nobody can add them. */
  | 'NoKeyPackages'
  /** So many commits of others came first that the client gave up. The group is unchanged; try again. */
  | 'Contention'
  /** The key of the conversation's info was not given to this device yet; a member that is online does that. */
  | 'NoInfoKey'
  /** The service takes no evidence with reports: it has nobody for whom to encrypt it. */
  | 'NoReportRecipient'
  /** No admin has approved the request to join by a link yet, or it was withdrawn. */
  | 'NotApproved'
  /** An admin has rejected the request to join by a link. */
  | 'JoinRejected'
  /** The text is no join link, or a part of it is missing or wrong. */
  | 'DamagedLink'
  /** The join link is for a conversation of another service. */
  | 'OtherService'
  /** The preview of a join link is too large: 8 KiB when it is encrypted. */
  | 'PreviewTooLarge'
  /** The preview of a join link can only be changed where the link was made: no other device has its key. */
  | 'NoPreviewKey'
  /** The attachment is not what its sender encrypted. */
  | 'DamagedAttachment'

/** An error of the client itself. Errors of the service are XrpcResponseError, with its `error` and `status`. */
export class ClientError extends Error {
  override name = 'ClientError'

  constructor(readonly code: ClientErrorCode, message: string) {
    super(message)
  }
}

/** The name of a lexicon error, such as EpochMismatch, or undefined for any other failure. */
export const lexiconError = (error: unknown): string | undefined => (error instanceof XrpcError ? error.error : undefined)

/**
 * Whether a failure may be over when the call is repeated: no connection, a restart, a rate. The names of errors that a
 * client meets otherwise are refusals.
 */
export const isTemporary = (error: unknown): boolean => error instanceof XrpcError && error.shouldRetry()
