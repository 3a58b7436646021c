// The lexicons as records of an account, as docs/clients/oauth.md tells their publisher, and what they are for: a login
// with a permission set.
import { AtpAgent } from '@atproto/api'
import { Secp256k1Keypair } from '@atproto/crypto'
import { LexResolver } from '@atproto/lex-resolver'
import plc from '@did-plc/lib'
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { startPds } from '../lib/atproto.mjs'
import { lexicons } from '../lib/lexicons.mjs'
import { startNetwork } from '../lib/network.mjs'
import { login } from '../lib/oauth.mjs'

const COLLECTION = 'com.atproto.lexicon.schema'
let network, publisher, southern

before(async () => {
  network = await startNetwork({ pdses: ['.north.test'] })
  publisher = new AtpAgent({ service: network.pdses[0].url })
  await publisher.createAccount({ handle: 'lexicons.north.test', email: 'lexicons@example.com', password: randomUUID() })
  // Another PDS, which asks this account for all lexicons instead of the DNS.
  southern = await startPds({
    dir: network.dir, plcUrl: network.plc.url, domain: '.south.test', settings: { lexiconDidAuthority: publisher.assertDid },
  })
}, { timeout: 120_000 })
after(async () => {
  await southern?.stop()
  await network?.stop()
}, { timeout: 60_000 })

test('every lexicon is published as a record', { timeout: 300_000 }, async () => {
  for (const lexicon of lexicons) {
    const { data } = await publisher.com.atproto.repo.putRecord({
      repo: publisher.assertDid, collection: COLLECTION, rkey: lexicon.id, record: { $type: COLLECTION, ...lexicon },
    })
    assert.equal(data.uri, `at://${publisher.assertDid}/${COLLECTION}/${lexicon.id}`)
  }
})

test('every lexicon is resolved from the repository, and is the one of this repository', { timeout: 300_000 }, async () => {
  const resolver = new LexResolver({
    fetch, plcDirectoryUrl: network.plc.url, allowHttp: true,
    hooks: { onResolveAuthority: () => publisher.assertDid }, // in place of the TXT record
  })
  for (const { id, ...rest } of lexicons) {
    const { lexicon } = await resolver.get(id, { noCache: true })
    const { $type, ...found } = JSON.parse(JSON.stringify(lexicon))
    assert.deepEqual(found, { id, ...rest })
  }
})

/**
 * A DID without a port for the service. @atproto/oauth-scopes writes the %3A of a port into the scope of a permission set
 * so that it cannot be read again. The service refuses tokens for this DID, which shows that the PDS made one.
 */
async function otherDid() {
  const key = await Secp256k1Keypair.create()
  const operation = await plc.addSignature({
    type: 'plc_operation', verificationMethods: {}, rotationKeys: [key.did()], alsoKnownAs: [], prev: null,
    services: { atproto_mls: { type: 'AtprotoMlsDeliveryService', endpoint: network.mlsd.url } },
  }, key)
  const did = await plc.didForCreateOp(operation)
  await new plc.Client(network.plc.url).sendOperation(did, operation)
  return did
}

test('a login with a permission set may do what the set says, and no more', { timeout: 300_000 }, async () => {
  const password = randomUUID()
  const identifier = 'ada.south.test'
  await new AtpAgent({ service: southern.url }).createAccount({ handle: identifier, email: 'ada@example.com', password })
  const person = { pds: southern.url, identifier, password }
  const passed = { error: 'BadJwtAudience' }
  const stopped = { error: 'ScopeMissingError', status: 403 }

  const serviceDid = await otherDid()
  const aud = encodeURIComponent(`${serviceDid}#atproto_mls`)
  const all = await login({ ...person, serviceDid, scope: `atproto include:blue.catbird.mls.authFull?aud=${aud}` })
  for (const method of ['getConvos', 'getEpoch']) await assert.rejects(all.call(method, {}), passed)
  await assert.rejects(all.call('sendMessage', {}, 'POST'), passed)
  await assert.rejects(all.call('noSuchMethod', {}), stopped)

  const reading = await login({ ...person, serviceDid, scope: `atproto include:blue.catbird.mls.authRead?aud=${aud}` })
  await assert.rejects(reading.call('getConvos', {}), passed)
  await assert.rejects(reading.call('sendMessage', {}, 'POST'), stopped)
})

test('a login for one method of this service', { timeout: 300_000 }, async () => {
  const password = randomUUID()
  const identifier = 'ben.south.test'
  await new AtpAgent({ service: southern.url }).createAccount({ handle: identifier, email: 'ben@example.com', password })
  const serviceDid = network.mlsd.did
  const aud = encodeURIComponent(`${serviceDid}#atproto_mls`)
  const one = await login({ pds: southern.url, identifier, password, serviceDid, scope: `atproto rpc:blue.catbird.mls.listDevices?aud=${aud}` })
  assert.deepEqual((await one.call('listDevices', {})).devices, [])
  await assert.rejects(one.call('getConvos', {}), { error: 'ScopeMissingError', status: 403 })
})
