// The interface that the client needs of an MLS library (RFC 9420). tsmls.ts provides it; another library may take its place.

/** The signature keys of a device. They stay the same for as long as the device exists. */
export interface SignatureKeys {
  /** The SignaturePublicKey as it stands in the leaf. */
  publicKey: Uint8Array
  privateKey: Uint8Array
}

/** The device that builds objects: what its leaf says, and the keys that sign. */
export interface Identity {
  /** The content of the basic credential: `did` or `did#device`. */
  credential: string
  keys: SignatureKeys
}

/** When a key package may be used, in seconds since 1970. */
export interface Lifetime {
  notBefore: number
  notAfter: number
}

/** A key package with its private part, which only this device may have. */
export interface KeyPackage {
  /** The KeyPackageRef (RFC 9420, section 5.2) in lower-case hexadecimal. */
  ref: string
  /** The package as an MLSMessage, for publishing. */
  message: Uint8Array
  /** Structured-cloneable; only the library that made it can read it. */
  secret: unknown
}

/** A leaf of a group: one device. */
export interface Leaf {
  index: number
  /** The content of its basic credential: `did` or `did#device`. */
  credential: string
  signatureKey: Uint8Array
}

/** A commit that is built but not accepted yet. */
export interface Commit {
  /** The group after the commit. */
  next: Group
  commit: Uint8Array
  /** Absent if nobody is added. */
  welcome?: Uint8Array
  /** Of the epoch that the commit leads to, with external_pub and ratchet_tree. */
  groupInfo: Uint8Array
}

/** What a received message was. */
export type Processed =
  | { kind: 'application', next: Group, plaintext: Uint8Array, sender: Leaf }
  | { kind: 'commit' | 'proposal', next: Group }

/**
 * The state of a group at one moment. Groups do not change: an operation returns the next one, which the caller writes
 * to storage before anything depends on it. So a failed or refused step leaves nothing behind.
 */
export interface Group {
  /** The group id in lower-case hexadecimal, which is the conversation id. */
  readonly id: string
  readonly epoch: number
  readonly suite: string
  /** In the order of their indices. */
  readonly leaves: Leaf[]
  /** The index of this device's leaf. */
  readonly ownLeaf: number
  /** False once a commit has removed this device. */
  readonly active: boolean
  /** Proposals of this epoch that no commit has applied yet. Nobody may send application messages before. */
  readonly hasProposals: boolean
  /** All that is needed to go on, with private keys. */
  encode(): Uint8Array
  /** Encrypts an application message, padded to a bucket of lengths. */
  encrypt(plaintext: Uint8Array): Promise<{ next: Group, message: Uint8Array }>
  /** Processes a message of another device. Throws if it is not valid or cannot be decrypted. */
  process(message: Uint8Array): Promise<Processed>
  /** Builds a PublicMessage commit that adds key packages, removes leaves, applies proposals, and has a path. */
  commit(changes: { add?: Uint8Array[], remove?: number[] }): Promise<Commit>
  /** A signed GroupInfo of this epoch, with external_pub and ratchet_tree. */
  groupInfo(): Promise<Uint8Array>
  /** MLS-Exporter (RFC 9420, section 8.5): a secret that the members of this epoch have, and nobody else. */
  exportSecret(label: string, context: Uint8Array, length: number): Promise<Uint8Array>
  /** SignWithLabel (RFC 9420, section 5.1.2) with the signature key of this device's leaf. */
  sign(label: string, content: Uint8Array): Promise<Uint8Array>
  /** VerifyWithLabel with the signature key of a leaf. */
  verify(leaf: Leaf, label: string, content: Uint8Array, signature: Uint8Array): Promise<boolean>
}

export interface Mls {
  /** The IANA name of the cipher suite of new groups and key packages. */
  readonly suite: string
  generateKeys(): Promise<SignatureKeys>
  keyPackage(identity: Identity, lifetime: Lifetime, lastResort: boolean): Promise<KeyPackage>
  /** The signature key in a published key package, whether it is an MLSMessage or bare. */
  signatureKeyOf(keyPackage: Uint8Array): Uint8Array
  /** A group of one in epoch 0. */
  create(groupId: string, identity: Identity): Promise<Group>
  /**
   * Joins by a Welcome. `secretOf` finds the private part of the package that it names. `tree` is the ratchet tree if
   * it is not in the Welcome.
   */
  joinWelcome(
    welcome: Uint8Array, tree: Uint8Array | undefined, secretOf: (ref: string) => Promise<unknown>,
  ): Promise<{ group: Group, ref: string }>
  /** Joins by an external commit, which replaces this device's own old leaf if the group has one. */
  joinExternal(groupInfo: Uint8Array, tree: Uint8Array | undefined, identity: Identity): Promise<Commit>
  /** Restores what Group.encode gave. */
  decode(state: Uint8Array): Group
}

/** A message or state that the MLS library refuses. Its cause is the library's error. */
export class MlsRefusal extends Error {
  override name = 'MlsRefusal'
}

/** The account in a credential. */
export const didOf = (credential: string): string => credential.split('#')[0]
