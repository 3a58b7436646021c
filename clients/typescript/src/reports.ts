import { utf8 } from './bytes.js'

/** The kinds of reasons that moderation services know. */
export type ReasonType =
  | 'com.atproto.moderation.defs#reasonSpam'
  | 'com.atproto.moderation.defs#reasonViolation'
  | 'com.atproto.moderation.defs#reasonMisleading'
  | 'com.atproto.moderation.defs#reasonSexual'
  | 'com.atproto.moderation.defs#reasonRude'
  | 'com.atproto.moderation.defs#reasonOther'

/** What an account tells the operator of the service. */
export interface Report {
  reasonType: ReasonType
  /** Why, in words. The operator reads it as it is here. */
  reason?: string
  /** A conversation, an account, or both; with a conversation also a message, by the `id` of Message. */
  subject: { convoId?: string, did?: string, messageId?: string }
  /**
   * What was said, such as decrypted messages as JSON; up to 256 KiB. It is encrypted for whom the service names, and the
   * service itself cannot read it.
   */
  evidence?: Uint8Array | string
}

/**
 * An age file (age-encryption.org/v1) for one X25519 recipient (`age1…`). The package age-encryption is loaded when the
 * first report with evidence is made, so that bundlers can put it into a file of its own.
 */
export async function sealEvidence(evidence: Uint8Array | string, recipient: string): Promise<Uint8Array> {
  const { Encrypter } = await import('age-encryption')
  const encrypter = new Encrypter()
  encrypter.addRecipient(recipient)
  return encrypter.encrypt(typeof evidence === 'string' ? utf8(evidence) : evidence)
}
