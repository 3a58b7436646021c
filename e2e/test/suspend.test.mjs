// A member that is suspended at once and loses the group's keys with a later commit: docs/protocol.md, "Adding,
// removing, leaving".
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { Device } from '../lib/device.mjs'
import { DirectAccount } from '../lib/direct.mjs'
import { startNetwork } from '../lib/network.mjs'
import { SUITE_1, SUITE_2 } from '../mls/client.mjs'

let network

before(async () => { network = await startNetwork({ pdses: [] }) }, { timeout: 120_000 })
after(() => network?.stop(), { timeout: 60_000 })

for (const options of [{ suite: SUITE_1, handshakes: 'private' }, { suite: SUITE_2, handshakes: 'public' }]) {
  test(`a member is suspended, ${options.handshakes} handshakes`, { timeout: 180_000 }, (t) => suspended(t, options))
}

async function suspended(t, options) {
  const convoId = randomBytes(16).toString('hex')
  const person = async (name, implementation) => {
    const device = await Device.open(await DirectAccount.create({ name, network }), { implementation, ...options })
    t.after(() => device.close())
    await device.publish(10)
    return device
  }
  const ada = await person('Ada', 'ts-mls')
  const ben = await person('Ben', 'core-crypto')
  const cleo = await person('Cleo', 'ts-mls')
  await ada.create(convoId, [ben.account, cleo.account])
  for (const device of [ben, cleo]) await device.join(convoId)

  await assert.rejects(ben.suspend(convoId, cleo.did), { error: 'NotAllowed' })
  await ada.suspend(convoId, cleo.did)
  await assert.rejects(cleo.say(convoId, 'still here?'), { error: 'NotMember' })
  await assert.rejects(cleo.updateKeys(convoId), { error: 'NotMember' })
  await assert.rejects(cleo.account.query('getGroupInfo', { convoId }), { error: 'NotMember' })

  // Until the commit, Cleo still has the keys of the group. She could decrypt messages that are sent now if she got
  // hold of them, but the service does not deliver them to her.
  await ada.say(convoId, 'too early')
  const { ciphertext } = ada.lastRequest
  assert.match(plaintext(await cleo.mls.process(convoId, ciphertext)), /too early/)
  assert.deepEqual(await messagesOf(cleo), [])

  // Ben may not remove members, but any member may commit a removal that is pending.
  await ben.sync(convoId)
  await ben.commitPendingRemovals(convoId)
  await ben.say(convoId, 'among us')
  await ada.sync(convoId)
  assert.equal(ada.received.at(-1).text, 'among us')
  assert.deepEqual([...ben.mls.members(convoId)].sort(), [ada.did, ben.did].sort())
  assert.deepEqual(await messagesOf(cleo), [])
  await assert.rejects(async () => cleo.mls.process(convoId, ben.lastRequest.ciphertext))

  // Only an admin can add her again.
  await assert.rejects(ben.addMembers(convoId, [cleo.account]), { error: 'NotAllowed' })
  await cleo.forget(convoId)
  await ada.addMembers(convoId, [cleo.account])
  await ben.sync(convoId)
  await cleo.join(convoId)
  await cleo.say(convoId, 'thank you')
  for (const device of [ada, ben]) assert.equal((await device.sync(convoId)).at(-1).text, 'thank you')

  async function messagesOf(device) {
    return (await device.account.query('getMessages', { convoId })).messages
  }
}

const plaintext = ({ plaintext: bytes }) => Buffer.from(bytes).toString()
