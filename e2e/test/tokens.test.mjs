// Tokens of all PDSes: the service must accept what software other than the reference PDS makes. What the reference
// implementation (verifyJwt of @atproto/xrpc-server) accepts and the service refuses is listed with a reason.
import { P256Keypair, Secp256k1Keypair } from '@atproto/crypto'
import { createServiceJwt, verifyJwt } from '@atproto/xrpc-server'
import plc from '@did-plc/lib'
import { SignJWT } from 'jose'
import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Device, base64 } from '../lib/device.mjs'
import { DirectAccount } from '../lib/direct.mjs'
import { startNetwork } from '../lib/network.mjs'
import { secrets } from '../lib/secrets.mjs'
import { fill, sign, tokenForms } from '../lib/tokens.mjs'
import { laxer, stricter, variants } from '../lib/tokenvariants.mjs'
import { SUITE_1 } from '../mls/client.mjs'

// For one kind of method a token can be used once, for the other kind it can be used again.
const METHODS = {
  spent: ['publishKeyPackages', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"keyPackages":[]}' }],
  repeated: ['getConvos', {}],
}
const FORM = tokenForms[0]
let network, keys, accounts, started

before(async () => {
  network = await startNetwork({ pdses: [], settings: { MLS_RATE_LIMITS: 'off' } })
  started = Date.now()
  keys = { ES256K: await Secp256k1Keypair.create(), ES256: await P256Keypair.create() }
  accounts = {}
  for (const [alg, keypair] of Object.entries(keys)) {
    accounts[alg] = await DirectAccount.create({ name: `with-${alg}`, network, keypair })
  }
}, { timeout: 300_000 })
after(() => network?.stop(), { timeout: 60_000 })

/** Calls the service with a token. Returns null, or the name of the error. */
async function judge(token, kind) {
  secrets.add(token)
  const [method, init] = METHODS[kind]
  const answer = await fetch(`${network.mlsd.url}/xrpc/blue.catbird.mls.${method}`, {
    ...init, headers: { ...init.headers, authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(20_000),
  })
  const body = await answer.json()
  assert.ok(answer.status < 500, JSON.stringify(body))
  return answer.status === 401 ? body.error : null
}

/** The verdict of the reference implementation on a token: null, or what it throws. */
async function reference(token, kind) {
  const signingKey = async (iss) => {
    const { signingKey } = await resolve(iss.split('#')[0])
    return signingKey
  }
  return verifyJwt(token, network.mlsd.did, nsid(kind), signingKey).then(() => null, (error) => error)
}

const resolved = new Map()
const resolve = async (did) => {
  if (!resolved.has(did)) {
    const { verificationMethods } = await new plc.Client(network.plc.url).getDocumentData(did)
    resolved.set(did, { signingKey: verificationMethods.atproto })
  }
  return resolved.get(did)
}

const nsid = (kind) => `blue.catbird.mls.${METHODS[kind][0]}`
const subject = (alg, kind) => ({ iss: accounts[alg].did, aud: network.mlsd.did, lxm: nsid(kind) })

for (const form of tokenForms) {
  test(`as ${form.as} makes them`, { timeout: 300_000 }, async () => {
    const keypair = keys[form.header.alg]
    for (const kind of Object.keys(METHODS)) {
      const filled = fill(form, subject(form.header.alg, kind))
      const [first, other] = await Promise.all([form.highS, !form.highS].map((highS) => sign(filled, keypair, { highS })))
      if (!form.claims.aud.includes('#')) assert.equal(await reference(first, kind), null)
      assert.equal(await judge(first, kind), null)
      // The same token with the other valid signature of the same content counts as used, unless jti is missing.
      const again = kind === 'repeated' || !form.claims.jti ? null : 'JwtReplayed'
      assert.equal(await judge(other, kind), again)
    }
  })
}

test('a generic library for JOSE in Node', { timeout: 300_000 }, async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
  const keypair = await Secp256k1Keypair.import(Buffer.from(privateKey.export({ format: 'jwk' }).d, 'base64url'))
  const account = await DirectAccount.create({
    name: 'with-jose', network, keypair,
    mint: ({ iss, aud, lxm }) => new SignJWT({ lxm }).setProtectedHeader({ alg: 'ES256K' }).setIssuer(iss).setAudience(aud)
      .setIssuedAt().setExpirationTime('1m').setJti(randomBytes(16).toString('hex')).sign(privateKey),
  })
  // Half of the signatures that the library makes have a high S.
  for (let i = 0; i < 16; i++) assert.deepEqual(await account.query('getConvos'), { conversations: [] })
})

test('five messages in one second with tokens as millipds makes them', { timeout: 300_000 }, async () => {
  const form = tokenForms.find(({ as }) => as === 'millipds')
  let now
  const mint = ({ keypair, ...whom }) => sign(fill(form, { ...whom, now }), keypair)
  const device = await Device.open(await DirectAccount.create({ name: 'Milli', network, mint }), { implementation: 'ts-mls', suite: SUITE_1, handshakes: 'public' })
  const convoId = randomBytes(16).toString('hex')
  await device.mls.createGroup(convoId)
  await device.account.procedure('createConvo', {
    groupId: convoId, cipherSuite: device.suite, groupInfo: base64(await device.mls.groupInfo(convoId)),
  })
  now = Math.floor(Date.now() / 1000)
  for (let i = 0; i < 5; i++) await device.say(convoId, `message ${i}`)
  now = undefined
  const { messages } = await device.account.query('getMessages', { convoId })
  assert.equal(messages.filter(({ messageType }) => messageType === 'app').length, 5)
  device.close()
})

test('the reference implementation accepts nothing else that the service refuses', { timeout: 900_000 }, async () => {
  const listed = { stricter: new Map(stricter.map(([name, , , kind]) => [name, kind])), laxer: new Map(laxer.map(([name]) => [name])) }
  const needed = { stricter: new Set(), laxer: new Set() }
  const compare = async (names, alg, kind) => {
    const token = await make(names, alg, kind)
    const [theirs, ours] = [await reference(token, kind), await judge(token, kind)]
    if ((theirs === null) === (ours === null)) return
    const list = ours === null ? 'laxer' : 'stricter'
    const reasons = names.filter((name) => listed[list].has(name) && [undefined, kind].includes(listed[list].get(name)))
    if (names.length === 1) reasons.forEach((name) => needed[list].add(name))
    assert.ok(reasons.length > 0, `${names.join(', ')} (${alg}, ${kind}): ${ours ?? 'accepted'}, the reference says ${theirs ?? 'accepted'}`)
  }
  // The record of used tokens begins with the first start of the service, and tokens from before that are refused.
  await sleep(Math.max(0, started + 5000 - Date.now()))
  const names = Object.keys(variants)
  for (const kind of Object.keys(METHODS)) {
    for (const alg of Object.keys(keys)) for (const name of names) await compare([name], alg, kind)
  }
  for (let i = 0; i < 400; i++) {
    const pair = [names[(i * 7919) % names.length], names[(i * 104_729 + Math.floor(i / names.length)) % names.length]]
    if (pair[0] !== pair[1]) await compare(pair, i % 2 ? 'ES256K' : 'ES256', i % 3 ? 'spent' : 'repeated')
  }
  for (const [list, entries] of Object.entries({ stricter, laxer })) {
    for (const [name] of entries) assert.ok(needed[list].has(name), `nothing needs "${name}" on the list`)
  }
})

async function make(names, alg, kind) {
  const token = { ...fill(FORM, subject(alg, kind)), now: Math.floor(Date.now() / 1000), options: {} }
  token.header.alg = alg
  // Variants that change the text of the token come last, because nothing can be changed after them.
  for (const name of names.toSorted((a, b) => Number(isText(a)) - Number(isText(b)))) {
    if (typeof token.header !== 'string' && typeof token.claims !== 'string') variants[name](token)
  }
  return sign(token, keys[alg], token.options)
}

const isText = (name) => name.includes('twice') || name === 'white space'

test('a restart refuses nobody for long because of tokens from the future', { timeout: 300_000 }, async () => {
  const ahead = { ...FORM, claims: { ...FORM.claims, iat: 118, exp: 178 } }
  const used = await Promise.all(Array.from({ length: 20 }, () => sign(fill(ahead, subject('ES256K', 'spent')), keys.ES256K)))
  for (const token of used) assert.equal(await judge(token, 'spent'), null)
  await network.mlsd.restart()
  await sleep(1000)
  for (const alg of Object.keys(keys)) {
    const token = await createServiceJwt({ ...subject(alg, 'spent'), keypair: keys[alg] })
    assert.equal(await judge(token, 'spent'), null)
  }
  for (const token of used) assert.equal(await judge(token, 'spent'), 'JwtReplayed')
})
