// Chapters in which the group grows and its keys change.
import assert from 'node:assert/strict'
import { ways } from '../lib/member.mjs'
import { refused } from './world.mjs'

async function addThird(w) {
  w.forgetCalls(w.ben)
  const added = await w.step(w.ben, 'adds Cleo', () => w.ben.addMembers(w.convoId, [w.cleo]))
  assert.deepEqual([added.newEpoch, added.seq], [2, 3])
  await w.catchUp(w.ada)
  await w.joins(w.cleo)
  await w.say(w.cleo, 'Three of us now', [w.ada, w.ben])
  await w.say(w.ada, 'Welcome, Cleo', [w.ben, w.cleo])
}

/** Holds the first commit of each account back until all have built theirs. Returns a function that ends this. */
function together(...accounts) {
  const waiting = new Map(accounts.map((account) => [account, Promise.withResolvers()]))
  const all = Promise.all([...waiting.values()].map(({ promise }) => promise))
  for (const [account, { resolve }] of waiting) {
    account.gate = async (method) => {
      if (method !== 'sendCommit') return
      resolve()
      await all
    }
  }
  return () => { for (const account of accounts) account.gate = () => {} }
}

async function race(w) {
  w.forgetCalls(w.ada, w.ben)
  // Both start from epoch 2 and send at the same time. The loser gets the accepted commit in the answer.
  const end = together(w.ada.account, w.ben.account)
  const [byAda, byBen] = await Promise.all([
    w.ada.commits(() => w.ada.at(w.convoId).add(w.dan.did)),
    w.ben.updateKeys(w.convoId),
  ])
  end()
  assert.deepEqual([w.ada.conflicts.length, byBen.lost].sort(), [0, 1], 'one wins, one loses once')
  const [winner, loser, won, rebased] = byBen.lost ? [w.ada, w.ben, byAda, byBen] : [w.ben, w.ada, byBen, byAda]
  assert.deepEqual([won.newEpoch, rebased.newEpoch], [3, 4])
  const [conflict] = loser.conflicts
  assert.deepEqual(conflict.commits.map(({ epoch, sender, seq }) => [epoch, sender, seq]), [[2, winner.did, won.seq]])

  const intent = new Map([[w.ada, 'adds Dan'], [w.ben, 'updates the keys of his leaf']])
  w.line(winner, `${intent.get(winner)} and is accepted`, { epoch: 3, seq: won.seq, bytes: won.bytes })
  w.line({ name: loser.name }, `${intent.get(loser)} at the same time and loses`, { epoch: 3 })
  w.line(loser, 'applies the accepted commit and commits again', { epoch: 4, seq: rebased.seq, bytes: rebased.bytes })

  if (winner === w.ben) await w.catchUp(w.ben)
  await w.joins(w.dan)
  // All follow to the loser's commit; Dan too, unless that was the one that added him.
  for (const member of [w.ada, w.cleo, w.dan]) await member.reaches(w.convoId, 4)
  await w.say(w.dan, 'Did I miss anything?', [w.ada, w.ben, w.cleo])
  assert.deepEqual([w.ada, w.ben, w.cleo, w.dan].map((device) => device.epoch(w.convoId)), [4, 4, 4, 4])
}

async function updateKeys(w) {
  const others = (device) => [w.ada, w.ben, w.cleo, w.dan].filter((other) => other !== device)
  for (const device of [w.cleo, w.dan]) {
    await w.step(device, 'updates the keys of its leaf', () => device.commits(() => device.at(w.convoId).updateKeys()))
    await w.catchUp(...others(device))
  }
  await w.say(w.ben, 'Fresh keys, same people', [w.ada, w.cleo, w.dan])

  const late = { convoId: w.convoId, ciphertext: w.ada.lastRequest.ciphertext, epoch: 2, msgId: 'late' }
  await refused(w.ada.account.procedure('sendMessage', late), 'EpochMismatch', 409)
  w.line({ name: 'Ada' }, 'sends what she encrypted in epoch 2: EpochMismatch', { epoch: 6 })
}

async function lostState(w) {
  await w.step(w.dan, 'loses everything his app knew', () => w.dan.lose(w.convoId))
  await w.say(w.ada, 'Dan, are you there?', [w.ben, w.cleo])
  await w.entersBy(w.dan, 'comes back by an external commit', () => w.dan.at(w.convoId).join())
  await w.catchUp(w.ada, w.ben, w.cleo)
  await w.say(w.dan, 'Here I am again', [w.ada, w.ben, w.cleo])
  assert.equal((await w.ada.at(w.convoId).members()).flatMap(({ devices }) => devices).length, 4, 'his old leaf is gone')
}

async function newDevice(w) {
  w.phone = await w.member(w.ada.account, { label: 'phone', keyPackages: 2, autoJoin: false })
  await w.entersBy(w.phone, 'joins by an external commit', () => w.phone.at(w.convoId).join())
  await w.catchUp(w.ada, w.ben, w.cleo, w.dan)
  await w.say(w.phone, 'Ada again, on the train', [w.ada, w.ben, w.cleo, w.dan])
  await w.say(w.ben, 'Ada twice!', [w.ada, w.phone, w.cleo, w.dan])

  const { members } = await w.convo(w.ben)
  const devices = members.find(({ did }) => did === w.ada.did).devices.map(({ deviceId }) => deviceId)
  assert.deepEqual(devices.sort(), [w.ada.id, w.phone.id].sort())
}

async function live(w) {
  await w.listen(w.ada, ways.direct, 'server-sent events, straight from the service')
  await w.listen(w.phone, ways.socket, 'a WebSocket, opened with a ticket')
  await w.listen(w.cleo, ways.polling, 'calls of sync that wait for news, through her PDS')
  await w.listen(w.dan, ways.proxied, 'server-sent events, through his PDS')
  await w.sayLive(w.dan, 'Who hears this first?', [w.ada, w.phone, w.cleo], w.ben)

  await w.ben.sync(w.convoId)
  w.forgetCalls(w.ben)
  const { newEpoch } = await w.step(w.ben, 'updates the keys of his leaf', () => w.ben.updateKeys(w.convoId))
  await w.step({ name: 'The others' }, 'follow, and nobody has asked', async () => {
    await Promise.all([w.ada, w.phone, w.cleo, w.dan].map((member) => member.reaches(w.convoId, newEpoch)))
    return { newEpoch }
  })
  await w.sayLive(w.cleo, 'With the new keys', [w.ada, w.phone, w.dan], w.ben)
  const missed = await w.ben.sync(w.convoId)
  assert.deepEqual(missed.map(({ text }) => text), ['With the new keys'])
}

export const group = [
  ['Ben adds Cleo', addThird],
  ['Ada and Ben commit at the same time', race],
  ['Keys are updated', updateKeys],
  ['Dan loses his state and joins externally', lostState],
  ['Ada brings a second device', newDevice],
  ['They listen, each in another way', live],
]
