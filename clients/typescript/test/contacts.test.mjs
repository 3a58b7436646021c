// Contacts and rights, and what devices are told of them: signals, unread messages, requests, blocks,
// reports, roles, policy and locks, over a real network.
import { Decrypter, generateIdentity, identityToRecipient } from 'age-encryption'
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { lexiconError } from '../dist/index.js'
import { World, told, until } from './world.mjs'

const LIMIT = { timeout: 300_000 }
const binary = resolve(process.env.MLSD ?? join(import.meta.dirname, '../../../bin/mlsd'))
const named = (name) => (error) => lexiconError(error) === name

let world, identity

before(async () => {
  identity = await generateIdentity()
  world = await World.start({ settings: { MLS_REPORT_RECIPIENT: await identityToRecipient(identity) } })
}, LIMIT)
after(() => world?.stop(), { timeout: 60_000 })

/** Signals are sent until one arrives, since a stream may not be open yet. */
async function signalArrives(from, to, convoId, data) {
  await until('a signal', async () => {
    await from.conversation(convoId).signal(data)
    return to.events.some((seen) => seen.type === 'signal' && JSON.stringify(seen.data) === JSON.stringify(data))
  }, to)
}

test('signals reach the devices that are online, and messages go on', LIMIT, async () => {
  const [convo, ada, ben] = await world.together('ada', 'ben')
  const phone = await world.open('ada', { device: 'phone' })
  await until('joined', () => phone.conversation(convo.id).status === 'joined', phone)
  await signalArrives(ada, ben, convo.id, { typing: true })
  await signalArrives(ben, ada, convo.id, 'seen')
  await signalArrives(ada, phone, convo.id, 'to my own phone')
  const { sender } = ben.events.find(({ type }) => type === 'signal')
  assert.deepEqual(sender, { did: ada.did, credential: ada.did })
  assert.ok(!ada.events.some(({ type, data }) => type === 'signal' && data === 'to my own phone'), 'not its own')
  const { seq } = await convo.send('Still here')
  assert.equal((await world.next(ben, convo.id, seq)).text, 'Still here')
  assert.equal(world.inbox(ben).length, 1, 'signals are no messages')
})

test('unread messages are counted until they are read', LIMIT, async () => {
  const [convo, , cleo] = await world.together('cora', 'cleo')
  await convo.send('One')
  const { seq } = await convo.send('Two')
  const at = cleo.conversation(convo.id)
  await world.next(cleo, convo.id, seq)
  const [count] = (await cleo.unreadCounts()).filter(({ convoId }) => convoId === convo.id)
  assert.deepEqual(count, { convoId: convo.id, unread: 2, readSeq: (await at.details()).readSeq, lastSeq: seq })
  await at.markRead()
  await told(cleo, 'read', { convoId: convo.id, seq })
  assert.deepEqual((await cleo.unreadCounts()).filter(({ convoId }) => convoId === convo.id), [])
})

test('a request is accepted on one device, and the others are told; another is declined', LIMIT, async () => {
  const [dan, dora] = [await world.open('dan'), await world.open('dora')]
  await dora.setContactPreferences({ acceptFrom: 'known', acceptGroupInvitesFrom: 'nobody' })
  assert.deepEqual(await dora.contactPreferences(),
    { allowIncoming: 'all', acceptFrom: 'known', allowGroupInvites: 'all', acceptGroupInvitesFrom: 'nobody' })
  const tablet = await world.open('dora', { device: 'tablet' })
  const convo = await dan.create([dora.did])
  const { seq } = await convo.send('Hello stranger')
  await told(dora, 'request', { convoId: convo.id, addedBy: dan.did })
  const { status, members } = await dora.conversation(convo.id).details()
  assert.deepEqual([status, members.find(({ did }) => did === dora.did).status], ['request', 'request'])
  await (await dora.requests()).find(({ conversation }) => conversation.id === convo.id).conversation.accept()
  for (const device of [dora, tablet]) {
    await told(device, 'accepted', { convoId: convo.id })
    assert.equal((await world.next(device, convo.id, seq)).text, 'Hello stranger')
  }
  assert.equal((await dora.conversation(convo.id).details()).status, 'accepted')

  const other = await (await world.open('dick')).create([dora.did])
  await told(dora, 'request', { convoId: other.id })
  await dora.conversation(other.id).decline({ block: true })
  await told(tablet, 'requestEnded', { convoId: other.id })
  assert.deepEqual((await dora.requests()).map(({ conversation }) => conversation.id), [])
  await assert.rejects(dora.setContactPreferences({ allowIncoming: 'following' }), named('NotAllowed'))
  assert.equal((await dora.service()).appView ?? false, false)
})

test('a blocked account gets the answers for one that does not exist, and its signals do not arrive', LIMIT, async () => {
  const [convo, eve, fay] = await world.together('eve', 'fay')
  await signalArrives(eve, fay, convo.id, 'before')
  await fay.block(eve.did)
  assert.deepEqual((await fay.blocks()).map(({ did }) => did), [eve.did])
  const nobody = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'
  const refusal = (did) => eve.create([did]).then(() => assert.fail('it was added'), ({ code, message }) => ({ code, message: message.replace(did, '') }))
  assert.deepEqual(await refusal(fay.did), await refusal(nobody))
  await convo.signal('after')
  const { seq } = await convo.send('Messages arrive as before')
  await world.next(fay, convo.id, seq)
  assert.ok(!fay.events.some(({ type, data }) => type === 'signal' && data === 'after'))
  await fay.unblock(eve.did)
  assert.deepEqual(await fay.blocks(), [])
  await signalArrives(eve, fay, convo.id, 'unblocked')
})

test('roles, policy and lock: who may do what, and the others are told', LIMIT, async () => {
  const [convo, gus, hal, ida] = await world.together('gus', 'hal', 'ida')
  const at = (client) => client.conversation(convo.id)
  const roles = async () => Object.fromEntries((await convo.details()).members.map(({ did, role }) => [did, role]))
  assert.deepEqual(await roles(), { [gus.did]: 'admin', [hal.did]: 'member', [ida.did]: 'member' })
  assert.equal((await at(hal).details()).role, 'member')

  // An announcement group: members read, and may not send.
  const before = (await convo.details()).policy
  assert.deepEqual(await convo.setPolicy({ sendMessages: 'admins' }), { ...before, sendMessages: 'admins' })
  const { policy } = await told(hal, 'policy', { convoId: convo.id, actor: gus.did })
  assert.deepEqual(policy, { ...before, sendMessages: 'admins' })
  await assert.rejects(at(hal).send('Me too'), named('NotAllowed'))
  await assert.rejects(at(hal).signal('typing'), named('NotAllowed'))
  await assert.rejects(at(hal).setPolicy({ sendMessages: 'members' }), named('NotAllowed'))
  const { seq } = await convo.send('Listen')
  assert.equal((await world.next(hal, convo.id, seq)).text, 'Listen')
  await at(hal).updateKeys()

  // An admin is made, and the first one gives up the role and leaves.
  await assert.rejects(at(hal).setRole(hal.did, 'admin'), named('NotAllowed'))
  await assert.rejects(convo.setRole(gus.did, 'member'), named('NotAllowed'))
  await convo.setRole(hal.did, 'admin')
  await told(ida, 'role', { convoId: convo.id, did: hal.did, role: 'admin', actor: gus.did })
  await world.next(ida, convo.id, (await at(hal).send('I may speak now')).seq)

  await at(hal).lock()
  await told(ida, 'lock', { convoId: convo.id, lockStatus: 'locked', actor: hal.did })
  assert.equal((await at(ida).details()).lockStatus, 'locked')
  await assert.rejects(convo.send('Locked'), named('ConvoLocked'))
  await at(hal).unlock()
  await told(ida, 'lock', { convoId: convo.id, lockStatus: 'unlocked' })

  // The last admin leaves: the member that has been there longest becomes one, and the event has no actor.
  await convo.setRole(gus.did, 'member')
  await at(hal).leave()
  await told(ida, 'membership', { convoId: convo.id, did: hal.did, action: 'left' })
  const { did } = await told(ida, 'role', { convoId: convo.id, role: 'admin', actor: undefined })
  assert.equal((await roles())[did], 'admin')
})

test('a report has evidence that only its recipient reads', LIMIT, async () => {
  const [convo, jim, kay] = await world.together('jim', 'kay')
  const { seq } = await convo.send('Something bad')
  const { id: messageId, text, sender } = await world.next(kay, convo.id, seq)
  const report = {
    reasonType: 'com.atproto.moderation.defs#reasonRude', reason: 'Rude to me',
    subject: { convoId: convo.id, did: jim.did, messageId }, evidence: JSON.stringify({ text, sender }),
  }
  const number = await kay.report(report)
  assert.ok(await kay.report({ reasonType: report.reasonType, subject: { did: jim.did } }) > number)
  const admin = (...words) => promisify(execFile)(binary, ['admin', 'reports', ...words], { env: world.network.mlsd.env, cwd: world.network.dir, encoding: 'buffer' })
  assert.match(String((await admin('show', `${number}`)).stdout), /Rude to me/)
  const { stdout } = await admin('evidence', `${number}`)
  assert.ok(!stdout.includes('Something bad'))
  const decrypter = new Decrypter()
  decrypter.addIdentity(identity)
  assert.deepEqual(JSON.parse(await decrypter.decrypt(new Uint8Array(stdout), 'text')), { text: 'Something bad', sender })
  await assert.rejects(kay.report({ ...report, subject: { convoId: 'ab'.repeat(16) } }), named('ConvoNotFound'))
})
