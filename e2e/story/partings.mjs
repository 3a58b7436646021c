// Chapters with the attachment, chapters in which devices and members leave, and the last ones.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { seal } from '../../clients/typescript/dist/attachments.js'
import { searchFiles } from '../lib/search.mjs'
import { refused } from './world.mjs'

async function attachment(w) {
  const picture = new Uint8Array(randomBytes(300_000))
  const { sealed, secret } = await seal(picture)
  w.forgetCalls(w.ben)
  const { blob } = await w.step(w.ben, 'uploads an encrypted picture', async () => ({
    ...await w.ben.account.procedure('uploadBlob', sealed, 'application/octet-stream'), bytes: sealed.length,
  }))
  assert.equal(blob.size, sealed.length)
  const cid = blob.ref.toString()
  await w.say(w.ben, { text: 'A picture of the kettle', attachments: [{ cid, ...secret }] }, [w.ada, w.phone, w.cleo, w.dan])

  const read = (reader, part) => reader.at(w.convoId).open(reader.received.at(-1).attachments[0], part)
  for (const reader of [w.ada, w.dan]) {
    const { content } = await w.step(reader, 'fetches and decrypts it', async () => {
      const content = await read(reader)
      return { content, bytes: reader.last.getBlob.answer.length }
    })
    assert.deepEqual(content, picture)
  }
  await w.step(w.cleo, 'fetches and decrypts a thousand bytes of its middle', async () => {
    assert.deepEqual(await read(w.cleo, { start: 100_000, length: 1000 }), picture.slice(100_000, 101_000))
    return { bytes: w.cleo.last.getBlob.answer.length }
  })
  const part = await w.cleo.account.query('getBlob', { convoId: w.convoId, cid, start: 1000, length: 16 })
  assert.deepEqual(new Uint8Array(part), sealed.slice(1000, 1016))
  await refused(w.eve.query('getBlob', { convoId: w.convoId, cid }), 'ConvoNotFound', 404)
  w.line(w.eve, 'asks for it too: ConvoNotFound')
}

async function deleteDevice(w) {
  assert.deepEqual((await packagesOf(w, w.ada)).sort(), [w.ada.id, w.phone.id].sort())
  // The client library would remove the leaves as well.
  w.ada.account.onCall = (call) => { w.ada.calls.push(call) }
  await w.step(w.ada, 'deletes the phone, which stayed on the train', () =>
    w.ada.account.procedure('deleteDevice', { deviceId: w.phone.id }))
  w.ada.account.onCall = () => {}
  assert.deepEqual(await packagesOf(w, w.ada), [w.ada.id], 'its key packages are no longer given out')

  w.forgetCalls(w.ben)
  await w.step(w.ben, "removes the phone's leaf", () => w.ben.removeDevice(w.convoId, `${w.phone.did}#phone`))
  await w.catchUp(w.ada, w.cleo, w.dan)
  await w.phone.ends(w.convoId)
  await w.say(w.ada, 'The phone is out', [w.ben, w.cleo, w.dan])

  w.forgetCalls(w.phone)
  await assert.rejects(w.phone.at(w.convoId).join(), { error: 'InvalidCommit' })
  w.line(w.phone, 'cannot come back: InvalidCommit')
}

async function packagesOf(w, device) {
  const { keyPackages } = await w.ben.account.query('getKeyPackages', { dids: [device.did], cipherSuite: w.suite })
  return keyPackages.map(({ deviceId }) => deviceId)
}

async function remove(w) {
  await refused(w.ben.removeMember(w.convoId, w.cleo.did), 'NotAllowed', 403)
  await w.step(w.ada, 'removes Cleo', () => w.ada.commits(() => w.ada.at(w.convoId).remove(w.cleo.did)))
  await w.catchUp(w.ben, w.dan)
  await w.cleo.ends(w.convoId) // her window ends with the commit that removed her
  await w.say(w.ada, 'Cleo does not hear this', [w.ben, w.dan])

  await assert.rejects(w.cleo.at(w.convoId).send('Still here'), { code: 'NotJoined' })
  w.cleo.account.onCall = (call) => { w.cleo.calls.push(call) }
  const window = await w.cleo.account.query('getMessages', { convoId: w.convoId, sinceSeq: w.cleo.at(w.convoId).seq })
  assert.deepEqual(window.messages, [])
  const { ciphertext, epoch } = w.cleo.lastRequest
  const message = { convoId: w.convoId, ciphertext, epoch, msgId: 'after' }
  await refused(w.cleo.account.procedure('sendMessage', message), 'NotMember', 403)
  w.line(w.cleo, 'asks for what came after: nothing; sends: NotMember')
}

async function leave(w) {
  await w.step(w.dan, 'leaves; no commit of his own can do that', () => w.dan.at(w.convoId).leave())
  await w.step(w.ada, 'commits the removal of Dan: her app does so by itself', () => w.ada.commits(() =>
    w.ada.until('the removal', async () => !(await w.ada.members(w.convoId)).includes(w.dan.did))))
  await w.catchUp(w.ben)
  await w.say(w.ada, 'Dan has left', [w.ben])
  await w.say(w.ben, 'Just the two of us', [w.ada])

  assert.equal(w.dan.at(w.convoId).status, 'ended')
  const { members, memberCount } = await w.convo(w.ada)
  assert.deepEqual(members.map(({ did }) => did).sort(), [w.ada.did, w.ben.did].sort())
  assert.equal(memberCount, 2)
  for (const device of [w.ada, w.ben]) assert.deepEqual(await device.members(w.convoId), [w.ada.did, w.ben.did].sort())
}

async function verify(w) {
  const compared = w.verifyPlaintexts()
  w.line({ name: 'All' }, `${compared} decrypted plaintexts are what was said, in that order`)

  const nonMembers = await Promise.all([w.convoId, randomBytes(16).toString('hex')].map((convoId) =>
    w.eve.query('getMessages', { convoId }).catch(({ status, error, message }) => ({ status, error, message }))))
  assert.deepEqual(nonMembers[0], nonMembers[1], 'the answer to a non-member does not reveal whether the conversation exists')
  assert.equal(nonMembers[0].error, 'ConvoNotFound')
  w.forgetCalls(w.eve)

  const search = await w.step({ name: 'Eve' }, 'searches all that the service stored for what was said: nothing', () =>
    searchFiles(w.network.mlsd.dir, [w.metadata.description, w.preview.description, ...w.plaintexts]))
  assert.deepEqual(search.found, [])
}

async function log(w) {
  const lines = (await w.network.mlsd.log()).trimEnd().split('\n')
  const secrets = [w.convoId, w.clubId, w.linkCode, w.eve.did, ...w.devices.flatMap(({ did, id }) => [did, id])]
  for (const line of lines) for (const secret of secrets) assert.ok(!line.includes(secret), line)
  const failed = lines.filter((line) => /"status":5\d\d/.test(line))
  assert.deepEqual(failed, [])
  assert.ok(lines.length > 50)
  w.line({ name: 'Eve' }, `reads its log, ${lines.length} lines: no person, device or conversation`)
}

export const partings = [
  ['Ben sends a picture', attachment],
  ['Ada loses her phone', deleteDevice],
  ['Ada removes Cleo', remove],
  ['Dan leaves', leave],
]

export const endings = [
  ['What is left', verify],
  ['What the service has noted', log],
]
