// A short conversation that calls every method at least once.
import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { base64 } from '../lib/device.mjs'
import { events, frames } from './streams.mjs'

/** `person(name)` makes a Device with a new account. Returns the NSIDs of the methods that were called. */
export async function callEveryMethod({ person, suite }) {
  const convoId = randomBytes(16).toString('hex')
  const ada = await person('Ada')
  const ben = await person('Ben')
  const cleo = await person('Cleo')
  const people = [ada, ben, cleo]

  await packages(people, suite)
  await ada.create(convoId, [ben.account])
  await ben.join(convoId)
  await ben.addMembers(convoId, [cleo.account])
  await ada.sync(convoId)
  await welcomes(convoId, cleo)
  await cleo.join(convoId)
  await messages(convoId, ada, ben, cleo)
  await live(convoId, ada, ben)
  await changes(convoId, ada, ben, cleo)
  await requests(ben, cleo)
  await links(ben, cleo)
  await endings(convoId, ada, ben, cleo)
  return new Set(people.flatMap(({ account }) => [...account.called]))
}

async function packages([ada, ...others], cipherSuite) {
  const { did, cipherSuites, limits } = await ada.account.query('describeService')
  assert.ok(did.startsWith('did:web:'))
  assert.ok(cipherSuites.includes(cipherSuite))
  assert.ok(limits.keyPackagesPerDevice > 0)

  const [one] = await ada.mls.keyPackages(1)
  const published = await ada.account.procedure('publishKeyPackage', { keyPackage: base64(one), cipherSuite })
  assert.equal(published.deviceId, ada.id)
  assert.match(published.keyPackageHash, /^[0-9a-f]{64}$/)
  for (const other of others) assert.equal((await other.publish(3)).succeeded, 3)

  const { devices } = await ada.account.query('listDevices')
  assert.deepEqual(devices.map(({ deviceId, keyPackages }) => [deviceId, keyPackages]), [[ada.id, 1]])
  const stats = await ada.account.query('getKeyPackageStats')
  assert.equal(stats.devices[0].suites[0].available, 1)
}

// What a device that is in no conversation yet has to join.
async function welcomes(convoId, { account, id: deviceId }) {
  const { welcomes: open } = await account.query('listWelcomes', { deviceId })
  assert.deepEqual(open.map(({ convoId, deviceId, epoch, seq }) => ({ convoId, deviceId, epoch, seq })), [{ convoId, deviceId, epoch: 2, seq: 1 }])
  const { welcome } = await account.query('getWelcome', { convoId, deviceId })
  assert.equal(base64(open[0].welcome), welcome)
  const news = await account.procedure('sync', { positions: [] })
  assert.deepEqual(news.welcomes, [{ convoId, deviceId }])
}

async function messages(convoId, ada, ben, cleo) {
  const { blob } = await ben.account.procedure('uploadBlob', randomBytes(5000), 'application/octet-stream')
  const cid = blob.ref.toString()
  const { seq } = await ben.say(convoId, { text: 'with a file', attachments: [{ cid }] })
  assert.deepEqual((await cleo.sync(convoId)).map(({ text }) => text), ['with a file'])
  await ada.sync(convoId)
  const bytes = await cleo.account.query('getBlob', { convoId, cid })
  assert.equal(bytes.length, 5000)
  await cleo.account.procedure('updateCursor', { convoId, seq })
  const { conversations } = await cleo.account.query('getConvos')
  const listed = conversations.find(({ id }) => id === convoId)
  assert.equal(listed.readSeq, seq)
  assert.deepEqual(await cleo.account.query('getConvo', { convoId }), listed)
}

// Ben has a stream of each kind open while Ada sends typing notifications.
async function live(convoId, ada, ben) {
  const { cursor, convos, newConvos } = await ben.account.procedure('sync', { positions: [{ convoId, seq: 0 }] })
  assert.deepEqual([convos.length, newConvos.length], [1, 0])
  const { ticket, endpoint } = await ben.account.procedure('getSubscriptionTicket', { convoId })
  const signal = randomBytes(30)
  const stop = new AbortController()
  const open = [events(ben.account, { convoId, cursor }, stop.signal), frames(ben.account, endpoint, { ticket, cursor }, stop.signal)]
  try {
    for (const stream of open) {
      assert.equal((await stream.next()).value.info, 'connected')
      assert.equal((await stream.next()).value.info, 'live')
    }
    const sent = await ada.account.procedure('sendEphemeral', { convoId, ciphertext: signal, epoch: ada.mls.epoch(convoId) })
    assert.deepEqual(sent, {})
    for (const stream of open) {
      const { value: event } = await stream.next()
      assert.equal(event.convoId, convoId)
      assert.deepEqual(Buffer.from(event.ciphertext), signal)
    }
    await ben.account.procedure('updatePreferences', { convoId, muted: true })
    for (const stream of open) {
      const { value: event } = await stream.next()
      assert.deepEqual([event.convoId, event.muted, event.archived], [convoId, true, false])
    }
    const { conversations } = await ben.account.query('getPreferences')
    assert.deepEqual(conversations, [{ convoId, muted: true, archived: false }])
    const { counts } = await ben.account.query('getUnreadCounts')
    assert.deepEqual(counts.map(({ convoId, readSeq, unread }) => [convoId, readSeq, unread]), [[convoId, 0, 1]])
    await rights(convoId, ada, ben, open)
  } finally {
    stop.abort()
  }
}

// Ada, who created the conversation, changes who may do what.
async function rights(convoId, ada, ben, open) {
  const next = async () => {
    const heard = []
    for (const stream of open) heard.push((await stream.next()).value)
    return heard
  }
  const made = await ada.account.procedure('updateMemberRole', { convoId, did: ben.did, role: 'admin' })
  assert.deepEqual([made.did, made.role], [ben.did, 'admin'])
  for (const { did, role, actor } of await next()) assert.deepEqual([did, role, actor], [ben.did, 'admin', ada.did])
  await ada.account.procedure('updateMemberRole', { convoId, did: ben.did, role: 'member' })
  for (const { role } of await next()) assert.equal(role, 'member')
  const policy = await ada.account.procedure('updateConvoPolicy', { convoId, sendMessages: 'admins' })
  assert.equal(policy.sendMessages, 'admins')
  for (const event of await next()) assert.deepEqual({ ...event.policy }, { ...policy })
  await ada.account.procedure('updateConvoPolicy', { convoId, sendMessages: 'members' })
  for (const event of await next()) assert.equal(event.policy.sendMessages, 'members')
  const { currentEpoch: epoch } = await ada.account.query('getEpoch', { convoId })
  const info = { info: Buffer.from('info'), infoKey: Buffer.from('key') }
  const stored = await ada.account.procedure('updateConvoInfo', { convoId, baseVersion: 0, epoch, ...info })
  assert.deepEqual({ ...stored }, { version: 1, keyEpoch: epoch })
  for (const { version, keyEpoch } of await next()) assert.deepEqual([version, keyEpoch], [1, epoch])
  for (const [method, lockStatus] of [['lockConvo', 'locked'], ['unlockConvo', 'unlocked']]) {
    assert.equal((await ada.account.procedure(method, { convoId })).convo.lockStatus, lockStatus)
    for (const event of await next()) assert.equal(event.lockStatus, lockStatus)
  }
}

async function changes(convoId, ada, ben, cleo) {
  await ben.updateKeys(convoId)
  await ada.sync(convoId)
  await cleo.sync(convoId)
  assert.equal((await ada.account.query('getEpoch', { convoId })).currentEpoch, 3)
  const { commits } = await ada.account.query('getCommits', { convoId, fromEpoch: 2 })
  assert.deepEqual(commits.map(({ epoch, sender }) => [epoch, sender]), [[2, ben.did]])

  const stored = await ada.account.query('getGroupInfo', { convoId })
  assert.equal(stored.epoch, 3)
  const { epoch } = await ben.account.procedure('updateGroupInfo', { convoId, groupInfo: await ben.mls.groupInfo(convoId) })
  assert.equal(epoch, 3)

  // Cleo has lost her state. She reports that to the others and then rejoins by herself.
  await cleo.account.procedure('requestRejoin', { convoId, reason: 'state-lost', epoch: 3 })
  cleo.mls.forget(convoId)
  assert.equal((await cleo.joinExternal(convoId)).newEpoch, 4)
  await ada.sync(convoId)
  await ben.sync(convoId)
}

/** Cleo does not accept additions by herself: she accepts one request, and declines another. */
async function requests(ben, cleo) {
  await cleo.account.procedure('updatePreferences', { acceptFrom: 'nobody' })
  const [accepted, declined] = [0, 0].map(() => randomBytes(16).toString('hex'))
  await ben.create(accepted, [cleo.account], { name: 'Accepted' })
  const list = await cleo.account.query('listConvoRequests')
  assert.deepEqual(list.requests.map(({ convo, addedBy }) => [convo.id, convo.status, addedBy]), [[accepted, 'request', ben.did]])
  assert.equal((await cleo.account.procedure('acceptConvo', { convoId: accepted })).joinedSeq, 0)
  await ben.create(declined, [cleo.account], { name: 'Declined' })
  await cleo.account.procedure('declineConvo', { convoId: declined })
  assert.deepEqual((await cleo.account.query('listConvoRequests')).requests, [])
}

/** Cleo asks by a link, withdraws, asks again and is approved, and joins while Ben does nothing. */
async function links(ben, cleo) {
  const convoId = randomBytes(16).toString('hex')
  await ben.createAlone(convoId, 1)
  const preview = Buffer.from('sealed')
  const { code, link } = await ben.account.procedure('createJoinLink', { convoId, requireApproval: true, maxUses: 5, preview })
  const { linkId } = link
  assert.match(code, /^[A-Za-z0-9_-]{22}$/)
  const seen = await cleo.account.query('getJoinLinkPreview', { code })
  assert.deepEqual([seen.convoId, seen.memberCount, seen.status, Buffer.from(seen.preview)], [convoId, 1, 'none', preview])
  for (const again of [false, true]) {
    if (again) await cleo.account.procedure('withdrawJoinRequest', { convoId })
    assert.equal((await cleo.account.procedure('requestJoin', { code })).status, 'pending')
  }
  const { requests: waiting } = await ben.account.query('listJoinRequests', { convoId })
  assert.deepEqual(waiting.map((request) => [request.did, request.linkId]), [[cleo.did, linkId]])
  await ben.account.procedure('rejectJoinRequest', { convoId, did: cleo.did })
  assert.equal((await cleo.account.procedure('requestJoin', { code })).status, 'rejected')
  await ben.account.procedure('approveJoinRequest', { convoId, did: cleo.did })
  assert.equal((await cleo.joinExternal(convoId, code)).success, true)
  const { links: [used] } = await ben.account.query('listJoinLinks', { convoId })
  assert.deepEqual([used.linkId, used.uses, used.createdBy], [linkId, 1, ben.did])
  assert.equal((await ben.account.procedure('editJoinLink', { convoId, linkId, maxUses: 7 })).maxUses, 7)
  assert.ok((await ben.account.procedure('disableJoinLink', { convoId, linkId })).disabledAt)
}

async function endings(convoId, ada, ben, cleo) {
  // Ben proposes to remove Cleo, and Ada's commit includes the proposal.
  const proposal = await ben.mls.proposeRemoval(convoId, cleo.did)
  const proposed = await ben.account.procedure('sendProposal', { convoId, proposal, idempotencyKey: randomUUID() })
  assert.equal(proposed.epoch, 4)
  await ada.sync(convoId)
  assert.equal((await ada.commitProposedRemoval(convoId, cleo.did)).newEpoch, 5)
  await ben.sync(convoId)
  assert.deepEqual([...ben.mls.members(convoId)].sort(), [ada.did, ben.did].sort())

  await ben.account.procedure('blockAccount', { did: cleo.did })
  assert.deepEqual((await ben.account.query('listBlocks')).blocks.map(({ did }) => did), [cleo.did])
  assert.deepEqual((await cleo.account.query('getKeyPackages', { dids: [ben.did] })).missing, [ben.did])
  await ben.account.procedure('unblockAccount', { did: cleo.did })
  const report = await ben.account.procedure('createReport', {
    reasonType: 'com.atproto.moderation.defs#reasonSpam', subject: { convoId, did: cleo.did }, idempotencyKey: randomUUID(),
  })
  assert.equal(report.reportedBy, ben.did)
  assert.deepEqual((await ben.account.query('listBlocks')).blocks, [])

  assert.deepEqual(await ben.account.procedure('deleteDevice', { deviceId: ben.id }), {})
  assert.equal((await ben.leave(convoId)).success, true)
}
