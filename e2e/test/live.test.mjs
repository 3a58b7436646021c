// Devices that react to events only, each of which uses another kind of stream.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { Account } from '../lib/account.mjs'
import { Device } from '../lib/device.mjs'
import { Follower } from '../lib/follower.mjs'
import { startNetwork } from '../lib/network.mjs'
import { ways } from '../lib/streams.mjs'
import { SUITE_1 } from '../mls/client.mjs'

let network

before(async () => { network = await startNetwork({ settings: { MLS_LOG_LEVEL: 'debug' } }) }, { timeout: 120_000 })
after(() => network?.stop(), { timeout: 60_000 })

async function person(t, name, pds, implementation) {
  const account = await Account.create({ name, handle: name, pds: network.pdses[pds], serviceDid: network.mlsd.did })
  const device = await Device.open(account, { implementation, suite: SUITE_1 })
  t.after(() => device.close())
  await device.publish(4)
  return device
}

function follow(t, device, way) {
  const follower = new Follower(device, way(device, network.mlsd.url))
  t.after(() => follower.stop())
  return follower
}

test('four devices live on events, through a restart', { timeout: 300_000 }, async (t) => {
  const convoId = randomBytes(16).toString('hex')
  const ada = follow(t, await person(t, 'Ada', 0, 'ts-mls'), ways.direct)
  const ben = follow(t, await person(t, 'Ben', 1, 'core-crypto'), ways.socket)
  const cleo = follow(t, await person(t, 'Cleo', 1, 'ts-mls'), ways.polling)
  const dan = follow(t, await person(t, 'Dan', 0, 'core-crypto'), ways.proxied)
  for (const one of [ada, ben, dan]) await one.until('the stream', () => one.events.some(({ info }) => info === 'connected'))
  const received = new Map([ada, ben, cleo, dan].map((one) => [one, []]))
  const say = async (speaker, text, listeners) => {
    for (const listener of listeners) if (listener !== speaker) received.get(listener).push(text)
    return speaker.say(convoId, text)
  }
  const settle = (...listeners) => Promise.all(listeners.map((one) => one.receives(received.get(one).length)))

  // The devices learn about the conversation only from their streams.
  await ada.device.create(convoId, [ben.device, cleo.device], { name: 'Live' })
  await Promise.all([ben, cleo].map((one) => one.reaches(convoId, 1)))
  await say(ada, 'to two', [ada, ben, cleo])
  await say(ben, 'and back', [ada, ben, cleo])
  await settle(ada, ben, cleo)

  await cleo.device.addMembers(convoId, [dan.device])
  await Promise.all([ada, ben, dan].map((one) => one.reaches(convoId, 2)))
  const all = [ada, ben, cleo, dan]
  for (const one of all) await say(one, `from ${one.device.name}`, all)
  await settle(...all)

  // Two commits at the same time, and messages before the race is decided.
  await Promise.all([
    ada.device.updateKeys(convoId), ben.device.updateKeys(convoId),
    ...[cleo, dan].map(async (one) => { for (let i = 0; i < 3; i++) await one.say(convoId, `${one.device.name} ${i}`) }),
  ])
  for (const one of all) await one.reaches(convoId, 4)
  const burst = (name) => [0, 1, 2].map((i) => `${name} ${i}`)
  for (const one of all) {
    const others = [cleo, dan].filter((other) => other !== one)
    await one.receives(received.get(one).length + 3 * others.length)
    const news = one.device.received.slice(received.get(one).length).map(({ text }) => text)
    for (const { device } of others) assert.deepEqual(news.filter((text) => text.startsWith(device.name)), burst(device.name))
    received.get(one).push(...news)
  }

  // The service stops and starts again. Only the streams have to deal with that.
  await network.mlsd.restart()
  for (const one of all) await say(one, `${one.device.name} is back`, all)
  await settle(...all)

  // When a member is removed, the commit that removes it is the last message that it gets from the conversation.
  const { seq } = await ada.device.removeMember(convoId, dan.device.did)
  await dan.until('the removal', () => !dan.device.isIn(convoId))
  await dan.until('the event of it', () => dan.events.some(isEnd(dan, 'removed')))
  const last = dan.seqs[convoId].at(-1)
  assert.equal(last, seq, 'the removal is the last that Dan sees')
  for (const one of [ben, cleo]) await one.reaches(convoId, 5)
  await say(ben, 'without Dan', [ada, ben, cleo])
  await settle(ada, ben, cleo)

  // He joins again, through the stream that he kept open. Only admins may add him again.
  const back = await ada.device.addMembers(convoId, [dan.device])
  await dan.reaches(convoId, 6)
  for (const one of [ben, cleo]) await one.reaches(convoId, 6)
  for (const one of all) await say(one, `${one.device.name} again`, all)
  await settle(...all)

  // The member that polls is removed and added again as well.
  const { seq: gone } = await ada.device.removeMember(convoId, cleo.device.did)
  await cleo.until('the removal', () => cleo.events.some(isEnd(cleo, 'removed')))
  assert.equal(cleo.seqs[convoId].at(-1), gone)
  for (const one of [ben, dan]) await one.reaches(convoId, 7)
  await say(ada, 'without Cleo', [ada, ben, dan])
  await settle(ada, ben, dan)
  const again = await ada.device.addMembers(convoId, [cleo.device])
  for (const one of [ben, dan, cleo]) await one.reaches(convoId, 8)
  const { seq: end } = await say(cleo, 'done', all)
  await settle(...all)

  for (const one of all) {
    await one.until('the end', () => one.seqs[convoId].at(-1) === end)
    assert.deepEqual(one.device.received.map(({ text }) => text), received.get(one), `what ${one.device.name} received`)
    assert.deepEqual([...one.device.mls.members(convoId)].sort(), all.map(({ device }) => device.did).sort())
  }
  assert.deepEqual(ada.seqs[convoId], range(1, end))
  assert.deepEqual(ben.seqs[convoId], range(1, end))
  assert.deepEqual(cleo.seqs[convoId], [...range(1, gone), ...range(again.seq + 1, end)])
  assert.deepEqual(dan.seqs[convoId], [...range(dan.seqs[convoId][0], seq), ...range(back.seq + 1, end)])
})

const isEnd = ({ device }, what) => ({ kind, did, action }) =>
  kind === 'membershipChangeEvent' && did === device.did && action === what

const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i)
