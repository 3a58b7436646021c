// Ways to reach the service through a PDS that the story does not use.
import { AtpAgent } from '@atproto/api'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startNetwork } from '../lib/network.mjs'

const PASSWORD = 'correct horse battery staple'
let network, pds, agent

before(async () => {
  network = await startNetwork({ pdses: ['.north.test'] })
  pds = network.pdses[0]
  agent = new AtpAgent({ service: pds.url })
  await agent.createAccount({ handle: 'fay.north.test', email: 'fay@example.com', password: PASSWORD })
}, { timeout: 120_000 })
after(() => network?.stop(), { timeout: 60_000 })

/** Calls a method through the PDS. */
async function proxied(path, { session = agent.session, ...init } = {}) {
  const headers = { authorization: `Bearer ${session.accessJwt}`, 'atproto-proxy': `${network.mlsd.did}#atproto_mls` }
  const answer = await fetch(`${pds.url}/xrpc/${path}`, { ...init, headers, signal: AbortSignal.timeout(20_000) })
  return { status: answer.status, body: await answer.json() }
}

/** Calls a method directly, with a token that the PDS signed and that is valid for one hour. */
async function direct(path, lxm) {
  const exp = Math.floor(Date.now() / 1000) + 3600
  const { data } = await agent.com.atproto.server.getServiceAuth({ aud: network.mlsd.did, lxm, exp })
  const headers = { authorization: `Bearer ${data.token}` }
  const answer = await fetch(`${network.mlsd.url}/xrpc/${path}`, { headers, signal: AbortSignal.timeout(20_000) })
  return { status: answer.status, body: await answer.json() }
}

const nsid = 'blue.catbird.mls.getConvos'

test('a token from getServiceAuth works without the PDS, for its method only', { timeout: 30_000 }, async () => {
  assert.deepEqual(await direct(nsid, nsid), { status: 200, body: { conversations: [] } })
  const other = await direct(nsid, 'blue.catbird.mls.listDevices')
  assert.deepEqual([other.status, other.body.error], [401, 'BadJwtLexiconMethod'])
})

test('an app password is enough', { timeout: 30_000 }, async () => {
  const { data } = await agent.com.atproto.server.createAppPassword({ name: 'chat' })
  const app = new AtpAgent({ service: pds.url })
  await app.login({ identifier: 'fay.north.test', password: data.password })
  assert.deepEqual(await proxied(nsid, { session: app.session }), { status: 200, body: { conversations: [] } })
})

test('error, message and status come through the PDS', { timeout: 30_000 }, async () => {
  const unknown = await proxied('blue.catbird.mls.noSuchMethod')
  assert.deepEqual([unknown.status, unknown.body.error], [501, 'MethodNotImplemented'])
  const invalid = await proxied(`${nsid}?limit=1000`)
  assert.deepEqual([invalid.status, invalid.body.error], [400, 'InvalidRequest'])
  assert.match(invalid.body.message, /limit/)
})
