// A page of another origin that uses tickets in Chromium, with EventSource and with WebSocket.
import { Frame } from '@atproto/xrpc-server'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Account } from '../lib/account.mjs'
import { openPage } from '../lib/chromium.mjs'
import { Member } from '../lib/member.mjs'
import { startNetwork } from '../lib/network.mjs'
import { SUITE_1 } from '../mls/client.mjs'

const WAIT_LIMIT_MS = 60_000
let network, ada, ben, convoId

before(async () => {
  network = await startNetwork({ pdses: ['.north.test'], settings: { MLS_LOG_LEVEL: 'debug' } })
  const account = (name) => Account.create({ name, handle: name, pds: network.pdses[0], serviceDid: network.mlsd.did })
  ada = await Member.open(await account('Ada'), { suite: SUITE_1 })
  ben = await Member.open(await account('Ben'), { suite: SUITE_1 })
  convoId = (await ada.client.create([ben.did], { name: 'In a page' })).id
}, { timeout: 120_000 })
after(async () => {
  await Promise.all([ada?.close(), ben?.close()])
  await network?.stop()
}, { timeout: 60_000 })

/** What the page's streams have received: { EventSource, WebSocket }, each { opened, cursor, seqs, infos }. */
async function servePage(t) {
  const streams = {}
  for (const name of ['EventSource', 'WebSocket']) streams[name] = { opened: 0, seqs: [], infos: [] }
  const take = (stream, event) => {
    stream.cursor = event.cursor
    if (event.message) stream.seqs.push(event.message.seq)
    if (event.info) stream.infos.push(event.info)
  }
  const page = await readFile(join(import.meta.dirname, '../lib/page.html'))
  const answers = {
    async ticket(name) {
      const { ticket, endpoint } = await ben.account.procedure('getSubscriptionTicket', {})
      const url = name === 'WebSocket' ? endpoint : `${network.mlsd.url}/xrpc/blue.catbird.mls.streamConvoEvents`
      return { ticket, url, cursor: streams[name].cursor }
    },
    async report(name, request) {
      const { opened, id, data, frame } = await json(request)
      if (opened) streams[name].opened++
      if (data) {
        assert.equal(id, data.cursor)
        take(streams[name], data)
      }
      if (frame) take(streams[name], Frame.fromBytes(Uint8Array.from(frame)).body)
      return {}
    },
  }
  const server = createServer(async (request, response) => {
    const [, what, name] = request.url.split('/')
    if (request.method === 'GET') return response.setHeader('content-type', 'text/html').end(what === '' ? page : '')
    try {
      response.end(JSON.stringify(await answers[what](name, request)))
    } catch (error) {
      // Getting a ticket fails while the service is down. Any other failure is a mistake in this test.
      if (what !== 'ticket') streams.failure = error
      response.statusCode = 503
      response.end()
    }
  }).listen(0, '127.0.0.1')
  t.after(() => server.close().closeAllConnections())
  await once(server, 'listening')
  return { url: `http://localhost:${server.address().port}/`, streams }
}

test('a page misses nothing and sees nothing twice, through a restart', { timeout: 240_000 }, async (t) => {
  const { url, streams } = await servePage(t)
  const browser = await openPage(url)
  t.after(() => browser.stop())
  const both = [streams.EventSource, streams.WebSocket]
  const until = async (what, holds) => {
    for (const deadline = Date.now() + WAIT_LIMIT_MS; !both.every(holds); await sleep(20)) {
      await browser.check()
      if (streams.failure) throw streams.failure
      assert.ok(Date.now() < deadline, `${what}: ${JSON.stringify(streams)}`)
    }
  }
  let last = 0
  const say = async (n) => { for (let i = 0; i < n; i++) last = (await ada.say(convoId, `message ${i}`)).seq }

  await until('streams', ({ infos }) => infos.includes('connected'))
  await say(20)
  await until('what is said before', ({ seqs }) => seqs.at(-1) === last)
  // Do not wait for the last message before the stop and the first message after it.
  await say(5)
  await network.mlsd.restart()
  await say(20)
  // On the second connection, the page is told after the missed events that it has caught up.
  await until('what is said after', ({ seqs, infos, opened }) => seqs.at(-1) === last && opened === 2 && infos.at(-1) === 'live')

  for (const { seqs, infos } of both) {
    assert.deepEqual(seqs, Array.from({ length: last }, (_, i) => i + 1))
    assert.deepEqual(infos, ['connected', 'closing', 'connected', 'live'])
  }
})
