// MLS by ts-mls 1.6.4. It is pinned with its exact peers: 2.0 has another API, the same departures from RFC 9420, and
// does not export the decoders that are imported here.
import {
  acceptAll, createApplicationMessage, createCommit, createGroup, createGroupInfoWithExternalPubAndRatchetTree,
  decodeGroupState, decodeMlsMessage, emptyPskIndex, encodeGroupState, encodeMlsMessage,
  generateKeyPackageWithKey, joinGroup, joinGroupExternal, processMessage,
  type CiphersuiteImpl, type ClientConfig, type ClientState, type KeyPackage as PublicPackage, type MLSMessage,
  type MlsMessageContent,
  type MlsPrivateMessage, type MlsPublicMessage, type PrivateKeyPackage, type Proposal, type RatchetTree,
} from 'ts-mls'
import { defaultClientConfig } from 'ts-mls/clientConfig.js'
import { signWithLabel, verifyWithLabel } from 'ts-mls/crypto/signature.js'
import { decodeGroupInfo, ratchetTreeFromExtension } from 'ts-mls/groupInfo.js'
import { decodeKeyPackage, makeKeyPackageRef } from 'ts-mls/keyPackage.js'
import { mlsExporter } from 'ts-mls/keySchedule.js'
import { decryptSenderData } from 'ts-mls/privateMessage.js'
import { decodeRatchetTree } from 'ts-mls/ratchetTree.js'
import { fromHex, fromUtf8, hex, sameBytes, utf8 } from '../bytes.js'
import { bucket } from './padding.js'
import { repairedSuite, suiteForGroupInfo } from './repairs.js'
import {
  MlsRefusal, type Commit, type Group, type Identity, type KeyPackage, type Leaf, type Lifetime, type Mls, type Processed,
  type SignatureKeys,
} from './types.js'

/** The extension of last-resort key packages. */
const LAST_RESORT = 0x000a
/** Key packages of others may be valid for as long as the service allows: 90 days and an hour. */
const LONGEST_LIFETIME = 90n * 86_400n + 3600n

const clientConfig: ClientConfig = {
  ...defaultClientConfig,
  lifetimeConfig: { ...defaultClientConfig.lifetimeConfig, maximumTotalLifetime: LONGEST_LIFETIME },
}

interface Secret { publicPackage: PublicPackage, privatePackage: PrivateKeyPackage }

/** The cipher suite of most clients, and the default: suite 1. */
export const DEFAULT_SUITE = 'MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519'

/**
 * MLS by ts-mls with one cipher suite: 1, 2, 3, 5 or 7, by its IANA name. Throws a RangeError for a name that ts-mls
 * does not know.
 */
export async function tsMls(suite = DEFAULT_SUITE): Promise<Mls> {
  return new TsMls(await repairedSuite(suite))
}

class TsMls implements Mls {
  readonly suite: string

  constructor(private readonly cs: CiphersuiteImpl) {
    this.suite = cs.name
  }

  async generateKeys(): Promise<SignatureKeys> {
    const { publicKey, signKey } = await this.cs.signature.keygen()
    return { publicKey, privateKey: signKey }
  }

  async keyPackage(identity: Identity, lifetime: Lifetime, lastResort: boolean): Promise<KeyPackage> {
    const secret = await this.#package(identity, lifetime, lastResort)
    const { publicPackage } = secret
    return {
      ref: hex(await makeKeyPackageRef(publicPackage, this.cs.hash)),
      message: message({ wireformat: 'mls_key_package', keyPackage: publicPackage }),
      secret,
    }
  }

  #package({ credential, keys }: Identity, { notBefore, notAfter }: Lifetime, lastResort: boolean): Promise<Secret> {
    return generateKeyPackageWithKey(
      { credentialType: 'basic', identity: utf8(credential) },
      {
        versions: ['mls10'], ciphersuites: [this.cs.name], extensions: [LAST_RESORT], proposals: [],
        credentials: ['basic', 'x509'], // core-crypto adds only members that know x509
      },
      { notBefore: BigInt(notBefore), notAfter: BigInt(notAfter) },
      lastResort ? [{ extensionType: LAST_RESORT, extensionData: new Uint8Array() }] : [],
      { signKey: keys.privateKey, publicKey: keys.publicKey },
      this.cs,
    )
  }

  /** A leaf of our own, which nobody else gets as a package. */
  #ownPackage(identity: Identity): Promise<Secret> {
    const now = Math.floor(Date.now() / 1000)
    return this.#package(identity, { notBefore: now - 3600, notAfter: now + 30 * 86_400 }, false)
  }

  signatureKeyOf(keyPackage: Uint8Array): Uint8Array {
    return readKeyPackage(keyPackage).leafNode.signaturePublicKey
  }

  async create(groupId: string, identity: Identity): Promise<Group> {
    const { publicPackage, privatePackage } = await this.#ownPackage(identity)
    return this.#group(await createGroup(fromHex(groupId), publicPackage, privatePackage, [], this.cs, clientConfig))
  }

  async joinWelcome(bytes: Uint8Array, tree: Uint8Array | undefined, secretOf: (ref: string) => Promise<unknown>) {
    const welcome = read(bytes, 'mls_welcome')?.welcome
    if (!welcome) throw new MlsRefusal('not a Welcome')
    for (const { newMember } of welcome.secrets) {
      const ref = hex(newMember)
      const secret = await secretOf(ref) as Secret | undefined
      if (!secret) continue
      const state = await refusing('the Welcome', () => joinGroup(
        welcome, secret.publicPackage, secret.privatePackage, emptyPskIndex, this.cs, readTree(tree), undefined, clientConfig))
      return { group: this.#group(state), ref }
    }
    throw new MlsRefusal('the Welcome names no key package of this device')
  }

  async joinExternal(bytes: Uint8Array, treeBytes: Uint8Array | undefined, identity: Identity): Promise<Commit> {
    const info = read(bytes, 'mls_group_info')?.groupInfo ?? decodeGroupInfo(bytes, 0)?.[0]
    if (!info) throw new MlsRefusal('not a GroupInfo')
    const tree = ratchetTreeFromExtension(info) ?? readTree(treeBytes)
    if (!tree) throw new MlsRefusal('the GroupInfo has no ratchet tree')
    const resync = tree.some((node) =>
      node?.nodeType === 'leaf' && sameBytes(node.leaf.signaturePublicKey, identity.keys.publicKey))
    const { publicPackage, privatePackage } = await this.#ownPackage(identity)
    const { publicMessage, newState } = await refusing('the GroupInfo', () =>
      joinGroupExternal(info, publicPackage, privatePackage, resync, this.cs, tree, clientConfig))
    const next = this.#group(newState)
    return { next, commit: message({ wireformat: 'mls_public_message', publicMessage }), groupInfo: await next.groupInfo() }
  }

  decode(bytes: Uint8Array): Group {
    const decoded = decodeGroupState(bytes, 0)
    if (!decoded) throw new MlsRefusal('the stored state of a group cannot be read')
    return this.#group({ ...decoded[0], clientConfig })
  }

  #group(state: ClientState): Group {
    return new TsMlsGroup(state, this.cs)
  }
}

class TsMlsGroup implements Group {
  readonly id: string
  readonly epoch: number
  readonly suite: string
  readonly leaves: Leaf[]
  readonly ownLeaf: number
  readonly active: boolean
  readonly hasProposals: boolean

  constructor(private readonly state: ClientState, private readonly cs: CiphersuiteImpl) {
    this.id = hex(state.groupContext.groupId)
    this.epoch = Number(state.groupContext.epoch)
    this.suite = cs.name
    this.leaves = leavesOf(state.ratchetTree)
    this.ownLeaf = state.privatePath.leafIndex
    this.active = state.groupActiveState.kind === 'active'
    this.hasProposals = Object.keys(state.unappliedProposals).length > 0
  }

  encode(): Uint8Array {
    return encodeGroupState(this.state)
  }

  async encrypt(plaintext: Uint8Array) {
    const padding = bucket(plaintext.length) - plaintext.length
    const paddingConfig = { kind: 'alwaysPad' as const, paddingLength: padding }
    const padded = { ...this.state, clientConfig: { ...clientConfig, paddingConfig } }
    const { newState, privateMessage } = await createApplicationMessage(padded, plaintext, this.cs)
    return {
      next: this.#next({ ...newState, clientConfig }),
      message: message({ wireformat: 'mls_private_message', privateMessage }),
    }
  }

  async process(bytes: Uint8Array): Promise<Processed> {
    const received = read(bytes, 'mls_private_message', 'mls_public_message')
    if (!received) throw new MlsRefusal('not a message of a group')
    const sender = received.wireformat === 'mls_private_message' ? await this.#senderOf(received) : undefined
    const result = await refusing('the message', () =>
      processMessage(received, this.state, emptyPskIndex, acceptAll, this.cs))
    const next = this.#next(result.newState)
    if (result.kind === 'applicationMessage') {
      return { kind: 'application', next, plaintext: result.message, sender: sender! }
    }
    return { kind: contentTypeOf(received) === 'commit' ? 'commit' : 'proposal', next }
  }

  /** The leaf that the sender data names, in the tree of the message's epoch. ts-mls verifies its signature. */
  async #senderOf({ privateMessage }: MlsPrivateMessage): Promise<Leaf> {
    const past = privateMessage.epoch < this.state.groupContext.epoch
    const epoch = past ? this.state.historicalReceiverData.get(privateMessage.epoch) : undefined
    if (past && !epoch) throw new MlsRefusal('the message is of an epoch whose keys are deleted')
    const secret = epoch?.senderDataSecret ?? this.state.keySchedule.senderDataSecret
    const data = await refusing('the sender data', () => decryptSenderData(privateMessage, secret, this.cs))
    const leaf = leavesOf(epoch?.ratchetTree ?? this.state.ratchetTree).find(({ index }) => index === data?.leafIndex)
    if (!leaf) throw new MlsRefusal('the message names no sender of the group')
    return leaf
  }

  async commit({ add = [], remove = [] }: { add?: Uint8Array[], remove?: number[] }): Promise<Commit> {
    const extraProposals: Proposal[] = [
      ...remove.filter((index) => !this.#isProposedToGo(index))
        .map((removed) => ({ proposalType: 'remove' as const, remove: { removed } })),
      ...add.map((bytes) => ({ proposalType: 'add' as const, add: { keyPackage: readKeyPackage(bytes) } })),
    ]
    const { newState, commit, welcome } = await refusing('the commit', () => createCommit(
      { state: this.state, cipherSuite: this.cs },
      { extraProposals, wireAsPublicMessage: true, ratchetTreeExtension: true }))
    const next = this.#next(newState)
    return {
      next,
      commit: encodeMlsMessage(commit),
      welcome: welcome && message({ wireformat: 'mls_welcome', welcome }),
      groupInfo: await next.groupInfo(),
    }
  }

  /** A commit includes the proposals that were received, and may remove a leaf once only. */
  #isProposedToGo(index: number): boolean {
    return Object.values(this.state.unappliedProposals).some(({ proposal }) =>
      proposal.proposalType === 'remove' && proposal.remove.removed === index)
  }

  async groupInfo(): Promise<Uint8Array> {
    const groupInfo = await createGroupInfoWithExternalPubAndRatchetTree(this.state, [], suiteForGroupInfo(this.cs))
    return message({ wireformat: 'mls_group_info', groupInfo })
  }

  exportSecret(label: string, context: Uint8Array, length: number): Promise<Uint8Array> {
    return mlsExporter(this.state.keySchedule.exporterSecret, label, context, length, this.cs)
  }

  sign(label: string, content: Uint8Array): Promise<Uint8Array> {
    return signWithLabel(this.state.signaturePrivateKey, label, content, this.cs.signature)
  }

  verify({ signatureKey }: Leaf, label: string, content: Uint8Array, signature: Uint8Array): Promise<boolean> {
    return verifyWithLabel(signatureKey, label, content, signature, this.cs.signature).catch(() => false)
  }

  #next(state: ClientState): TsMlsGroup {
    return new TsMlsGroup(state, this.cs)
  }
}

const message = (content: MlsMessageContent): Uint8Array => encodeMlsMessage({ version: 'mls10', ...content })

const contentTypeOf = (received: MlsPrivateMessage | MlsPublicMessage) =>
  (received.wireformat === 'mls_private_message' ? received.privateMessage : received.publicMessage.content).contentType

/** The leaves are the even nodes of the tree's array. */
function leavesOf(tree: RatchetTree): Leaf[] {
  const leaves: Leaf[] = []
  for (let node = 0; node < tree.length; node += 2) {
    const found = tree[node]
    if (found?.nodeType !== 'leaf') continue
    const { credential, signaturePublicKey } = found.leaf
    leaves.push({
      index: node / 2,
      credential: credential.credentialType === 'basic' ? fromUtf8(credential.identity) : '',
      signatureKey: signaturePublicKey,
    })
  }
  return leaves
}

type Wireformat = MLSMessage['wireformat']

/** Decodes an MLSMessage that has one of the wire formats. Returns undefined if the bytes are something else. */
function read<W extends Wireformat>(
  bytes: Uint8Array, ...wireformats: W[]
): Extract<MLSMessage, { wireformat: W }> | undefined {
  let found
  try {
    found = decodeMlsMessage(bytes, 0)
  } catch {
    return undefined
  }
  if (found?.[1] !== bytes.length || !wireformats.includes(found[0].wireformat as W)) return undefined
  return found[0] as Extract<MLSMessage, { wireformat: W }>
}

const readTree = (bytes: Uint8Array | undefined) => bytes && decodeRatchetTree(bytes, 0)?.[0]

/** OpenMLS publishes key packages without MLSMessage around them. */
function readKeyPackage(bytes: Uint8Array): PublicPackage {
  const found = read(bytes, 'mls_key_package')?.keyPackage ?? decodeKeyPackage(bytes, 0)?.[0]
  if (!found) throw new MlsRefusal('not a key package')
  return found
}

async function refusing<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new MlsRefusal(`ts-mls refuses ${what}: ${(cause as Error).message}`, { cause })
  }
}
