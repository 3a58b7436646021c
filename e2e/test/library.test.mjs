// The client library of clients/typescript in one group with core-crypto, which the test's own Device drives: each adds
// the other, both talk, update keys, lose a race, come back by external commit, and remove each other.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client, MemoryStorage } from '../../clients/typescript/dist/index.js'
import { Account } from '../lib/account.mjs'
import { Device } from '../lib/device.mjs'
import { startNetwork } from '../lib/network.mjs'
import { SUITE_1, SUITE_2 } from '../mls/client.mjs'

const WAIT_LIMIT_MS = 240_000
let network

before(async () => { network = await startNetwork({ pdses: ['.north.test'] }) }, { timeout: 300_000 })
after(() => network?.stop(), { timeout: 60_000 })

async function until(what, holds) {
  for (const deadline = Date.now() + WAIT_LIMIT_MS; !holds(); await new Promise((done) => setTimeout(done, 20))) {
    assert.ok(Date.now() < deadline, `not seen: ${what}`)
  }
}

/** An account with a client of the library, and what it has received and was told. */
async function library(name, suite) {
  const account = await Account.create({ name, handle: name, pds: network.pdses[0], serviceDid: network.mlsd.did })
  const events = []
  const client = await Client.open({
    did: account.did, fetch: (path, init) => account.fetch(path, init), storage: new MemoryStorage(), mls: suite,
    onEvent: (event) => events.push(event),
  })
  const heard = []
  const read = async () => { for await (const message of client.messages()) heard.push(message) }
  return { account, client, heard, events, reading: read() }
}

for (const suite of [SUITE_1, SUITE_2]) {
  test(`one group with core-crypto, ${suite}`, { timeout: 900_000 }, async () => {
    const n = suite === SUITE_1 ? 1 : 2
    const ada = await library(`Ada${n}`, suite)
    const cleo = await library(`Cleo${n}`, suite)
    const account = await Account.create({ name: `Ben${n}`, handle: `Ben${n}`, pds: network.pdses[0], serviceDid: network.mlsd.did })
    const ben = await Device.open(account, { implementation: 'core-crypto', suite })
    await ben.publish(3)

    const convo = await ada.client.create([ben.did])
    await ben.join(convo.id)
    await convo.send('Hello Ben')
    assert.deepEqual((await ben.sync(convo.id)).map(({ text }) => text), ['Hello Ben'])
    await ben.say(convo.id, 'Hello Ada')
    const hears = (who, text) => until(`${text}`, () => who.heard.some((message) => message.text === text))
    await hears(ada, 'Hello Ada')
    assert.equal(ada.heard.at(-1).sender.did, ben.did)

    await ben.addMembers(convo.id, [cleo.account])
    await until('Cleo has joined', () => cleo.client.conversation(convo.id).status === 'joined')
    await cleo.client.conversation(convo.id).send('Three of us')
    await hears(ada, 'Three of us')
    assert.deepEqual((await ben.sync(convo.id)).map(({ text }) => text), ['Three of us'])

    await Promise.all([convo.updateKeys(), ben.updateKeys(convo.id)])
    await ben.sync(convo.id)
    await ben.forget(convo.id)
    await ben.joinExternal(convo.id)
    await ben.say(convo.id, 'Back again')
    await Promise.all([hears(ada, 'Back again'), hears(cleo, 'Back again')])
    assert.equal((await convo.members()).length, 3)

    await cleo.client.conversation(convo.id).leave()
    await ben.commitPendingRemovals(convo.id)
    await convo.send('Two of us')
    assert.deepEqual((await ben.sync(convo.id)).map(({ text }) => text), ['Two of us'])
    await convo.remove(ben.did)
    await ben.sync(convo.id)
    assert.equal(ben.removed, true)
    await ben.close()
    for (const { client, reading } of [ada, cleo]) {
      await client.close()
      await reading
    }
  })
}

test('a commit that nobody can apply, and a member who leaves, with no call of the application', { timeout: 900_000 }, async () => {
  const people = [await library('Ida', SUITE_1), await library('Jan', SUITE_1), await library('Kai', SUITE_1)]
  const [ida, jan, kai] = people
  const account = await Account.create({ name: 'Mal', handle: 'Mal', pds: network.pdses[0], serviceDid: network.mlsd.did })
  const mal = await Device.open(account, { implementation: 'ts-mls', suite: SUITE_1 })
  await mal.publish(3)
  const convo = await ida.client.create([jan.client.did, kai.client.did, mal.did])
  await mal.join(convo.id)
  const at = ({ client }) => client.conversation(convo.id)
  await until('all have joined', () => people.every((person) => at(person).status === 'joined'))

  await mal.damageCommit(convo.id)
  await until('all are back', () => people.every((person) => person.events.some(({ type }) => type === 'rejoined')))
  await at(jan).send('Still here')
  for (const person of people) await until('the message', () => person.heard.some(({ text }) => text === 'Still here'))
  assert.equal((await at(kai).members()).length, 4)

  await mal.leave(convo.id)
  let members
  for (const deadline = Date.now() + WAIT_LIMIT_MS; (members = await at(kai).members()).length !== 3; ) {
    assert.ok(Date.now() < deadline, JSON.stringify(members))
    await new Promise((done) => setTimeout(done, 50))
  }
  for (const { client, reading } of people) {
    await client.close()
    await reading
  }
  await mal.close()
})
