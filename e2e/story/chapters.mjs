// The story of a conversation in chapters. Each chapter asserts its results. The test and the demo both run all
// chapters in this order. All devices run the client library, except Ben's, which has core-crypto.
import assert from 'node:assert/strict'
import { Device } from '../lib/device.mjs'
import { consent } from './consent.mjs'
import { group } from './group.mjs'
import { endings, partings } from './partings.mjs'
import { refused } from './world.mjs'

async function accounts(w) {
  const [north, south] = w.network.pdses
  w.accounts = {
    ada: await w.signUp('Ada', north), ben: await w.signUp('Ben', south), cleo: await w.signUp('Cleo', south),
    dan: await w.signUp('Dan', north),
  }
  w.eve = await w.signUp('Eve', north)
  w.eve.onCall = (call) => { w.eve.calls.push(call) }
}

async function keyPackages(w) {
  for (const name of ['ada', 'cleo', 'dan']) {
    w[name] = await w.member(w.accounts[name])
    const { succeeded, failed } = w[name].last.publishKeyPackages.answer
    assert.deepEqual({ succeeded, failed }, { succeeded: 5, failed: 0 })
  }
  w.ben = await w.stranger(w.accounts.ben)
  await w.step(w.ben, 'publishes 4 key packages made by core-crypto', async () => {
    const { succeeded, failed, published } = await w.ben.publish(4)
    assert.deepEqual({ succeeded, failed }, { succeeded: 4, failed: 0 })
    assert.deepEqual(published.map(({ index, deviceId }) => [index, deviceId]), [0, 1, 2, 3].map((i) => [i, w.ben.id]))
    return { bytes: w.ben.account.traffic.sent }
  })
  for (const device of w.devices) {
    const { devices } = await device.account.query('getKeyPackageStats', {})
    assert.deepEqual(devices.map(({ deviceId }) => deviceId), [device.id])
    const [{ cipherSuite, available, leased, lastResort }] = devices[0].suites
    assert.deepEqual([cipherSuite, available, leased], [w.suite, 4, 0])
    assert.equal(lastResort ?? 0, device instanceof Device ? 0 : 1)
  }
  w.forgetCalls(w.ben)
}

async function create(w) {
  const claim = () => w.accounts.ada.query('getKeyPackages', { dids: [w.ben.did], cipherSuite: w.suite })
  const { keyPackages } = await claim()
  assert.equal(keyPackages[0].deviceId, w.ben.id)
  assert.deepEqual((await claim()).keyPackages, keyPackages, 'asking again gives the same package')

  const { convo } = await w.step(w.ada, 'opens the conversation “Tea” with Ben in it', async () => {
    w.convoId = (await w.ada.client.create([w.ben.did], w.metadata)).id
    const { request, answer } = w.ada.last.createConvo
    return { convo: answer, epoch: answer.epoch, bytes: Buffer.from(request.welcomeMessage, 'base64').length }
  })
  const claimed = w.ada.last.getKeyPackages.answer.keyPackages.filter(({ did }) => did === w.ben.did)
  assert.deepEqual(claimed, keyPackages)
  assert.deepEqual(
    [convo.id, convo.groupId, convo.creator, convo.epoch, convo.cipherSuite],
    [w.convoId, w.convoId, w.ada.did, 1, w.suite])
  assert.deepEqual(convo.members.map(({ did }) => did).sort(), [w.ada.did, w.ben.did].sort())
}

async function joinByWelcome(w) {
  const seen = await w.convo(w.ben)
  assert.deepEqual([seen.epoch, seen.memberCount], [1, 2])
  w.forgetCalls(w.ben)
  const { epoch } = await w.step(w.ben, 'joins by the Welcome', async () => {
    const joined = await w.ben.join(w.convoId)
    return { ...joined, bytes: Buffer.from(joined.welcome, 'base64').length }
  })
  assert.equal(epoch, 1)
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
  ...consent,
  ...endings,
]
