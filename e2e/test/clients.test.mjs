// The two MLS implementations in one group, without a server. The other tests depend on this.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { SUITE_1, SUITE_2, openClient } from '../mls/client.mjs'

const suites = { 'suite 1': SUITE_1, 'suite 2': SUITE_2 }

for (const [label, suite] of Object.entries(suites)) {
  for (const handshakes of ['public', 'private']) {
    for (const [first, second] of [['ts-mls', 'core-crypto'], ['core-crypto', 'ts-mls']]) {
      test(`${first} creates, ${second} joins: ${label}, ${handshakes} handshakes`, { timeout: 60_000 }, () =>
        life({ suite, handshakes }, first, second))
    }
  }
}

async function life(options, first, second) {
  const alice = await openClient(first, { identity: 'did:plc:alice', ...options })
  const bob = await openClient(second, { identity: 'did:plc:bob', ...options })
  const carol = await openClient(first, { identity: 'did:plc:carol', ...options })
  const groupId = randomBytes(16).toString('hex')
  const all = [alice, bob, carol]
  let bundle
  const accept = async (made) => { bundle = made; return true }
  const talk = async (members) => {
    for (const sender of members) {
      const text = `${sender.identity} in epoch ${sender.epoch(groupId)}`
      const message = await sender.encrypt(groupId, Buffer.from(text))
      for (const receiver of members.filter((member) => member !== sender)) {
        const { plaintext } = await receiver.process(groupId, message)
        assert.equal(Buffer.from(plaintext).toString(), text)
      }
    }
  }
  const applied = { contentType: 'commit', plaintext: undefined, active: true }
  const apply = async (commit, ...receivers) => {
    for (const receiver of receivers) assert.deepEqual(await receiver.process(groupId, commit), applied)
  }

  await alice.createGroup(groupId)
  assert.equal(await alice.add(groupId, await bob.keyPackages(1), accept), true)
  assert.equal(await bob.joinWelcome(bundle.welcome), groupId)
  await talk([alice, bob])

  // Bob adds Carol, after a commit that was refused. The refused commit must not have changed his state.
  assert.equal(await bob.update(groupId, async () => false), false)
  assert.equal(bob.epoch(groupId), 1)
  assert.equal(await bob.add(groupId, await carol.keyPackages(1), accept), true)
  await apply(bundle.commit, alice)
  await carol.joinWelcome(bundle.welcome)
  await talk(all)

  for (const committer of all) {
    assert.equal(await committer.update(groupId, accept), true)
    await apply(bundle.commit, ...all.filter((member) => member !== committer))
  }
  await talk(all)

  // Each in turn loses its state and rejoins by an external commit on the latest GroupInfo.
  for (const lost of all) {
    await lost.forget(groupId)
    assert.equal(await lost.joinExternal(bundle.groupInfo, accept), true)
    await apply(bundle.commit, ...all.filter((member) => member !== lost))
    await talk(all)
  }

  assert.equal(await alice.remove(groupId, [carol.identity], accept), true)
  await apply(bundle.commit, bob)
  assert.equal((await carol.process(groupId, bundle.commit)).active, false)
  assert.deepEqual([...bob.members(groupId)].sort(), ['did:plc:alice', 'did:plc:bob'])
  assert.deepEqual([...alice.members(groupId)].sort(), ['did:plc:alice', 'did:plc:bob'])
  assert.deepEqual([alice.epoch(groupId), bob.epoch(groupId)], [9, 9])
  await talk([alice, bob])
  for (const client of all) await client.close()
}
