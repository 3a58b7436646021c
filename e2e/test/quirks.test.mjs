// Objects that ts-mls makes without the repairs of the client library must be refused with the name of the quirk and the
// section of RFC 9420 that it violates, so that users of ts-mls find the cause in the answer.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { Device, base64 } from '../lib/device.mjs'
import { DirectAccount } from '../lib/direct.mjs'
import { startNetwork } from '../lib/network.mjs'
import { SUITE_1, SUITE_2, SUITE_3, SUITE_5, SUITE_7 } from '../mls/client.mjs'

const EXTERNAL_PUB = ['external_pub without its length prefix', 'RFC 9420 §12.4.3.2']
const COMPRESSED = ['compressed elliptic curve point', 'RFC 9420 §5.1.1']
const LIFETIME = ['unbounded default lifetime', 'RFC 9420 §7.2']
let network

before(async () => { network = await startNetwork({ pdses: [] }) }, { timeout: 120_000 })
after(() => network?.stop(), { timeout: 60_000 })

const person = async (name, options) =>
  Device.open(await DirectAccount.create({ name, network }), { implementation: 'ts-mls', handshakes: 'public', ...options })

const refused = (call, error, [quirk, section]) => assert.rejects(call, (found) => {
  assert.equal(found.error, error, found.message)
  assert.ok(found.message.includes(`known quirk: ${quirk}`), found.message)
  assert.ok(found.message.includes(section), found.message)
  return true
})

const publishOne = async (device) => {
  const [keyPackage] = await device.mls.keyPackages(1)
  return device.account.procedure('publishKeyPackage', { keyPackage: base64(keyPackage), cipherSuite: device.suite })
}

/** Creates a conversation with one member, with the GroupInfo of its epoch. */
const createAlone = async (device) => {
  const convoId = randomBytes(16).toString('hex')
  await device.mls.createGroup(convoId)
  return device.account.procedure('createConvo', {
    groupId: convoId, cipherSuite: device.suite, groupInfo: base64(await device.mls.groupInfo(convoId)),
  })
}

for (const suite of [SUITE_2, SUITE_5, SUITE_7]) {
  test(`compressed ECDSA keys, ${suite}`, { timeout: 60_000 }, async () => {
    const raw = await person('Raw', { suite, raw: 'keys' })
    await refused(publishOne(raw), 'InvalidKeyPackage', COMPRESSED)
    await refused(createAlone(raw), 'InvalidGroupInfo', COMPRESSED)
  })
}

for (const suite of [SUITE_1, SUITE_2, SUITE_3, SUITE_5, SUITE_7]) {
  test(`the default lifetime, ${suite}`, { timeout: 60_000 }, async () => {
    await refused(publishOne(await person('Raw', { suite, raw: 'lifetime' })), 'ExpirationTooFar', LIFETIME)
  })

  test(`external_pub without its length, ${suite}`, { timeout: 60_000 }, async () => {
    const ada = await person('Ada', { suite })
    const raw = await person('Raw', { suite, raw: 'external_pub' })
    const cleo = await person('Cleo', { suite })
    for (const device of [raw, cleo]) assert.equal((await device.publish(2)).succeeded, 2)
    await refused(createAlone(raw), 'InvalidGroupInfo', EXTERNAL_PUB)

    const convoId = randomBytes(16).toString('hex')
    await ada.create(convoId, [raw.account])
    await raw.join(convoId)
    const groupInfo = await raw.mls.groupInfo(convoId)
    await refused(raw.account.procedure('updateGroupInfo', { convoId, groupInfo }), 'InvalidGroupInfo', EXTERNAL_PUB)
    await refused(raw.updateKeys(convoId), 'InvalidGroupInfo', EXTERNAL_PUB)
    await refused(raw.addMembers(convoId, [cleo.account]), 'InvalidGroupInfo', EXTERNAL_PUB)
    await refused(raw.joinExternal(convoId), 'InvalidGroupInfo', EXTERNAL_PUB)

    // The refused objects must have changed nothing.
    await ada.say(convoId, 'Still here')
    assert.deepEqual((await raw.sync(convoId)).map(({ text }) => text), ['Still here'])
  })
}
