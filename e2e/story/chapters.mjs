// The story of a conversation in chapters. Each chapter asserts its results. The test and the demo both run all
// chapters in this order.
import assert from 'node:assert/strict'
import { group } from './group.mjs'
import { partings } from './partings.mjs'
import { refused } from './world.mjs'

async function accounts(w) {
  const [north, south] = w.network.pdses
  w.ada = await w.device(await signUp(w, 'Ada', north), 'ts-mls')
  w.ben = await w.device(await signUp(w, 'Ben', south), 'core-crypto')
  w.cleo = await w.device(await signUp(w, 'Cleo', south), 'ts-mls')
  w.dan = await w.device(await signUp(w, 'Dan', north), 'core-crypto')
  w.eve = await signUp(w, 'Eve', north)
}

const signUp = (w, name, pds) =>
  w.step({ name }, ({ handle, did }) => `is ${handle}, ${did}`, () => w.account(name, pds))

async function keyPackages(w) {
  for (const device of [w.ada, w.ben, w.cleo, w.dan]) {
    await w.step(device, `publishes 4 key packages made by ${device.mls.implementation}`, async () => {
      const { succeeded, failed, published } = await device.publish(4)
      assert.deepEqual({ succeeded, failed }, { succeeded: 4, failed: 0 })
      assert.deepEqual(published.map(({ index, deviceId }) => [index, deviceId]), [0, 1, 2, 3].map((i) => [i, device.id]))
      return { bytes: device.account.traffic.sent }
    })
    const { devices } = await device.account.query('getKeyPackageStats', {})
    assert.equal(devices.length, 1)
    assert.equal(devices[0].deviceId, device.id)
    const [{ cipherSuite, available, leased }] = devices[0].suites
    assert.deepEqual([cipherSuite, available, leased], [w.suite, 4, 0])
  }
}

async function create(w) {
  const { claimed } = await w.step(w.ada, 'claims a key package of Ben', async () => {
    const claimed = await w.ada.claim([w.ben])
    return { claimed, bytes: Buffer.from(claimed[0].keyPackage, 'base64').length }
  })
  assert.equal(claimed[0].deviceId, w.ben.id)
  assert.deepEqual(await w.ada.claim([w.ben]), claimed, 'asking again gives the same package')

  const convo = await w.step(w.ada, 'opens the conversation “Tea” with Ben in it', () =>
    w.ada.create(w.convoId, [w.ben]))
  assert.deepEqual(
    [convo.id, convo.groupId, convo.creator, convo.epoch, convo.cipherSuite],
    [w.convoId, w.convoId, w.ada.did, 1, w.suite])
  assert.deepEqual(convo.members.map(({ did }) => did).sort(), [w.ada.did, w.ben.did].sort())
}

async function joinByWelcome(w) {
  const seen = await w.convo(w.ben)
  assert.deepEqual([seen.epoch, seen.memberCount], [1, 2])
  assert.equal((await w.join(w.ben)).epoch, 1)
  await refused(w.ben.account.query('getWelcome', { convoId: w.convoId, deviceId: w.ben.id }), 'WelcomeExpired', 410)
}

async function talk(w) {
  const first = await w.say(w.ada, 'Hello Ben, can you read this?', [w.ben])
  assert.deepEqual([first.seq, first.epoch], [1, 1])
  const again = await w.ada.account.procedure('sendMessage', w.ada.lastRequest)
  assert.deepEqual([again.messageId, again.seq], [first.messageId, 1], 'a repeated send is the first one')
  const second = await w.say(w.ben, 'Every word, Ada. Nobody else can.', [w.ada])
  assert.equal(second.seq, 2)
  const { currentEpoch } = await w.ben.account.query('getEpoch', { convoId: w.convoId })
  assert.equal(currentEpoch, 1)
}

/** The chapters in order, each as [title, async (world) => …]. */
export const chapters = [
  ['Five people sign up, on two PDSes', accounts],
  ['They publish key packages', keyPackages],
  ['Ada opens a conversation with Ben', create],
  ['Ben joins by Welcome', joinByWelcome],
  ['They talk, in both directions', talk],
  ...group,
  ...partings,
]
