// The service behind nginx with the shipped configuration, for clients and for a PDS.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { Account } from '../lib/account.mjs'
import { DirectAccount } from '../lib/direct.mjs'
import { Member, ways } from '../lib/member.mjs'
import { startNetwork } from '../lib/network.mjs'
import { searchFiles } from '../lib/search.mjs'
import { secrets } from '../lib/secrets.mjs'
import { SUITE_1 } from '../mls/client.mjs'

const MIB = 1024 * 1024
const nsid = (method) => `blue.catbird.mls.${method}`
let network, ada, ben, convoId

before(async () => {
  network = await startNetwork({ pdses: ['.north.test'], proxy: true, settings: { MLS_LOG_LEVEL: 'debug' } })
  const open = async (name) => {
    const account = await Account.create({ name, handle: name, pds: network.pdses[0], serviceDid: network.mlsd.did })
    return Member.open(account, { suite: SUITE_1, transports: ['sse'] })
  }
  ada = await open('Ada')
  ben = await open('Ben')
}, { timeout: 120_000 })
after(async () => {
  await Promise.all([ada?.close(), ben?.close()])
  await network?.stop()
}, { timeout: 60_000 })

test('events come one by one, over each way of listening', { timeout: 120_000 }, async (t) => {
  convoId = (await ada.client.create([ben.did], { name: 'Behind nginx' })).id
  for (const [name, way] of Object.entries(ways)) {
    await t.test(name, async () => {
      await ben.reopen({ direct: false, ...way })
      await ben.follows()
      if (name === 'direct') await ben.joins(convoId)
      for (let i = 0; i < 3; i++) {
        await ada.say(convoId, `${name} ${i}`)
        await ben.until(`message ${i}`, () => ben.heard.at(-1) === `${name} ${i}`)
      }
    })
  }
  assert.deepEqual(ben.heard, Object.keys(ways).flatMap((name) => [0, 1, 2].map((i) => `${name} ${i}`)))
})

test('the largest blob passes, one byte more is refused in the form of the service', { timeout: 120_000 }, async () => {
  const account = await DirectAccount.create({ name: 'Cleo', network })
  const upload = async (size) => {
    const init = { method: 'POST', body: randomBytes(size), headers: { 'content-type': 'application/octet-stream' } }
    const answer = await account.fetch(`/xrpc/${nsid('uploadBlob')}`, init)
    return { status: answer.status, ...await answer.json() }
  }
  const { status, blob } = await upload(50 * MIB)
  assert.deepEqual([status, blob.size], [200, 50 * MIB])
  const refused = await upload(50 * MIB + 1)
  assert.deepEqual([refused.status, refused.error], [413, 'BlobTooLarge'])
})

test('the largest body reaches the service, one byte more is refused in its form', { timeout: 120_000 }, async () => {
  const account = await DirectAccount.create({ name: 'Dan', network })
  const described = await fetch(`${network.mlsd.url}/xrpc/${nsid('describeService')}`)
  const { limits: { requestBody } } = await described.json()
  const send = async (size) => {
    const body = `{"convoId":"${'0'.repeat(size - 14)}"}`
    assert.equal(body.length, size)
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json' } }
    const answer = await account.fetch(`/xrpc/${nsid('addMembers')}`, init)
    return { status: answer.status, ...await answer.json() }
  }
  const { status, error, message } = await send(requestBody)
  assert.deepEqual([status, error], [400, 'InvalidRequest'])
  assert.match(message, /required/)
  const refused = await send(requestBody + 1)
  assert.deepEqual([refused.status, refused.error], [413, 'PayloadTooLarge'])
})

test('more streams than an ordinary nginx has connections for', { timeout: 240_000 }, async () => {
  const end = new AbortController()
  const opened = []
  try {
    for (let i = 0; i < 100; i++) {
      const account = await DirectAccount.create({ name: `Eve${i}`, network })
      for (let j = 0; j < 4; j++) {
        const answer = await account.fetch(`/xrpc/${nsid('streamConvoEvents')}`, { signal: end.signal })
        assert.equal(answer.status, 200)
        opened.push(answer.body.getReader())
      }
    }
    // All streams are open, and the service still answers others.
    for (const stream of opened) assert.ok((await stream.read()).value?.length > 0)
    await ada.account.query('getConvos', {})
  } finally {
    end.abort()
  }
})

test('a ticket is written down nowhere, not even while the service is away', { timeout: 120_000 }, async () => {
  const { ticket } = await ada.account.procedure('getSubscriptionTicket', {})
  const use = async (method) => {
    const answer = await fetch(`${network.mlsd.url}/xrpc/${nsid(method)}?ticket=${ticket}`)
    await answer.body?.cancel()
    return answer.status
  }
  await network.mlsd.restart(async () => {
    assert.equal(await use('streamConvoEvents'), 502)
    assert.equal(await use('subscribeConvoEvents'), 502)
  })
  assert.equal(await use('streamConvoEvents'), 200)
  assert.equal(await use('streamConvoEvents'), 401)

  const lines = (await network.nginx.accessLog()).trimEnd().split('\n')
  for (const method of ['streamConvoEvents', 'subscribeConvoEvents', 'sync', 'sendMessage']) {
    assert.ok(lines.some((line) => line.includes(` /xrpc/${nsid(method)} `)), method)
  }
  for (const line of lines) for (const part of ['ticket', 'cursor', convoId]) assert.ok(!line.includes(part), line)
  // The logs are searched for everything that was used, here and whenever the network stops.
  assert.ok(secrets.has(ticket))
  for (const folder of [network.logs, network.mlsd.dir]) assert.deepEqual((await searchFiles(folder, [...secrets])).found, [])
})
