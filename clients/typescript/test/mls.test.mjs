// MLS by ts-mls with the repairs: groups of each suite, encodings of RFC 9420, padding.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deserialize, serialize } from 'node:v8'
import { decodeMlsMessage } from 'ts-mls'
import { bucket } from '../dist/mls/padding.js'
import { MlsRefusal, tsMls } from '../dist/index.js'

const SUITES = {
  MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519: { externalPub: [32], signatureKey: 32 },
  MLS_128_DHKEMP256_AES128GCM_SHA256_P256: { externalPub: [0x40, 65], signatureKey: 65 },
  MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519: { externalPub: [32], signatureKey: 32 },
  MLS_256_DHKEMP521_AES256GCM_SHA512_P521: { externalPub: [0x40, 133], signatureKey: 133 },
  MLS_256_DHKEMP384_AES256GCM_SHA384_P384: { externalPub: [0x40, 97], signatureKey: 97 },
}
const GROUP_ID = '00112233445566778899aabbccddeeff'
const utf8 = (text) => new TextEncoder().encode(text)

async function person(library, credential) {
  return { credential, keys: await library.generateKeys() }
}

/** Ada and Ben in one group, by a Welcome whose key package was kept by structured clone. */
async function pair(library) {
  const [ada, ben] = await Promise.all(['did:plc:ada', 'did:plc:ben#phone'].map((name) => person(library, name)))
  const now = Math.floor(Date.now() / 1000)
  const made = await library.keyPackage(ben, { notBefore: now - 60, notAfter: now + 3600 }, true)
  const kept = deserialize(serialize(made.secret))
  const alone = await library.create(GROUP_ID, ada)
  const added = await alone.commit({ add: [made.message] })
  const joined = await library.joinWelcome(added.welcome, undefined, async (ref) => (ref === made.ref ? kept : undefined))
  assert.equal(joined.ref, made.ref)
  return { ada, ben, groups: [added.next, joined.group], made, groupInfo: added.groupInfo }
}

for (const [suite, expected] of Object.entries(SUITES)) {
  test(`${suite}: Welcome, messages with their sender, external join`, async () => {
    const library = await tsMls(suite)
    const { ada, ben, groups, made, groupInfo } = await pair(library)
    let [a, b] = groups
    assert.equal(ada.keys.publicKey.length, expected.signatureKey)
    assert.deepEqual(library.signatureKeyOf(made.message), ben.keys.publicKey)

    const { extensions } = decodeMlsMessage(groupInfo, 0)[0].groupInfo
    const { extensionData } = extensions.find(({ extensionType }) => extensionType === 'external_pub')
    assert.deepEqual([...extensionData.subarray(0, expected.externalPub.length)], expected.externalPub)

    const sent = await b.encrypt(utf8('hello'))
    b = library.decode(sent.next.encode())
    const received = await a.process(sent.message)
    assert.equal(new TextDecoder().decode(received.plaintext), 'hello')
    assert.equal(received.sender.credential, 'did:plc:ben#phone')
    a = received.next

    const rejoined = await library.joinExternal(groupInfo, undefined, ben)
    const applied = await a.process(rejoined.commit)
    assert.equal(applied.kind, 'commit')
    assert.equal(applied.next.epoch, 2)
    assert.deepEqual(applied.next.leaves.map(({ credential }) => credential), ['did:plc:ada', 'did:plc:ben#phone'])
    const back = await (await applied.next.encrypt(utf8('again')))
    assert.equal((await rejoined.next.process(back.message)).sender.credential, 'did:plc:ada')
  })
}

test('a commit that is refused leaves the group as it was', async () => {
  const { groups: [a, b] } = await pair(await tsMls())
  const mine = await a.commit({})
  const theirs = await b.commit({})
  const { next } = await a.process(theirs.commit) // `mine` lost the race
  assert.equal(next.epoch, 2)
  await assert.rejects(next.process(mine.commit), MlsRefusal)
  assert.deepEqual((await (await next.commit({})).next).epoch, 3)
})

test('a removed device sees that it is out', async () => {
  const { groups: [a, b] } = await pair(await tsMls())
  const { commit } = await a.commit({ remove: [b.ownLeaf] })
  const { next } = await b.process(commit)
  assert.equal(next.active, false)
})

test('ciphertexts have few lengths, and padding costs an eighth at most', async () => {
  const { groups: [a] } = await pair(await tsMls())
  const lengths = new Set()
  for (const length of [0, 1, 100, 256]) lengths.add((await a.encrypt(new Uint8Array(length).fill(1))).message.length)
  assert.ok(Math.max(...lengths) - Math.min(...lengths) <= 1, [...lengths].join()) // the length itself takes 1 or 2 bytes
  for (let length = 1; length < 5_000_000; length = Math.ceil(length * 1.01)) {
    const padded = bucket(length)
    assert.ok(padded >= length && padded <= Math.max(256, length * 1.125 + 1), `${length} → ${padded}`)
    assert.equal(bucket(padded), padded)
  }
})

test('what is no MLS object is refused', async () => {
  const library = await tsMls()
  const { groups: [a] } = await pair(library)
  for (const bytes of [new Uint8Array(), new Uint8Array(100), utf8('hello')]) {
    await assert.rejects(a.process(bytes), MlsRefusal)
    await assert.rejects(library.joinWelcome(bytes, undefined, async () => undefined), MlsRefusal)
    assert.throws(() => library.signatureKeyOf(bytes), Error)
  }
  await assert.rejects(tsMls('MLS_999'), RangeError)
})
