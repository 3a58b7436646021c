// Signals by themselves: who is in the epoch reads them, and nobody signs for another.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { open, seal } from '../dist/aead.js'
import { tsMls } from '../dist/index.js'
import { openSignal, sealSignal } from '../dist/signals.js'

const suites = [
  'MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519', 'MLS_128_DHKEMP256_AES128GCM_SHA256_P256', 'MLS_256_DHKEMP384_AES256GCM_SHA384_P384',
]
const id = '00112233445566778899aabbccddeeff'
const refused = { name: 'MlsRefusal' }

async function groups(suite) {
  const library = await tsMls(suite)
  const identity = async (credential) => ({ credential, keys: await library.generateKeys() })
  const now = Math.floor(Date.now() / 1000)
  const ben = await identity('did:web:ben.example#phone')
  const { message, secret } = await library.keyPackage(ben, { notBefore: now - 60, notAfter: now + 3600 }, false)
  const { next, welcome } = await (await library.create(id, await identity('did:web:ada.example'))).commit({ add: [message] })
  return [next, (await library.joinWelcome(welcome, undefined, async () => secret)).group]
}

for (const suite of suites) {
  test(`signals: read by the members of the epoch, with their sender; ${suite}`, async () => {
    const [ada, ben] = await groups(suite)
    for (const data of [{ typing: true }, 'text', 7, null, { text: 'x'.repeat(50_000) }]) {
      const sealed = await sealSignal(data, ben)
      assert.ok(sealed.length <= 65_536)
      const opened = await openSignal(sealed, ada)
      assert.deepEqual(opened.data, data)
      assert.equal(opened.sender.credential, 'did:web:ben.example#phone')
    }
    assert.equal((await openSignal(await sealSignal(undefined, ada), ben)).data, null)
    const lengths = await Promise.all(['a', 'a longer word'].map(async (data) => (await sealSignal(data, ada)).length))
    assert.equal(lengths[0], lengths[1], 'short ones have one length')
  })
}

test('signals: nothing of them is needed to read a message', async () => {
  const [ada, ben] = await groups()
  for (let i = 0; i < 300; i++) await sealSignal(i, ada)
  const { message } = await ada.encrypt(new Uint8Array([1]))
  assert.deepEqual((await ben.process(message)).plaintext, new Uint8Array([1]))
})

test('signals: another epoch or group opens none', async () => {
  const [ada, ben] = await groups()
  const sealed = await sealSignal('hello', ada)
  const [other] = await groups()
  await assert.rejects(openSignal(sealed, other), refused)
  await assert.rejects(openSignal(sealed, (await ben.commit({})).next), refused)
})

test('signals: a member that names another one as sender, or changes what one signed, is refused', async () => {
  const [ada, ben] = await groups()
  const key = await ada.exportSecret('blue.catbird.mls signal key', new TextEncoder().encode(id), 32)
  const context = new TextEncoder().encode(`signal ${id} ${ada.epoch}`)
  const plain = await open(await sealSignal({ typing: true }, ben), key, context)
  assert.deepEqual((await openSignal(await seal(plain, key, context), ada)).data, { typing: true })
  const changed = (change) => { const copy = plain.slice(); change(copy, new DataView(copy.buffer)); return seal(copy, key, context) }
  const length = new DataView(plain.buffer).getUint16(4)
  const changes = [
    (_, head) => head.setUint32(0, ada.ownLeaf), (_, head) => head.setUint32(0, 7), (_, head) => head.setUint16(4, 0),
    (_, head) => head.setUint16(6, 3), (copy) => { copy[8] ^= 1 }, (copy) => { copy[8 + length + 2] ^= 1 },
  ]
  for (const change of changes) await assert.rejects(openSignal(await changed(change), ada), refused, String(change))
  await assert.rejects(openSignal(await seal(new Uint8Array(4), key, context), ada), refused)
})
