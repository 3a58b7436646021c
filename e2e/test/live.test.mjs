// Devices that follow events only, each of which uses another kind of stream.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Account } from '../lib/account.mjs'
import { Member, ways } from '../lib/member.mjs'
import { startNetwork } from '../lib/network.mjs'
import { SUITE_1 } from '../mls/client.mjs'

let network

before(async () => { network = await startNetwork({ settings: { MLS_LOG_LEVEL: 'debug' } }) }, { timeout: 120_000 })
after(() => network?.stop(), { timeout: 60_000 })

async function person(t, name, pds, way) {
  const account = await Account.create({ name, handle: name, pds: network.pdses[pds], serviceDid: network.mlsd.did })
  const member = await Member.open(account, { suite: SUITE_1, ...way })
  t.after(() => member.close())
  await member.follows()
  return member
}

test('four devices live on events, through a restart', { timeout: 300_000 }, async (t) => {
  const ada = await person(t, 'Ada', 0, ways.direct)
  const ben = await person(t, 'Ben', 1, ways.socket)
  const cleo = await person(t, 'Cleo', 1, ways.polling)
  const dan = await person(t, 'Dan', 0, ways.proxied)
  const all = [ada, ben, cleo, dan]
  const expected = new Map(all.map((one) => [one, []]))
  const say = async (speaker, text, listeners) => {
    for (const listener of listeners) if (listener !== speaker) expected.get(listener).push(text)
    return speaker.say(convoId, text)
  }
  const settle = (...listeners) => Promise.all(listeners.map((one) => one.receives(expected.get(one).length)))
  const together = (epoch, ...members) => Promise.all(members.map((one) => one.reaches(convoId, epoch)))

  // The devices learn about the conversation only from their streams.
  const { id: convoId } = await ada.client.create([ben.did, cleo.did], { name: 'Live' })
  await together(1, ben, cleo)
  await say(ada, 'to two', [ada, ben, cleo])
  await say(ben, 'and back', [ada, ben, cleo])
  await settle(ada, ben, cleo)

  await cleo.at(convoId).add(dan.did)
  await together(2, ...all)
  for (const one of all) await say(one, `from ${one.name}`, all)
  await settle(...all)

  // Two commits at the same time, and messages before the race is decided.
  const start = new Map(all.map((one) => [one, one.received.length]))
  const names = (one) => [0, 1, 2].map((i) => `${one.name} ${i}`)
  await Promise.all([
    ada.at(convoId).updateKeys(), ben.at(convoId).updateKeys(),
    ...[cleo, dan].map(async (one) => { for (const text of names(one)) await one.say(convoId, text) }),
  ])
  await together(4, ...all)
  for (const one of all) {
    const others = [cleo, dan].filter((other) => other !== one)
    await one.receives(start.get(one) + 3 * others.length)
    const news = one.heard.slice(start.get(one))
    for (const other of others) assert.deepEqual(news.filter((text) => text.startsWith(other.name)), names(other))
    expected.get(one).push(...news)
  }

  // The service stops and starts again. Only the streams have to deal with that.
  await network.mlsd.restart()
  for (const one of all) await say(one, `${one.name} is back`, all)
  await settle(...all)

  // When a member is removed, the commit that removes it is the last message that it gets from the conversation.
  const { seq } = await ada.commits(() => ada.at(convoId).remove(dan.did))
  await dan.ends(convoId)
  await dan.until('the event of it', () => dan.events.some(isEnd(convoId)))
  assert.equal(dan.at(convoId).seq, seq, 'the removal is the last that Dan sees')
  await together(5, ben, cleo)
  await say(ben, 'without Dan', [ada, ben, cleo])
  await settle(ada, ben, cleo)

  // He joins again, through the stream that he kept open. Only admins may add him again, and he is asked.
  await assert.rejects(ben.at(convoId).add(dan.did), { error: 'NotAllowed' })
  await ada.at(convoId).add(dan.did)
  await dan.accepts(convoId)
  await together(6, ...all)
  for (const one of all) await say(one, `${one.name} again`, all)
  await settle(...all)

  // The member that polls is removed and added again as well.
  const { seq: gone } = await ada.commits(() => ada.at(convoId).remove(cleo.did))
  await cleo.ends(convoId)
  assert.ok(cleo.at(convoId).seq <= gone)
  await together(7, ben, dan)
  await say(ada, 'without Cleo', [ada, ben, dan])
  await settle(ada, ben, dan)
  await ada.at(convoId).add(cleo.did)
  await cleo.accepts(convoId)
  await together(8, ...all)
  const { seq: end } = await say(cleo, 'done', all)
  await settle(...all)

  const dids = all.map(({ did }) => did).sort()
  for (const one of all) {
    await one.passes(convoId, end)
    assert.deepEqual(one.heard, expected.get(one), `what ${one.name} received`)
    const numbers = one.inbox.map((message) => message.seq)
    assert.deepEqual(numbers, [...numbers].sort((a, b) => a - b), `${one.name} received them in order`)
    assert.deepEqual(await one.members(convoId), dids)
    const lost = one.events.filter(({ type }) => ['rejoined', 'undecryptable', 'unsent'].includes(type))
    assert.deepEqual(lost, [], `${one.name} could not follow`)
  }
  // Each used the stream that it was given, and no other.
  for (const [one, transport] of [[ada, 'sse'], [ben, 'websocket'], [cleo, 'poll'], [dan, 'sse']]) {
    const used = one.events.filter(({ type }) => type === 'connection').map((event) => event.transport)
    assert.deepEqual([...new Set(used)].filter((name) => name !== 'none'), [transport])
  }
})

const isEnd = (id) => ({ type, convoId, change }) => type === 'conversation' && convoId === id && change === 'removed'
