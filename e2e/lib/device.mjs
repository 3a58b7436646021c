// A device of a person: an account on a PDS, an MLS client, and the habits of an app that keeps both in step.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { deviceId, openClient } from '../mls/client.mjs'

const MAX_REBASES = 5

export class Device {
  #read = new Map() // convoId → seq up to which messages are processed
  #sent = new Set() // ciphertexts, which a sender cannot decrypt
  #turn = Promise.resolve() // of the last to use the MLS state

  /** `label` tells a person's second device from the first, whose identity is the bare DID. */
  static async open(account, { implementation, label, ...options }) {
    const identity = label ? `${account.did}#${label}` : account.did
    return new Device(account, label, await openClient(implementation, { identity, ...options }), options.suite)
  }

  constructor(account, label, mls, suite) {
    this.account = account
    this.did = account.did
    this.name = label ? `${account.name}'s ${label}` : account.name
    this.mls = mls
    this.suite = suite
    this.id = deviceId(mls.signatureKey)
    this.heard = [] // what others said, in order: { text, attachment }
    this.lostTo = [] // the conflicts of lost races
    this.misled = [] // the epochs that came with a false external_pub
    this.removed = false
    this.follower = undefined // of a device that does not fetch, see follower.mjs
  }

  /** Where the state of each conversation stands, as sync takes it. */
  get positions() {
    return [...this.#read].map(([convoId, seq]) => ({ convoId, seq }))
  }

  isIn(convoId) {
    return this.#read.has(convoId)
  }

  /** MLS clients do one thing at a time: a commit is not built while a message is read. */
  #alone(work) {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => {})
    return turn
  }

  async publish(n) {
    const keyPackages = await this.mls.keyPackages(n)
    const items = keyPackages.map((bytes) => ({ keyPackage: base64(bytes), cipherSuite: this.suite }))
    return this.account.procedure('publishKeyPackages', { keyPackages: items })
  }

  /** Claims one key package per device of each account. */
  async claim(accounts, convoId) {
    const dids = accounts.map(({ did }) => did)
    const { keyPackages, missing } = await this.account.query('getKeyPackages', { dids, cipherSuite: this.suite, convoId })
    assert.deepEqual(missing ?? [], [])
    assert.deepEqual(keyPackages.map(({ did }) => did), dids)
    return keyPackages
  }

  async create(convoId, others, metadata) {
    const claimed = await this.claim(others)
    await this.mls.createGroup(convoId)
    let convo, bytes
    await this.mls.add(convoId, claimed.map(packageBytes), async ({ welcome, groupInfo, ratchetTree }) => {
      bytes = welcome.length
      convo = await this.account.procedure('createConvo', {
        groupId: convoId,
        cipherSuite: this.suite,
        initialMembers: others.map(({ did }) => did),
        welcomeMessage: base64(welcome),
        groupInfo: base64(groupInfo),
        ratchetTree: ratchetTree && base64(ratchetTree),
        metadata,
        idempotencyKey: randomUUID(),
      })
      return true
    })
    this.#read.set(convoId, 0)
    return { ...convo, bytes }
  }

  /**
   * Begins a conversation of one, after so many commits of its own. A GroupInfo of epoch 0 can only be had from ts-mls;
   * core-crypto gives one with a commit, so it updates its keys first.
   */
  async createAlone(convoId, updates) {
    await this.mls.createGroup(convoId)
    let stated = updates === 0 && { groupInfo: await this.mls.groupInfo(convoId) }
    for (let i = 0; i < updates; i++) {
      await this.mls.update(convoId, async (bundle) => {
        stated = bundle
        return true
      })
    }
    const convo = await this.account.procedure('createConvo', {
      groupId: convoId, cipherSuite: this.suite, groupInfo: base64(stated.groupInfo), idempotencyKey: randomUUID(),
    })
    this.#read.set(convoId, 0)
    return convo
  }

  /** Joins by the Welcome that waits for this device, and confirms it. */
  join(convoId) {
    return this.#alone(() => this.#join(convoId))
  }

  async #join(convoId) {
    const answer = await this.account.query('getWelcome', { convoId, deviceId: this.id })
    const welcome = Buffer.from(answer.welcome, 'base64')
    assert.equal(await this.mls.joinWelcome(welcome, answer.ratchetTree), convoId)
    assert.equal(this.mls.epoch(convoId), answer.epoch)
    await this.account.procedure('confirmWelcome', { convoId, deviceId: this.id, success: true })
    this.#read.set(convoId, answer.seq ?? 0)
    this.removed = false
    return answer
  }

  async say(convoId, text, attachment) {
    const plaintext = JSON.stringify({ text, attachment })
    const { epoch, ciphertext } = await this.#alone(async () => ({
      epoch: this.mls.epoch(convoId), ciphertext: await this.mls.encrypt(convoId, Buffer.from(plaintext)),
    }))
    this.#sent.add(base64(ciphertext))
    const blobs = attachment && [attachment.cid]
    this.lastRequest = { convoId, ciphertext, epoch, msgId: randomUUID(), blobs, idempotencyKey: randomUUID() }
    const answer = await this.account.procedure('sendMessage', this.lastRequest)
    return { ...answer, bytes: ciphertext.length }
  }

  /** Fetches and processes what came since the last time; returns the new plaintexts, oldest first. */
  async sync(convoId) {
    const before = this.heard.length
    let sinceMessage
    for (;;) {
      const position = sinceMessage ? { sinceMessage } : { sinceSeq: this.#read.get(convoId) ?? 0 }
      const page = await this.account.query('getMessages', { convoId, limit: 5, ...position })
      for (const message of page.messages) await this.receive(convoId, message)
      if (!page.cursor) return this.heard.slice(before)
      sinceMessage = page.cursor
    }
  }

  /** Takes in the next stored message of a conversation. */
  receive(convoId, message) {
    return this.#alone(() => this.#receive(convoId, message))
  }

  async #receive(convoId, { seq, epoch, ciphertext, messageType }) {
    assert.equal(seq, (this.#read.get(convoId) ?? 0) + 1, `${this.name} missed a message`)
    this.#read.set(convoId, seq)
    // What this device sent is not for it. Its own commit moved it on when the answer came, so messages from before
    // that one may still be to be read, with the keys of their epoch.
    const now = this.mls.epoch(convoId)
    if (this.#sent.has(base64(ciphertext)) || (messageType !== 'app' && epoch < now)) return
    assert.ok(messageType === 'app' ? epoch <= now : epoch === now)
    const result = await this.mls.process(convoId, ciphertext)
    assert.equal(messageType, result.contentType === 'application' ? 'app' : result.contentType)
    if (result.plaintext) this.heard.push(JSON.parse(Buffer.from(result.plaintext).toString()))
    this.removed = !result.active
    if (messageType === 'commit' && result.active) await this.#checkExternalPub(convoId)
  }

  /** Nobody but members can tell a false external_pub, which would strand the group with the next external commit. */
  async #checkExternalPub(convoId) {
    if (!this.mls.hasExternalPubOf) return
    const { epoch, groupInfo } = await this.account.query('getGroupInfo', { convoId })
    if (epoch !== this.mls.epoch(convoId) || await this.mls.hasExternalPubOf(convoId, groupInfo)) return
    this.misled.push({ convoId, epoch })
    await this.account.procedure('requestRejoin', {
      convoId, reason: 'commit-failed', epoch: epoch - 1, detail: 'external-pub',
    })
  }

  /** Drops what it has of a conversation, so that it can join anew. */
  forget(convoId) {
    return this.#alone(async () => {
      await this.mls.forget(convoId)
      this.#read.delete(convoId)
    })
  }

  addMembers(convoId, accounts) {
    return this.#commit(convoId, async (submit) => {
      const claimed = await this.claim(accounts, convoId)
      return this.mls.add(convoId, claimed.map(packageBytes), submit)
    }, ({ commit, welcome, groupInfo, ratchetTree }) => this.account.procedure('addMembers', {
      convoId,
      didList: accounts.map(({ did }) => did),
      commit: base64(commit),
      welcomeMessage: base64(welcome),
      groupInfo: base64(groupInfo),
      ratchetTree: ratchetTree && base64(ratchetTree),
      idempotencyKey: randomUUID(),
    }))
  }

  updateKeys(convoId) {
    return this.#commit(convoId, (submit) => this.mls.update(convoId, submit), this.#sendCommit(convoId))
  }

  /** A PublicMessage commit whose GroupInfo has its tree neither inside nor beside it: the service knows it. */
  updateKeysWithoutTree(convoId) {
    const send = this.#sendCommit(convoId, { ratchetTree: undefined })
    return this.#commit(convoId, (submit) => this.mls.update(convoId, submit), send)
  }

  /** A commit that the others cannot apply and the service cannot tell from any other; ts-mls only. */
  damageCommit(convoId, externalSecret) {
    const update = (submit) => this.mls.damagedUpdate(convoId, submit, externalSecret)
    return this.#commit(convoId, update, this.#sendCommit(convoId))
  }

  /** A commit that everybody can apply, with an external_pub that is not the group's; ts-mls only. */
  misleadingCommit(convoId, externalSecret) {
    const update = (submit) => this.mls.misleadingUpdate(convoId, submit, externalSecret)
    return this.#commit(convoId, update, this.#sendCommit(convoId))
  }

  /** Removes one leaf of a person who stays a member with other devices. */
  removeDevice(convoId, identity) {
    return this.#commit(convoId, (submit) => this.mls.remove(convoId, [identity], submit), this.#sendCommit(convoId))
  }

  /** Commits the proposal to remove a person that this device has seen; ts-mls does so in its next commit. */
  commitProposedRemoval(convoId, did) {
    const send = this.#sendCommit(convoId, { removedDids: [did] })
    return this.#commit(convoId, (submit) => this.mls.update(convoId, submit), send)
  }

  #sendCommit(convoId, changes) {
    return (bundle) =>
      this.account.procedure('sendCommit', { convoId, ...bundle, ...changes, idempotencyKey: randomUUID() })
  }

  removeMember(convoId, did) {
    return this.#commit(convoId, (submit) => this.mls.remove(convoId, [did], submit), ({ commit, groupInfo, ratchetTree }) =>
      this.account.procedure('leaveConvo', {
        convoId,
        targetDid: did,
        commit: base64(commit),
        groupInfo: base64(groupInfo),
        ratchetTree: ratchetTree && base64(ratchetTree),
        idempotencyKey: randomUUID(),
      }))
  }

  leave(convoId) {
    return this.account.procedure('leaveConvo', { convoId, idempotencyKey: randomUUID() })
  }

  /** Joins as an active member without a Welcome: with a lost state, or as a new device. */
  async joinExternal(convoId) {
    const answer = await this.#commit(convoId, async (submit) => {
      const { groupInfo, ratchetTree } = await this.account.query('getGroupInfo', { convoId })
      return this.mls.joinExternal(groupInfo, submit, ratchetTree)
    }, ({ commit, groupInfo, ratchetTree }) => this.account.procedure('joinConvo', {
      convoId, externalCommit: commit, groupInfo, ratchetTree, idempotencyKey: randomUUID(),
    }), () => {})
    this.#read.set(convoId, answer.seq)
    return answer
  }

  /** Builds a commit and sends it; when another one was first, takes that in and starts anew. */
  async #commit(convoId, build, send, rebase = (answer) => this.#rebase(convoId, answer)) {
    for (let lost = 0; lost <= MAX_REBASES; lost++) {
      let answer, bytes
      const accepted = await this.#alone(async () => {
        const accepted = await build(async (bundle) => {
          bytes = bundle.commit.length
          answer = await send(bundle)
          return answer.success
        })
        if (accepted) assert.equal(answer.newEpoch, this.mls.epoch(convoId))
        return accepted
      })
      if (accepted) return { ...answer, bytes, lost }
      if (answer.retryAfterMs) { // the epoch is kept for another member: nothing was lost
        await sleep(answer.retryAfterMs)
        lost--
        continue
      }
      await rebase(answer)
    }
    throw new Error(`${this.name} lost ${MAX_REBASES + 1} races in a row`)
  }

  /** The answer of a lost race carries the winning commits; application messages in between have to be fetched. */
  async #rebase(convoId, { newEpoch, conflict }) {
    this.lostTo.push(conflict)
    assert.equal(conflict.currentEpoch, newEpoch)
    if (this.follower) return this.follower.reaches(convoId, newEpoch)
    assert.ok(newEpoch > this.mls.epoch(convoId))
    for (const { seq, epoch, commitData } of conflict.commits) {
      if (seq !== this.#read.get(convoId) + 1) break
      await this.receive(convoId, { seq, epoch, ciphertext: commitData, messageType: 'commit' })
    }
    await this.sync(convoId)
    assert.ok(this.mls.epoch(convoId) >= newEpoch)
  }

  close() {
    return this.mls.close()
  }
}

export const base64 = (bytes) => Buffer.from(bytes).toString('base64')
const packageBytes = ({ keyPackage }) => Buffer.from(keyPackage, 'base64')
