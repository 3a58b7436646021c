// The encrypted info: who joins reads the name, whichever way, and who was removed cannot read the next one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lexiconError } from '../dist/index.js'
import { World, until } from './world.mjs'

const WAIT = { waitMs: 240_000 }

test('an added member and a device by external commit read the name, a removed one does not', { timeout: 900_000 }, async (t) => {
  const world = await World.start()
  t.after(() => world.stop())
  const [ada, ben, cleo] = await Promise.all(['ada', 'ben', 'cleo'].map((who) => world.open(who)))
  const tea = await ada.create([ben.did], { name: 'Tea', description: 'At four' })
  const at = (client) => client.conversation(tea.id)
  const joined = (client) => until('joined', () => at(client).status === 'joined', client)
  await joined(ben)
  assert.deepEqual(await at(ben).info(WAIT), { name: 'Tea', description: 'At four' })

  // The commit that adds somebody brings the key for its epoch.
  await tea.add(cleo.did)
  await joined(cleo)
  assert.deepEqual(await at(cleo).info(WAIT), { name: 'Tea', description: 'At four' })

  // A device that enters by itself asks for the key, and another one gives it.
  const phone = await world.open('ben', { device: 'phone', autoJoin: false })
  await at(phone).join()
  assert.equal((await at(phone).info(WAIT)).name, 'Tea')

  // Fields that are not named stay, and of two changes at once both are made.
  await Promise.all([at(ben).setInfo({ description: 'At five' }), at(cleo).setInfo({ picture: new Uint8Array([1, 2, 3]) })])
  for (const client of [ada, ben, cleo, phone]) {
    assert.deepEqual(await at(client).info(WAIT), { name: 'Tea', description: 'At five', picture: new Uint8Array([1, 2, 3]) })
  }

  // The removal comes with a new key, which a removed device does not have even if it gets the new info.
  const agent = await world.agent('ada')
  const stored = async () => {
    const headers = { 'atproto-proxy': `${world.service}#atproto_mls` }
    const answer = await agent.fetchHandler(`/xrpc/blue.catbird.mls.getConvo?convoId=${tea.id}`, { headers })
    return (await answer.json()).info
  }
  const before = await stored()
  await tea.remove(cleo.did)
  await until('a new key', async () => (await stored()).version > before.version, ada)
  await tea.setInfo({ name: 'Coffee' })
  for (const client of [ben, phone]) await until('the new name', async () => (await at(client).info(WAIT)).name === 'Coffee', client)
  await until('the end', () => at(cleo).status === 'ended', cleo)
  await assert.rejects(at(cleo).info(), (error) => lexiconError(error) === 'NotMember')
})

test('the key of another version, epoch or group opens nothing', async () => {
  const { tsMls } = await import('../dist/index.js')
  const { newInfoKey, openInfo, sealInfo, unwrapInfoKey, wrapInfoKey } = await import('../dist/info.js')
  const library = await tsMls()
  const identity = { credential: 'did:web:ada.example', keys: await library.generateKeys() }
  const group = await library.create('00112233445566778899aabbccddeeff', identity)
  const { next } = await group.commit({})
  const key = newInfoKey()
  const wrapped = await wrapInfoKey(key, group, 1)
  assert.equal(wrapped.length, 60)
  assert.deepEqual(await unwrapInfoKey(wrapped, group, 1), key)
  await assert.rejects(unwrapInfoKey(wrapped, group, 2), { name: 'MlsRefusal' })
  await assert.rejects(unwrapInfoKey(wrapped, next, 1), { name: 'MlsRefusal' })
  const sealed = await sealInfo({ name: 'Tea' }, key, group.id, 1)
  assert.deepEqual(await openInfo(sealed, key, group.id, 1), { name: 'Tea' })
  for (const [other, id, version] of [[newInfoKey(), group.id, 1], [key, 'ff', 1], [key, group.id, 2]]) {
    await assert.rejects(openInfo(sealed, other, id, version), { name: 'MlsRefusal' })
  }
  const fromOther = await library.decode(next.encode()).exportSecret('label', new Uint8Array([1]), 32)
  assert.deepEqual(fromOther, await next.exportSecret('label', new Uint8Array([1]), 32))
})
