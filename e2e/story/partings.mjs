// Chapters with the attachment, and chapters in which devices and members leave.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { open, seal } from '../lib/attachment.mjs'
import { searchFiles } from '../lib/search.mjs'
import { refused } from './world.mjs'

async function attachment(w) {
  const picture = randomBytes(300_000)
  const { sealed, secret } = seal(picture)
  const { blob } = await w.step(w.ben, 'uploads an encrypted picture', async () => ({
    ...await w.ben.account.procedure('uploadBlob', sealed, 'application/octet-stream'), bytes: sealed.length,
  }))
  assert.equal(blob.size, sealed.length)
  const cid = blob.ref.toString()
  await w.say(w.ben, 'A picture of the kettle', [w.ada, w.phone, w.cleo, w.dan], { cid, ...secret })

  for (const reader of [w.ada, w.dan]) {
    const { attachment } = reader.received.at(-1)
    const fetched = await w.step(reader, 'fetches and decrypts it', async () => {
      const content = await reader.account.query('getBlob', { convoId: w.convoId, cid: attachment.cid })
      return { content: Buffer.from(content), bytes: content.length }
    })
    assert.ok(open(fetched.content, attachment).equals(picture))
  }
  const part = await w.cleo.account.query('getBlob', { convoId: w.convoId, cid, start: 1000, length: 16 })
  assert.deepEqual(Buffer.from(part), sealed.subarray(1000, 1016))
  await refused(w.eve.query('getBlob', { convoId: w.convoId, cid }), 'ConvoNotFound', 404)
  w.report({ who: 'Eve', what: 'asks for it too: ConvoNotFound' })
}

async function deleteDevice(w) {
  assert.deepEqual((await packagesOf(w, w.ada)).sort(), [w.ada.id, w.phone.id].sort())
  await w.step(w.ada, 'deletes the phone, which stayed on the train', () =>
    w.ada.account.procedure('deleteDevice', { deviceId: w.phone.id }))
  assert.deepEqual(await packagesOf(w, w.ada), [w.ada.id], 'its key packages are no longer given out')

  await w.step(w.ben, "removes the phone's leaf", () => w.ben.removeDevice(w.convoId, w.phone.mls.identity))
  await w.catchUp(w.ada, w.cleo, w.dan, w.phone)
  assert.equal(w.phone.removed, true)
  await w.say(w.ada, 'The phone is out', [w.ben, w.cleo, w.dan])

  await assert.rejects(w.phone.joinExternal(w.convoId), { error: 'InvalidCommit' })
  w.report({ who: w.phone.name, what: 'cannot come back: InvalidCommit' })
}

async function packagesOf(w, device) {
  const { keyPackages } = await w.ben.account.query('getKeyPackages', { dids: [device.did], cipherSuite: w.suite })
  return keyPackages.map(({ deviceId }) => deviceId)
}

async function remove(w) {
  await refused(w.ben.removeMember(w.convoId, w.cleo.did), 'NotAllowed', 403)
  await w.step(w.ada, 'removes Cleo', () => w.ada.removeMember(w.convoId, w.cleo.did))
  await w.catchUp(w.ben, w.dan, w.cleo)
  assert.equal(w.cleo.removed, true, 'her window ends with the commit that removed her')
  await w.say(w.ada, 'Cleo does not hear this', [w.ben, w.dan])

  await w.catchUp(w.cleo)
  const { ciphertext, epoch } = w.cleo.lastRequest
  const message = { convoId: w.convoId, ciphertext, epoch, msgId: 'after' }
  await refused(w.cleo.account.procedure('sendMessage', message), 'NotMember', 403)
  w.report({ who: 'Cleo', what: 'asks for what came after: nothing; sends: NotMember' })
}

async function leave(w) {
  await w.step(w.dan, 'leaves; no commit of his own can do that', () => w.dan.leave(w.convoId))
  await w.say(w.ada, 'Dan has left, someone has to commit it', [w.ben])
  await w.catchUp(w.dan)
  const pending = (await w.convo(w.ben)).members.filter(({ pendingRemoval }) => pendingRemoval)
  assert.deepEqual(pending.map(({ did }) => did), [w.dan.did])

  await w.step(w.ben, 'commits the removal of Dan', () => w.ben.removeMember(w.convoId, w.dan.did))
  await w.catchUp(w.ada)
  await w.say(w.ben, 'Just the two of us', [w.ada])
  await w.catchUp(w.dan)
  const { members, memberCount } = await w.convo(w.ada)
  assert.deepEqual(members.map(({ did }) => did).sort(), [w.ada.did, w.ben.did].sort())
  assert.equal(memberCount, 2)
  for (const device of [w.ada, w.ben]) {
    assert.deepEqual([...device.mls.members(w.convoId)].sort(), [w.ada.did, w.ben.did].sort())
  }
}

async function verify(w) {
  const compared = w.verifyPlaintexts()
  w.report({ who: 'All', what: `${compared} decrypted plaintexts are what was said, in that order` })

  const nonMembers = await Promise.all([w.convoId, randomBytes(16).toString('hex')].map((convoId) =>
    w.eve.query('getMessages', { convoId }).catch(({ status, error, message }) => ({ status, error, message }))))
  assert.deepEqual(nonMembers[0], nonMembers[1], 'the answer to a non-member does not reveal whether the conversation exists')
  assert.equal(nonMembers[0].error, 'ConvoNotFound')

  const search = await w.step({ name: 'Eve' }, 'searches all that the service stored for what was said: nothing', () =>
    searchFiles(w.network.mlsd.dir, w.plaintexts))
  assert.deepEqual(search.found, [])
}

async function log(w) {
  const lines = (await w.network.mlsd.log()).trimEnd().split('\n')
  const secrets = [w.convoId, w.eve.did, ...w.devices.flatMap(({ did, id }) => [did, id])]
  for (const line of lines) for (const secret of secrets) assert.ok(!line.includes(secret), line)
  const failed = lines.filter((line) => /"status":5\d\d/.test(line))
  assert.deepEqual(failed, [])
  assert.ok(lines.length > 50)
  w.report({ who: 'Eve', what: `reads its log, ${lines.length} lines: no person, device or conversation` })
}

export const partings = [
  ['Ben sends a picture', attachment],
  ['Ada loses her phone', deleteDevice],
  ['Ada removes Cleo', remove],
  ['Dan leaves', leave],
  ['What is left', verify],
  ['What the service has noted', log],
]
