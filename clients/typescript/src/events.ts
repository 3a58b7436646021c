/** What the client tells the application besides messages. */
export type ClientEvent =
  /** The list of conversations or this device's part in one has changed. */
  | { type: 'conversation', convoId: string, change: 'joined' | 'left' | 'removed' }
  /** An unknown account has added this one: `client.requests()` lists it, `accept()` and `decline()` answer. */
  | { type: 'request', convoId: string, addedBy?: string }
  /** A request ended without acceptance. */
  | { type: 'requestEnded', convoId: string }
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
