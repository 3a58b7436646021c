// Chapters about who may reach whom and who may do what, with Cleo and Dan in conversations of their own.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { parseLink } from '../../clients/typescript/dist/index.js'
import { ways } from '../lib/member.mjs'
import { refused } from './world.mjs'

async function declined(w) {
  w.gil = await w.member(await w.signUp('Gil', w.network.pdses[0]))
  await w.cleo.reopen(ways.proxied)
  await w.cleo.follows()
  w.forgetCalls(w.cleo)
  await w.step(w.cleo, 'wants to be asked by accounts that she does not know', () =>
    w.cleo.client.setContactPreferences({ acceptFrom: 'known', acceptGroupInvitesFrom: 'known' }))

  const { id } = await w.step(w.gil, 'opens a conversation with Cleo, who does not know him', () => w.gil.client.create([w.cleo.did]))
  await w.sayAhead(w.gil, 'A kettle for you, very cheap', [], id)
  await w.step(w.cleo, 'sees who asks; nothing of it is among her conversations', async () => {
    await asks(w, id, w.gil)
    assert.deepEqual(await w.cleo.client.conversations(), [])
    assert.equal(w.cleo.at(id).status, 'outside')
  })
  await w.step(w.cleo, 'declines', () => w.cleo.at(id).decline())
  await w.cleo.until('the end of the request', () => w.cleo.events.some(({ type, convoId }) => type === 'requestEnded' && convoId === id))
  assert.deepEqual(await w.cleo.client.requests(), [])

  await w.step(w.gil, 'sees that she has left; his app removes her leaf', async () => {
    await w.gil.until('her departure', () => w.gil.events.some(({ type, did, action }) => type === 'membership' && did === w.cleo.did && action === 'left'))
    await w.gil.until('the removal', async () => (await w.gil.members(id)).join() === w.gil.did)
  })
}

const asks = (w, id, adder) => w.cleo.until('the request', async () =>
  (await w.cleo.client.requests()).some(({ conversation, addedBy }) => conversation.id === id && addedBy === adder.did))

async function accepted(w) {
  w.forgetCalls(w.dan, w.cleo)
  const { id } = await w.step(w.dan, 'opens “Kettles” with Cleo, whom he only met in “Tea”', () => w.dan.client.create([w.cleo.did]))
  w.clubId = id
  await w.sayAhead(w.dan, 'I still have the kettle of the picture', [w.cleo], id)
  await w.sayAhead(w.dan, 'Do you want to see it?', [w.cleo], id)
  await asks(w, id, w.dan)
  await w.step(w.cleo, 'accepts', () => w.cleo.at(id).accept())
  await w.step(w.cleo, 'reads what was said since she was added', () => w.hears(w.cleo))
  await w.say(w.cleo, 'Yes, very much', [w.dan], id)
}

/** What Gil is answered when he asks for somebody, with the account left out. */
async function answer(w, did) {
  const { keyPackages, missing } = await w.gil.account.query('getKeyPackages', { dids: [did], cipherSuite: w.suite })
  const error = await w.gil.client.create([did]).then(() => undefined, ({ code, message }) => `${code}: ${message}`)
  return JSON.parse(JSON.stringify({ keyPackages, missing, error }).replaceAll(did, 'DID'))
}

async function blocked(w) {
  w.forgetCalls(w.cleo)
  await w.step(w.cleo, 'blocks Gil', () => w.cleo.client.block(w.gil.did))
  w.forgetCalls(w.gil)
  const nobody = `did:plc:${randomBytes(12).toString('hex')}`.replaceAll(/[0189]/g, 'a')
  const answers = [await answer(w, w.cleo.did), await answer(w, nobody)]
  assert.deepEqual(answers[0], answers[1], 'nothing tells a block from an account that does not exist')
  assert.deepEqual(answers[0].keyPackages, [])
  assert.match(answers[0].error, /^NoKeyPackages/)
  w.line(w.gil, 'asks for Cleo, and for nobody: the answers are the same')
  assert.deepEqual((await w.cleo.client.blocks()).map(({ did }) => did), [w.gil.did])
  assert.deepEqual(await w.cleo.client.requests(), [])
  w.forgetCalls(w.cleo)
}

async function handedOver(w) {
  const club = (member) => member.at(w.clubId)
  w.forgetCalls(w.dan, w.cleo)
  await w.step(w.dan, 'makes Cleo an admin', () => club(w.dan).setRole(w.cleo.did, 'admin'))
  await w.cleo.until('her role', () => w.cleo.events.some(({ type, did, role }) => type === 'role' && did === w.cleo.did && role === 'admin'))
  await w.step(w.dan, 'is an ordinary member from now on', () => club(w.dan).setRole(w.dan.did, 'member'))
  await assert.rejects(club(w.dan).remove(w.cleo.did), { error: 'NotAllowed' })
  w.line(w.dan, 'cannot remove Cleo any more: NotAllowed')
  const { members } = await club(w.cleo).details()
  assert.deepEqual(Object.fromEntries(members.map(({ did, role }) => [did, role])), { [w.dan.did]: 'member', [w.cleo.did]: 'admin' })
  await assert.rejects(club(w.cleo).setRole(w.cleo.did, 'member'), { error: 'NotAllowed' })
}

async function byLink(w) {
  const club = (member) => member.at(w.clubId)
  w.forgetCalls(w.dan, w.cleo)
  const { id, url } = await w.step(w.cleo, 'names “Kettles”, and makes a link with an encrypted preview', async () => {
    await club(w.cleo).setInfo(w.preview)
    return club(w.cleo).createLink('https://kettles.example/join', { preview: w.preview, maxUses: 2 })
  })
  w.linkCode = parseLink(url).code
  await w.step(w.dan, 'reads the name', async () => assert.deepEqual(await club(w.dan).info({ waitMs: 30_000 }), w.preview))
  await w.step({ name: 'Both' }, 'close their apps', () => Promise.all([w.cleo.close(), w.dan.close()]))

  await assert.rejects(w.gil.client.link(url).join(), { error: 'InvalidCode' })
  w.line(w.gil, 'tries the link, whose maker has blocked him: InvalidCode')
  w.hana = await w.member(await w.signUp('Hana', w.network.pdses[0]))
  const link = w.hana.client.link(url)
  await w.step(w.hana, 'sees what the link shows', async () => {
    const { preview, memberCount, status } = await link.preview()
    assert.deepEqual([preview, memberCount, status], [w.preview, 2, 'none'])
  })
  await w.entersBy(w.hana, 'joins by an external commit, while all sleep', () => link.join())
  await w.sayAhead(w.hana, 'Is anybody awake?', [w.cleo, w.dan], w.clubId)

  for (const member of [w.cleo, w.dan]) {
    await w.step(member, 'opens the app, and reads what Hana said', async () => {
      await member.reopen()
      await member.follows()
      await w.hears(member)
    })
  }
  await w.step(w.hana, 'reads the name, whose key a member has given her', async () => {
    assert.deepEqual(await club(w.hana).info({ waitMs: 30_000 }), w.preview)
  })
  await w.step(w.cleo, 'ends the link', () => club(w.cleo).disableLink(id))
}

async function announcements(w) {
  const club = (member) => member.at(w.clubId)
  w.forgetCalls(w.dan, w.cleo)
  await w.step(w.cleo, 'makes “Kettles” a group in which admins speak', () => club(w.cleo).setPolicy({ sendMessages: 'admins' }))
  await w.dan.until('the policy', () => w.dan.events.some(({ type, policy }) => type === 'policy' && policy.sendMessages === 'admins'))
  await assert.rejects(club(w.dan).send('May I?'), { error: 'NotAllowed' })
  w.line(w.dan, 'cannot say anything: NotAllowed')
  await w.say(w.cleo, 'The kettle meets on Sunday', [w.dan, w.hana], w.clubId)
  await w.step(w.dan, 'may still update his keys', () => w.dan.commits(() => club(w.dan).updateKeys()))
  await refused(w.eve.query('getConvo', { convoId: w.clubId }), 'ConvoNotFound', 404)
  w.forgetCalls(w.eve)
}

export const consent = [
  ['A stranger asks Cleo, who declines', declined],
  ['Dan asks Cleo, who accepts', accepted],
  ['Cleo blocks the stranger, who cannot notice', blocked],
  ['Dan hands his group over', handedOver],
  ['A link is used while all sleep', byLink],
  ['An announcement group', announcements],
]
