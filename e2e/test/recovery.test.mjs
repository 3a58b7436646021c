// A commit that only its sender can apply, and the recovery from it: docs/protocol.md, "When a commit cannot be
// applied".
import { XRPCError } from '@atproto/xrpc'
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

const DAMAGED = 'most members of a conversation cannot apply a commit'

for (const options of [{ suite: SUITE_1, handshakes: 'private' }, { suite: SUITE_2, handshakes: 'public' }]) {
  test(`a damaged path secret, ${options.handshakes} handshakes`, { timeout: 90_000 }, (t) => recover(t, options))
}

test('an external_pub that is not the group’s as well', { timeout: 90_000 }, (t) =>
  recover(t, { suite: SUITE_1, handshakes: 'private' }, randomBytes(32)))

async function recover(t, options, externalSecret) {
  const convoId = randomBytes(16).toString('hex')
  const person = async (name, implementation) => {
    const device = await Device.open(await DirectAccount.create({ name, network }), { implementation, ...options })
    t.after(() => device.close())
    return device
  }
  const ada = await person('Ada', 'ts-mls')
  const ben = await person('Ben', 'core-crypto')
  const cleo = await person('Cleo', 'ts-mls')
  const everyone = [ada, ben, cleo]
  for (const device of everyone) await device.publish(2)
  await ada.create(convoId, [ben.account, cleo.account])
  await ben.join(convoId)
  await cleo.join(convoId)
  await talk(convoId, everyone)

  // The service cannot detect this. It accepts the commit, and the sender continues in the new epoch.
  const damaged = await ada.damageCommit(convoId, externalSecret)
  assert.equal(damaged.newEpoch, 2)
  const before = await reportedDamage()
  for (const device of [ben, cleo]) {
    await cannotApply(convoId, device)
    assert.equal(device.mls.epoch(convoId), 1)
    const stale = await device.mls.encrypt(convoId, Buffer.from('lost'))
    await assert.rejects(
      device.account.procedure('sendMessage', { convoId, ciphertext: stale, epoch: 1, msgId: device.name }),
      { error: 'EpochMismatch' })
  }

  await report(convoId, ben, 1)
  assert.equal(await reportedDamage(), before, 'one of two is not most of them')
  await report(convoId, cleo, 1)
  assert.equal(await reportedDamage(), before + 1)
  const future = { convoId, reason: 'commit-failed', epoch: 2 }
  await assert.rejects(cleo.account.procedure('requestRejoin', future), { error: 'EpochMismatch' })

  // The stored GroupInfo and tree stay as they were sent.
  const { commits } = await cleo.account.query('getCommits', { convoId, fromEpoch: 1, toEpoch: 1 })
  assert.deepEqual(commits.map(({ epoch, sender }) => [epoch, sender]), [[1, ada.did]])

  await comeBack(convoId, ben, 3)
  if (externalSecret) await cannotApply(convoId, ada)
  else await ada.sync(convoId)
  await comeBack(convoId, cleo, 4)
  await ben.sync(convoId)
  if (externalSecret) {
    await report(convoId, ada, 2)
    await comeBack(convoId, ada, 5)
    for (const device of [ben, cleo]) await device.sync(convoId)
  } else {
    await ada.sync(convoId)
  }

  await talk(convoId, everyone)
  for (const device of everyone) {
    assert.equal(device.mls.epoch(convoId), externalSecret ? 5 : 4)
    assert.deepEqual([...device.mls.members(convoId)].sort(), everyone.map(({ did }) => did).sort())
  }

  // The group works normally: keys are updated, and all members follow.
  await ben.updateKeys(convoId)
  for (const device of [ada, cleo]) await device.sync(convoId)
  await talk(convoId, everyone)
}

test('an external_pub that is not the group’s is reported, and nobody is lost', { timeout: 90_000 }, async (t) => {
  const convoId = randomBytes(16).toString('hex')
  const everyone = []
  for (const name of ['Ada', 'Cleo', 'Dan']) {
    const account = await DirectAccount.create({ name, network })
    const device = await Device.open(account, { implementation: 'ts-mls', suite: SUITE_1, handshakes: 'private' })
    t.after(() => device.close())
    await device.publish(2)
    everyone.push(device)
  }
  const [ada, cleo, dan] = everyone
  await ada.create(convoId, [cleo.account, dan.account])
  for (const device of [cleo, dan]) await device.join(convoId)
  await ada.updateKeys(convoId)
  for (const device of [cleo, dan]) await device.sync(convoId)
  assert.deepEqual([...cleo.falseExternalPubs, ...dan.falseExternalPubs], [])

  const before = await reportedDamage()
  await ada.misleadingCommit(convoId, randomBytes(32))
  await cleo.sync(convoId)
  assert.deepEqual(cleo.falseExternalPubs, [{ convoId, epoch: 3 }])
  assert.equal(await reportedDamage(), before, 'one of two is not most of them')
  await dan.sync(convoId)
  assert.equal(await reportedDamage(), before + 1)

  // The members stay as they are, and their next commit brings the right external_pub.
  await talk(convoId, everyone)
  await cleo.updateKeys(convoId)
  for (const device of [ada, dan]) await device.sync(convoId)
  await comeBack(convoId, dan, 5)
  for (const device of [ada, cleo]) await device.sync(convoId)
  await talk(convoId, everyone)
  assert.deepEqual(everyone.map(({ falseExternalPubs }) => falseExternalPubs.length), [0, 1, 1])
})

/** Checks that the MLS implementation, not the service, refuses the message. */
const cannotApply = (convoId, device) =>
  assert.rejects(device.sync(convoId), (error) => !(error instanceof XRPCError || error instanceof assert.AssertionError))

async function comeBack(convoId, device, epoch) {
  await device.mls.forget(convoId)
  assert.equal((await device.joinExternal(convoId)).newEpoch, epoch)
}

const report = (convoId, device, epoch) =>
  device.account.procedure('requestRejoin', { convoId, reason: 'commit-failed', epoch })

async function reportedDamage() {
  return (await network.mlsd.log()).split(DAMAGED).length - 1
}

async function talk(convoId, devices) {
  for (const speaker of devices) {
    const text = `${speaker.name} in epoch ${speaker.mls.epoch(convoId)}`
    await speaker.say(convoId, text)
    for (const listener of devices.filter((device) => device !== speaker)) {
      assert.deepEqual((await listener.sync(convoId)).map((message) => message.text), [text])
    }
  }
}
