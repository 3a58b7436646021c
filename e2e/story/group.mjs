// Chapters in which the group grows and its keys change.
import assert from 'node:assert/strict'
import { refused } from './world.mjs'

async function addThird(w) {
  const added = await w.step(w.ben, 'adds Cleo', () => w.ben.addMembers(w.convoId, [w.cleo]))
  assert.deepEqual([added.newEpoch, added.seq], [2, 3])
  await w.catchUp(w.ada)
  await w.join(w.cleo)
  await w.say(w.cleo, 'Three of us now', [w.ada, w.ben])
  await w.say(w.ada, 'Welcome, Cleo', [w.ben, w.cleo])
}

async function race(w) {
  w.begin()
  // Both start from epoch 2 and send at the same time. The loser gets the accepted commit in the answer.
  const [byAda, byBen] = await Promise.all([
    w.ada.addMembers(w.convoId, [w.dan]),
    w.ben.updateKeys(w.convoId),
  ])
  assert.deepEqual([byAda.lost, byBen.lost].sort(), [0, 1], 'one wins, one loses once')
  const [winner, loser, won, rebased] = byAda.lost ? [w.ben, w.ada, byBen, byAda] : [w.ada, w.ben, byAda, byBen]
  assert.deepEqual([won.newEpoch, rebased.newEpoch], [3, 4])
  const [conflict] = loser.conflicts
  assert.deepEqual(conflict.commits.map(({ epoch, sender, seq }) => [epoch, sender, seq]), [[2, winner.did, won.seq]])

  const intent = new Map([[w.ada, 'adds Dan'], [w.ben, 'updates the keys of his leaf']])
  w.report({ who: winner.name, what: `${intent.get(winner)} and is accepted`, epoch: 3, seq: won.seq, bytes: won.bytes })
  w.report({ who: loser.name, what: `${intent.get(loser)} at the same time and loses`, epoch: 3 })
  w.report({ who: loser.name, what: 'applies the accepted commit and commits again', epoch: 4, seq: rebased.seq, bytes: rebased.bytes })

  await w.catchUp(winner, w.cleo)
  await w.join(w.dan)
  await w.catchUp(w.dan) // the loser's commit, unless that was the one that added him
  await w.say(w.dan, 'Did I miss anything?', [w.ada, w.ben, w.cleo])
  assert.deepEqual([w.ada, w.ben, w.cleo, w.dan].map((device) => device.mls.epoch(w.convoId)), [4, 4, 4, 4])
}

async function updateKeys(w) {
  const others = (device) => [w.ada, w.ben, w.cleo, w.dan].filter((other) => other !== device)
  for (const device of [w.cleo, w.dan]) {
    await w.step(device, 'updates the keys of its leaf', () => device.updateKeys(w.convoId))
    await w.catchUp(...others(device))
  }
  await w.say(w.ben, 'Fresh keys, same people', [w.ada, w.cleo, w.dan])

  const late = { convoId: w.convoId, ciphertext: w.ada.lastRequest.ciphertext, epoch: 2, msgId: 'late' }
  await refused(w.ada.account.procedure('sendMessage', late), 'EpochMismatch', 409)
  w.report({ who: 'Ada', what: 'sends what she encrypted in epoch 2: EpochMismatch', epoch: 6 })
}

async function lostState(w) {
  await w.step(w.dan, 'loses everything his app knew', () => w.dan.mls.forget(w.convoId))
  await w.say(w.ada, 'Dan, are you there?', [w.ben, w.cleo])
  await w.step(w.dan, 'comes back by an external commit', () => w.dan.joinExternal(w.convoId))
  await w.catchUp(w.ada, w.ben, w.cleo)
  await w.say(w.dan, 'Here I am again', [w.ada, w.ben, w.cleo])
  assert.equal(w.ada.mls.members(w.convoId).length, 4, 'his old leaf is gone')
}

async function newDevice(w) {
  w.phone = await w.device(w.ada.account, 'ts-mls', 'phone')
  await w.step(w.phone, 'publishes 2 key packages', () => w.phone.publish(2))
  await w.step(w.phone, 'joins by an external commit', () => w.phone.joinExternal(w.convoId))
  await w.catchUp(w.ada, w.ben, w.cleo, w.dan)
  await w.say(w.phone, 'Ada again, on the train', [w.ada, w.ben, w.cleo, w.dan])
  await w.say(w.ben, 'Ada twice!', [w.ada, w.phone, w.cleo, w.dan])

  const { members } = await w.convo(w.ben)
  const devices = members.find(({ did }) => did === w.ada.did).devices.map(({ deviceId }) => deviceId)
  assert.deepEqual(devices.sort(), [w.ada.id, w.phone.id].sort())
}

async function live(w) {
  const words = {
    direct: 'server-sent events, straight from the service',
    socket: 'a WebSocket, opened with a ticket',
    polling: 'calls of sync that wait for news, through her PDS',
    proxied: 'server-sent events, through his PDS',
  }
  const all = [w.ada, w.ben, w.cleo, w.dan]
  for (const [i, way] of Object.keys(words).entries()) await w.listen(all[i], way, words[way])
  await w.sayLive(w.dan, 'Who hears this first?', [w.ada, w.ben, w.cleo], w.phone)

  const { newEpoch } = await w.step(w.ben, 'updates the keys of his leaf', () => w.ben.updateKeys(w.convoId))
  const others = [w.ada, w.cleo, w.dan]
  await w.step({ name: 'The others' }, 'follow, and nobody has asked', async () => {
    await Promise.all(others.map((device) => device.follower.reaches(w.convoId, newEpoch)))
    return { newEpoch }
  })
  await w.sayLive(w.cleo, 'With the new keys', [w.ada, w.ben, w.dan], w.phone)
  await w.stopListening()
  await w.catchUp(...all)
  const missed = await w.phone.sync(w.convoId)
  assert.deepEqual(missed.map(({ text }) => text), ['Who hears this first?', 'With the new keys'])
}

export const group = [
  ['Ben adds Cleo', addThird],
  ['Ada and Ben commit at the same time', race],
  ['Keys are updated', updateKeys],
  ['Dan loses his state and joins externally', lostState],
  ['Ada brings a second device', newDevice],
  ['They stop asking and listen', live],
]
