// The client library of clients/typescript in one group with core-crypto, which the test's own Device drives: each adds
// the other, both talk, update keys, lose a race, come back by external commit, and remove each other.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Account } from '../lib/account.mjs'
import { Device } from '../lib/device.mjs'
import { Member } from '../lib/member.mjs'
import { startNetwork } from '../lib/network.mjs'
import { SUITE_1, SUITE_2 } from '../mls/client.mjs'

let network

before(async () => { network = await startNetwork({ pdses: ['.north.test'] }) }, { timeout: 300_000 })
after(() => network?.stop(), { timeout: 60_000 })

const account = (name) => Account.create({ name, handle: name, pds: network.pdses[0], serviceDid: network.mlsd.did })

for (const suite of [SUITE_1, SUITE_2]) {
  test(`one group with core-crypto, ${suite}`, { timeout: 900_000 }, async (t) => {
    const n = suite === SUITE_1 ? 1 : 2
    const ada = await Member.open(await account(`Ada${n}`), { suite })
    const cleo = await Member.open(await account(`Cleo${n}`), { suite })
    const ben = await Device.open(await account(`Ben${n}`), { implementation: 'core-crypto', suite })
    for (const device of [ada, cleo, ben]) t.after(() => device.close())
    await ben.publish(3)

    const convo = await ada.client.create([ben.did])
    await ben.join(convo.id)
    await convo.send('Hello Ben')
    assert.deepEqual((await ben.sync(convo.id)).map(({ text }) => text), ['Hello Ben'])
    await ben.say(convo.id, 'Hello Ada')
    const hears = (who, text) => who.until(text, () => who.heard.includes(text))
    await hears(ada, 'Hello Ada')
    assert.equal(ada.received.at(-1).sender.did, ben.did)

    await ben.addMembers(convo.id, [cleo.account])
    await cleo.joins(convo.id)
    await cleo.say(convo.id, 'Three of us')
    await hears(ada, 'Three of us')
    assert.deepEqual((await ben.sync(convo.id)).map(({ text }) => text), ['Three of us'])

    await Promise.all([convo.updateKeys(), ben.updateKeys(convo.id)])
    await ben.sync(convo.id)
    await ben.forget(convo.id)
    await ben.joinExternal(convo.id)
    await ben.say(convo.id, 'Back again')
    await Promise.all([hears(ada, 'Back again'), hears(cleo, 'Back again')])
    assert.equal((await convo.members()).length, 3)

    await cleo.at(convo.id).leave()
    await ben.commitPendingRemovals(convo.id)
    await convo.send('Two of us')
    assert.deepEqual((await ben.sync(convo.id)).map(({ text }) => text), ['Two of us'])
    await convo.remove(ben.did)
    await ben.sync(convo.id)
    assert.equal(ben.removed, true)
  })
}

test('a commit that nobody can apply, and a member who leaves, with no call of the application', { timeout: 900_000 }, async (t) => {
  const people = await Promise.all(['Ida', 'Jan', 'Kai'].map(async (name) => Member.open(await account(name), { suite: SUITE_1 })))
  const [ida, jan, kai] = people
  const mal = await Device.open(await account('Mal'), { implementation: 'ts-mls', suite: SUITE_1 })
  for (const device of [...people, mal]) t.after(() => device.close())
  await mal.publish(3)
  const { id: convoId } = await ida.client.create([jan.did, kai.did, mal.did])
  await mal.join(convoId)
  for (const person of people) await person.joins(convoId)

  await mal.damageCommit(convoId)
  for (const person of people) await person.until('its way back', () => person.events.some(({ type }) => type === 'rejoined'))
  await jan.say(convoId, 'Still here')
  for (const person of people) await person.until('the message', () => person.inbox.some(({ text }) => text === 'Still here'))
  assert.equal((await kai.members(convoId)).length, 4)

  await mal.leave(convoId)
  await kai.until('the removal', async () => (await kai.members(convoId)).length === 3)
})
