// A device that calls each method itself, with an MLS client of mls/: for what the client library of clients/typescript
// does not do, such as another MLS library, malformed objects, and calls in another order. Clients are in member.mjs.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { deviceId, openClient } from '../mls/client.mjs'

const MAX_REBASES = 5

export class Device {
  #read = new Map() // convoId → seq up to which messages are processed
  #sent = new Set() // ciphertexts that this device sent, which it cannot decrypt
  #turn = Promise.resolve() // resolves when the current operation on the MLS state has ended

  /** `label` distinguishes an account's second device from the first, whose identity is the bare DID. */
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
    this.received = [] // messages of others, in order: { text, attachments }
    this.conflicts = [] // the conflicts of commits that were not accepted
    this.falseExternalPubs = [] // the epochs whose GroupInfo had a false external_pub
    this.removed = false
  }

  epoch(convoId) {
    return this.mls.epoch(convoId)
  }

  /** The members as the group has them, sorted. */
  members(convoId) {
    return [...this.mls.members(convoId)].sort()
  }

  get heard() {
    return this.received.map(({ text }) => text)
  }

  /**
   * Runs operations on the MLS state one after the other: MLS clients cannot build a commit while they process a
   * message.
   */
  #exclusive(work) {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => {})
    return turn
  }

  async publish(n) {
    const keyPackages = await this.mls.keyPackages(n)
    const items = keyPackages.map((bytes) => ({ keyPackage: base64(bytes), cipherSuite: this.suite }))
    const published = await this.account.procedure('publishKeyPackages', { keyPackages: items })
    await this.acceptAll()
    return published
  }

  /** Makes the account accept additions by anybody at once, where the story is not about requests. */
  acceptAll() {
    return this.account.procedure('updatePreferences', { acceptFrom: 'all', acceptGroupInvitesFrom: 'all' })
  }

  /** Claims one key package for each device of each account. */
  async claim(accounts, convoId) {
    const dids = accounts.map(({ did }) => did)
    const { keyPackages, missing } = await this.account.query('getKeyPackages', { dids, cipherSuite: this.suite, convoId })
    assert.deepEqual(missing ?? [], [])
    assert.deepEqual(keyPackages.map(({ did }) => did), dids)
    return keyPackages
  }

  async create(convoId, others) {
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
        idempotencyKey: randomUUID(),
      })
      return true
    })
    this.#read.set(convoId, 0)
    return { ...convo, bytes }
  }

  /**
   * Creates a conversation with one member, after the given number of commits. core-crypto returns a GroupInfo only
   * with a commit, so it updates its keys first; only ts-mls can make a GroupInfo of epoch 0.
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

  /** Joins with the Welcome for this device and confirms it. */
  join(convoId) {
    return this.#exclusive(() => this.#join(convoId))
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

  /** Sends what the client library calls content: a text, or { text, attachments }. */
  async say(convoId, content) {
    const { text, attachments } = typeof content === 'string' ? { text: content } : content
    const plaintext = JSON.stringify({ text, attachments })
    const { epoch, ciphertext } = await this.#exclusive(async () => ({
      epoch: this.mls.epoch(convoId), ciphertext: await this.mls.encrypt(convoId, Buffer.from(plaintext)),
    }))
    this.#sent.add(base64(ciphertext))
    const blobs = attachments?.map(({ cid }) => cid)
    this.lastRequest = { convoId, ciphertext, epoch, msgId: randomUUID(), blobs, idempotencyKey: randomUUID() }
    const answer = await this.account.procedure('sendMessage', this.lastRequest)
    return { ...answer, bytes: ciphertext.length }
  }

  /** Fetches and processes all new messages. Returns the new plaintexts, oldest first. */
  async sync(convoId) {
    const before = this.received.length
    let sinceMessage
    for (;;) {
      const position = sinceMessage ? { sinceMessage } : { sinceSeq: this.#read.get(convoId) ?? 0 }
      const page = await this.account.query('getMessages', { convoId, limit: 5, ...position })
      for (const message of page.messages) {
        // Numbers that a restored database has lost are never given out again.
        if (page.gapInfo && message.seq === page.gapInfo.to + 1) this.#read.set(convoId, page.gapInfo.to)
        await this.receive(convoId, message)
      }
      if (!page.cursor) return this.received.slice(before)
      sinceMessage = page.cursor
    }
  }

  /** Processes the next stored message of a conversation. */
  receive(convoId, message) {
    return this.#exclusive(() => this.#receive(convoId, message))
  }

  async #receive(convoId, { seq, epoch, ciphertext, messageType }) {
    assert.equal(seq, (this.#read.get(convoId) ?? 0) + 1, `${this.name} missed a message`)
    this.#read.set(convoId, seq)
    // Skip what this device sent itself. Its commit moved it to the next epoch when the answer came, so application
    // messages from before that commit may follow; they are decrypted with the keys of their own epoch.
    const now = this.mls.epoch(convoId)
    if (this.#sent.has(base64(ciphertext)) || (messageType !== 'app' && epoch < now)) return
    assert.ok(messageType === 'app' ? epoch <= now : epoch === now)
    const result = await this.mls.process(convoId, ciphertext)
    assert.equal(messageType, result.contentType === 'application' ? 'app' : result.contentType)
    if (result.plaintext) this.received.push(JSON.parse(Buffer.from(result.plaintext).toString()))
    this.removed = !result.active
    if (messageType === 'commit' && result.active) await this.#checkExternalPub(convoId)
  }

  /** Only members can detect a false external_pub. The next external commit would make the group unusable. */
  async #checkExternalPub(convoId) {
    if (!this.mls.hasExternalPubOf) return
    const { epoch, groupInfo } = await this.account.query('getGroupInfo', { convoId })
    if (epoch !== this.mls.epoch(convoId) || await this.mls.hasExternalPubOf(convoId, groupInfo)) return
    this.falseExternalPubs.push({ convoId, epoch })
    await this.account.procedure('requestRejoin', {
      convoId, reason: 'commit-failed', epoch: epoch - 1, detail: 'external-pub',
    })
  }

  /** Drops the state of a conversation, so that the device can join again. */
  forget(convoId) {
    return this.#exclusive(async () => {
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

  /**
   * A PublicMessage commit without a ratchet tree, neither in the GroupInfo nor beside it: the service knows the tree.
   */
  updateKeysWithoutTree(convoId) {
    const send = this.#sendCommit(convoId, { ratchetTree: undefined })
    return this.#commit(convoId, (submit) => this.mls.update(convoId, submit), send)
  }

  /** A commit that the others cannot apply, which the service cannot detect; ts-mls only. */
  damageCommit(convoId, externalSecret) {
    const update = (submit) => this.mls.damagedUpdate(convoId, submit, externalSecret)
    return this.#commit(convoId, update, this.#sendCommit(convoId))
  }

  /** A commit that all members can apply, with an external_pub that is not the group's; ts-mls only. */
  misleadingCommit(convoId, externalSecret) {
    const update = (submit) => this.mls.misleadingUpdate(convoId, submit, externalSecret)
    return this.#commit(convoId, update, this.#sendCommit(convoId))
  }

  /** Removes one leaf of an account that stays a member with other devices. */
  removeDevice(convoId, identity) {
    return this.#commit(convoId, (submit) => this.mls.remove(convoId, [identity], submit), this.#sendCommit(convoId))
  }

  /**
   * Commits a proposal, which this device has received, to remove an account; ts-mls includes it in its next commit.
   */
  commitProposedRemoval(convoId, did) {
    const send = this.#sendCommit(convoId, { removedDids: [did] })
    return this.#commit(convoId, (submit) => this.mls.update(convoId, submit), send)
  }

  #sendCommit(convoId, changes) {
    return (bundle) =>
      this.account.procedure('sendCommit', { convoId, ...bundle, ...changes, idempotencyKey: randomUUID() })
  }

  /** Does nothing if the account has no leaf any more, because another member's commit removed it. */
  removeMember(convoId, did) {
    const remove = (submit) => (this.mls.members(convoId).includes(did) ? this.mls.remove(convoId, [did], submit) : undefined)
    return this.#commit(convoId, remove, ({ commit, groupInfo, ratchetTree }) =>
      this.account.procedure('leaveConvo', {
        convoId,
        targetDid: did,
        commit: base64(commit),
        groupInfo: base64(groupInfo),
        ratchetTree: ratchetTree && base64(ratchetTree),
        idempotencyKey: randomUUID(),
      }))
  }

  /**
   * Suspends a member at once. The keys of the group change with the commit that removes it, which any member may send.
   */
  suspend(convoId, did) {
    return this.account.procedure('leaveConvo', { convoId, targetDid: did, idempotencyKey: randomUUID() })
  }

  /** Commits the pending removals, as every client does before it sends. */
  async commitPendingRemovals(convoId) {
    const { conversations } = await this.account.query('getConvos', {})
    const { members } = conversations.find(({ id }) => id === convoId)
    for (const { did } of members.filter(({ pendingRemoval }) => pendingRemoval)) await this.removeMember(convoId, did)
  }

  leave(convoId) {
    return this.account.procedure('leaveConvo', { convoId, idempotencyKey: randomUUID() })
  }

  /**
   * Joins without a Welcome: as an existing member, after losing its state or as a new device, or by the code of a link.
   */
  async joinExternal(convoId, code) {
    const answer = await this.#commit(convoId, async (submit) => {
      const { groupInfo, ratchetTree } = await this.account.query('getGroupInfo', { convoId, ...(code && { code }) })
      return this.mls.joinExternal(groupInfo, submit, ratchetTree)
    }, ({ commit, groupInfo, ratchetTree }) => this.account.procedure('joinConvo', {
      convoId, externalCommit: commit, groupInfo, ratchetTree, idempotencyKey: randomUUID(), ...(code && { code }),
    }), () => {})
    this.#read.set(convoId, answer.seq)
    return answer
  }

  /**
   * Builds a commit and sends it. If another commit was accepted first, applies that one and tries again. If `build`
   * returns undefined, there is nothing to commit, and the result has no answer of the service.
   */
  async #commit(convoId, build, send, rebase = (answer) => this.#rebase(convoId, answer)) {
    for (let lost = 0; lost <= MAX_REBASES; lost++) {
      let answer, bytes
      const accepted = await this.#exclusive(async () => {
        const accepted = await build(async (bundle) => {
          bytes = bundle.commit.length
          answer = await send(bundle)
          return answer.success
        })
        if (accepted === undefined) return undefined
        if (accepted) assert.equal(answer.newEpoch, this.mls.epoch(convoId))
        return accepted
      })
      if (accepted ?? true) return { ...answer, bytes, lost }
      if (answer.retryAfterMs) { // the epoch is reserved for another member, and no race was lost
        await sleep(answer.retryAfterMs)
        lost--
        continue
      }
      await rebase(answer)
    }
    throw new Error(`${this.name} lost ${MAX_REBASES + 1} races in a row`)
  }

  /** The answer contains the accepted commits. Application messages between them must be fetched. */
  async #rebase(convoId, { newEpoch, conflict }) {
    this.conflicts.push(conflict)
    assert.equal(conflict.currentEpoch, newEpoch)
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
