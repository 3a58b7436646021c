// MLS client on ts-mls, with the repairs of the client library: for handshakes, trees and defects that the library does
// not make. Everything that it emits is framed as an MLSMessage.
import {
  acceptAll, createApplicationMessage, createCommit, createGroup, createGroupInfoWithExternalPub,
  createGroupInfoWithExternalPubAndRatchetTree, createProposal, decodeMlsMessage, defaultLifetime, emptyPskIndex,
  encodeMlsMessage, generateKeyPackageWithKey, joinGroup, joinGroupExternal, processMessage,
} from 'ts-mls'
import { decodeGroupInfo, ratchetTreeFromExtension } from 'ts-mls/groupInfo.js'
import { decodeKeyPackage, makeKeyPackageRef } from 'ts-mls/keyPackage.js'
import { getGroupMembers } from 'ts-mls/clientState.js'
import { decodeRatchetTree, ratchetTreeEncoder } from 'ts-mls/ratchetTree.js'
import { encode } from 'ts-mls/codec/tlsEncoder.js'
import { repairedSuite, suiteForGroupInfo } from '../../clients/typescript/dist/mls/repairs.js'
import { damagingPaths, rawCipherSuite, rawGroupInfo, withExternalSecret } from './defects.mjs'

const DAY = 86_400n

export class TsMlsClient {
  static async open({ identity, suite, handshakes, tree, raw }) {
    const cs = await (raw === 'keys' ? rawCipherSuite : repairedSuite)(suite)
    const options = { isPublic: handshakes === 'public', treeInside: tree === 'inside', raw }
    return new TsMlsClient(identity, cs, await cs.signature.keygen(), options)
  }

  #cs; #keys; #public; #treeInside; #raw
  #groups = new Map() // hex group id → ClientState
  #packages = new Map() // hex KeyPackageRef → { publicPackage, privatePackage }

  constructor(identity, cs, keys, { isPublic, treeInside, raw }) {
    this.implementation = 'ts-mls'
    this.identity = identity
    this.signatureKey = keys.publicKey
    this.#cs = cs
    this.#keys = keys
    this.#public = isPublic
    this.#treeInside = treeInside
    this.#raw = raw
  }

  async keyPackages(n) {
    const packages = []
    for (let i = 0; i < n; i++) {
      const made = await this.#makePackage()
      const ref = await makeKeyPackageRef(made.publicPackage, this.#cs.hash)
      this.#packages.set(hex(ref), made)
      packages.push(message({ wireformat: 'mls_key_package', keyPackage: made.publicPackage }))
    }
    return packages
  }

  #makePackage() {
    const now = BigInt(Math.floor(Date.now() / 1000))
    const capabilities = {
      versions: ['mls10'], ciphersuites: [this.#cs.name], extensions: [], proposals: [], credentials: ['basic', 'x509'],
    }
    const lifetime = this.#raw === 'lifetime' ? defaultLifetime : { notBefore: now - 3600n, notAfter: now + 30n * DAY }
    const credential = { credentialType: 'basic', identity: Buffer.from(this.identity) }
    return generateKeyPackageWithKey(credential, capabilities, lifetime, [], this.#keys, this.#cs)
  }

  async createGroup(groupId) {
    const { publicPackage, privatePackage } = await this.#makePackage()
    const state = await createGroup(Buffer.from(groupId, 'hex'), publicPackage, privatePackage, [], this.#cs)
    this.#groups.set(groupId, state)
  }

  add(groupId, keyPackages, submit) {
    const proposals = keyPackages.map((bytes) => ({ proposalType: 'add', add: { keyPackage: readKeyPackage(bytes) } }))
    return this.#commit(groupId, proposals, submit)
  }

  remove(groupId, identities, submit) {
    const leaves = this.#leavesOf(groupId, identities)
    const proposals = leaves.map((removed) => ({ proposalType: 'remove', remove: { removed } }))
    return this.#commit(groupId, proposals, submit)
  }

  /** Leaf indices. The leaves are the even nodes of the tree's array. */
  #leavesOf(groupId, identities) {
    const leaves = this.#groups.get(groupId).ratchetTree.filter((_, i) => i % 2 === 0)
    return leaves.flatMap((node, index) => (node && identities.includes(identityOf(node.leaf)) ? [index] : []))
  }

  /** The indices of all leaves, and of this client's own. */
  leaves(groupId) {
    const { ratchetTree, privatePath } = this.#groups.get(groupId)
    const leaves = ratchetTree.filter((_, i) => i % 2 === 0).flatMap((node, index) => (node ? [index] : []))
    return { leaves, own: privatePath.leafIndex }
  }

  leavesOf(groupId, identity) {
    return this.#leavesOf(groupId, [identity])
  }

  update(groupId, submit) {
    return this.#commit(groupId, [], submit)
  }

  /**
   * An update that this client can apply and no other member can. With an `externalSecret` that is not the group's,
   * this client also cannot follow members that join with its GroupInfo.
   */
  damagedUpdate(groupId, submit, externalSecret) {
    return this.#commit(groupId, [], submit, { suite: damagingPaths(this.#cs), externalSecret })
  }

  /**
   * An update that every member can apply, but with whose GroupInfo nobody can join: its external_pub belongs to
   * another secret.
   */
  misleadingUpdate(groupId, submit, externalSecret) {
    return this.#commit(groupId, [], submit, { externalSecret })
  }

  async #commit(groupId, extraProposals, submit, { suite = this.#cs, externalSecret } = {}) {
    const { newState, commit, welcome } = await createCommit(
      { state: this.#groups.get(groupId), cipherSuite: suite },
      { extraProposals, wireAsPublicMessage: this.#public, ratchetTreeExtension: this.#treeInside })
    const accepted = await submit({
      commit: encodeMlsMessage(commit),
      welcome: welcome && message({ wireformat: 'mls_welcome', welcome }),
      ...await this.#groupInfo(newState, externalSecret),
    })
    if (accepted) this.#groups.set(groupId, newState)
    return accepted
  }

  async #groupInfo(state, externalSecret) {
    const info = this.#raw === 'external_pub'
      ? await rawGroupInfo(state, this.#cs)
      : await this.#repairedGroupInfo(externalSecret ? withExternalSecret(state, externalSecret) : state)
    return {
      groupInfo: message({ wireformat: 'mls_group_info', groupInfo: info }),
      ratchetTree: this.#treeInside ? undefined : ratchetTree(state),
    }
  }

  #repairedGroupInfo(state) {
    const make = this.#treeInside ? createGroupInfoWithExternalPubAndRatchetTree : createGroupInfoWithExternalPub
    return make(state, [], suiteForGroupInfo(this.#cs))
  }

  async joinWelcome(bytes, tree) {
    const { welcome } = read(bytes, 'mls_welcome')
    for (const { newMember } of welcome.secrets) {
      const mine = this.#packages.get(hex(newMember))
      if (!mine) continue
      const state = await joinGroup(welcome, mine.publicPackage, mine.privatePackage, emptyPskIndex, this.#cs, readTree(tree))
      this.#packages.delete(hex(newMember))
      return this.#store(state)
    }
    throw new Error('the Welcome names no key package of this client')
  }

  async joinExternal(bytes, submit, treeBytes) {
    const info = readGroupInfo(bytes)
    const { publicPackage, privatePackage } = await this.#makePackage()
    const tree = ratchetTreeFromExtension(info) ?? readTree(treeBytes)
    const resync = tree.some((node) =>
      node?.nodeType === 'leaf' && hex(node.leaf.signaturePublicKey) === hex(this.signatureKey))
    const { publicMessage, newState } = await joinGroupExternal(
      info, publicPackage, privatePackage, resync, this.#cs, tree)
    const accepted = await submit({
      commit: message({ wireformat: 'mls_public_message', publicMessage }),
      ...await this.#groupInfo(newState),
    })
    if (accepted) this.#store(newState)
    return accepted
  }

  /** A signed GroupInfo of the current epoch. */
  async groupInfo(groupId) {
    return (await this.#groupInfo(this.#groups.get(groupId))).groupInfo
  }

  /** Whether the external_pub of a GroupInfo of the current epoch is the group's. True if it has none. */
  async hasExternalPubOf(groupId, groupInfo) {
    const found = readGroupInfo(groupInfo).extensions.find(({ extensionType }) => extensionType === 'external_pub')
    return !found || hex(found.extensionData) === hex(await this.#externalPub(groupId))
  }

  async #externalPub(groupId) {
    const { hpke } = suiteForGroupInfo(this.#cs)
    const { publicKey } = await hpke.deriveKeyPair(this.#groups.get(groupId).keySchedule.externalSecret)
    return hpke.exportPublicKey(publicKey)
  }

  /** Makes a proposal for the other members. This client's next commit includes it too. */
  async proposeRemoval(groupId, identity) {
    const removed = this.#leavesOf(groupId, [identity])[0]
    const proposal = { proposalType: 'remove', remove: { removed } }
    const { newState, message: sent } = await createProposal(this.#groups.get(groupId), this.#public, proposal, this.#cs)
    this.#groups.set(groupId, newState)
    return encodeMlsMessage(sent)
  }

  #store(state) {
    const groupId = hex(state.groupContext.groupId)
    this.#groups.set(groupId, state)
    return groupId
  }

  forget(groupId) {
    this.#groups.delete(groupId)
  }

  async encrypt(groupId, plaintext) {
    const { newState, privateMessage } = await createApplicationMessage(this.#groups.get(groupId), plaintext, this.#cs)
    this.#groups.set(groupId, newState)
    return message({ wireformat: 'mls_private_message', privateMessage })
  }

  async process(groupId, bytes) {
    const received = read(bytes, 'mls_private_message', 'mls_public_message')
    const result = await processMessage(received, this.#groups.get(groupId), emptyPskIndex, acceptAll, this.#cs)
    this.#groups.set(groupId, result.newState)
    const { contentType } = received.privateMessage ?? received.publicMessage.content
    return { contentType, plaintext: result.message, active: result.newState.groupActiveState.kind === 'active' }
  }

  epoch(groupId) {
    return Number(this.#groups.get(groupId).groupContext.epoch)
  }

  members(groupId) {
    return getGroupMembers(this.#groups.get(groupId)).map(identityOf)
  }

  close() {}
}

const message = (content) => encodeMlsMessage({ version: 'mls10', ...content })
const ratchetTree = (state) => encode(ratchetTreeEncoder)(state.ratchetTree)
const hex = (bytes) => Buffer.from(bytes).toString('hex')
const identityOf = (leaf) => Buffer.from(leaf.credential.identity).toString()

/** Decodes an MLSMessage that has one of the given wire formats. Returns undefined if the bytes are something else. */
function read(bytes, ...wireformats) {
  let decoded, used
  try {
    [decoded, used] = decodeMlsMessage(bytes, 0) ?? []
  } catch {
    return undefined
  }
  return used === bytes.length && wireformats.includes(decoded.wireformat) ? decoded : undefined
}

const readTree = (bytes) => bytes && decodeRatchetTree(bytes, 0)[0]

/** core-crypto emits GroupInfos without MLSMessage. */
const readGroupInfo = (bytes) => read(bytes, 'mls_group_info')?.groupInfo ?? decodeGroupInfo(bytes, 0)[0]

/** core-crypto publishes key packages without MLSMessage. */
function readKeyPackage(bytes) {
  return read(bytes, 'mls_key_package')?.keyPackage ?? decodeKeyPackage(bytes, 0)[0]
}
