// Streams through a real PDS, and streams that the client of @atproto/xrpc-server reads.
import { lexToJson } from '@atproto/lexicon'
import { XRPCError } from '@atproto/xrpc'
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rename } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { Account } from '../lib/account.mjs'
import { Device } from '../lib/device.mjs'
import { DirectAccount } from '../lib/direct.mjs'
import { startNetwork } from '../lib/network.mjs'
import { frames, serverSentEvents, withCursor } from '../lib/streams.mjs'
import { SUITE_1 } from '../mls/client.mjs'

const SOON_MS = 60_000 // a PDS that buffers would deliver only at the end of the stream, which does not come
const CUT_MS = 30_000 // a PDS closes a connection on which nothing arrives for this long
const MAX_PROXIED = 9 * 1024 * 1024

const convoId = randomBytes(16).toString('hex')
let network, ada, ben

before(async () => {
  network = await startNetwork({ pdses: ['.north.test'] })
  const options = { implementation: 'ts-mls', suite: SUITE_1 }
  ada = await Device.open(await DirectAccount.create({ name: 'Ada', network }), options)
  const account = await Account.create({ name: 'Ben', handle: 'ben', pds: network.pdses[0], serviceDid: network.mlsd.did })
  ben = await Device.open(account, options)
  await ben.publish(2)
  await ada.create(convoId, [account], { name: 'Streams' })
}, { timeout: 120_000 })
after(async () => {
  await Promise.all([ada?.close(), ben?.close()])
  await network?.stop()
}, { timeout: 60_000 })

/** The next event of a sequence. Fails if none comes within `ms`. */
const next = async (events, ms = SOON_MS) => {
  const { value, done } = await Promise.race([events.next(), sleep(ms, undefined, { ref: false }).then(() => {
    throw new Error(`nothing came within ${ms} ms`)
  })])
  assert.ok(!done, 'the sequence has ended')
  return value
}

/** The kinds of events up to and including the one that `last` accepts. */
async function upTo(events, last) {
  const all = []
  do all.push(await next(events)); while (!last(all.at(-1)))
  return all
}

const isInfo = (info) => (event) => event.kind === 'infoEvent' && event.info === info
const isMessage = (seq) => ({ kind, message }) => kind === 'messageEvent' && message.seq === seq
const seqsOf = (events) => events.filter(({ kind }) => kind === 'messageEvent').map(({ message }) => message.seq)
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i)
const say = (size) => ada.say(convoId, 'x'.repeat(size))

/** A signal that ends a sequence when the test ends. */
function until(t) {
  const abort = new AbortController()
  t.after(() => abort.abort())
  return abort.signal
}

/** A cursor for the current end of the stream. */
async function position() {
  const { cursor } = await ben.account.procedure('sync', { positions: [] })
  return cursor
}

const encodings = { 'gzip': 'gzip', 'gzip among others': 'br, gzip, deflate', 'no compression': 'identity' }

for (const [title, accepted] of Object.entries(encodings)) {
  test(`through the PDS events come one by one, ${title}`, { timeout: 240_000 }, async (t) => {
    const signal = until(t)
    const headers = { 'accept-encoding': accepted }
    let encoding
    const events = serverSentEvents({
      signal,
      open: () => ben.account.stream('streamConvoEvents', { headers, signal }),
      onAnswer: (answer) => { encoding = answer.headers.get('content-encoding') },
    })
    assert.ok(isInfo('connected')(await next(events)))
    assert.equal(encoding, accepted === 'identity' ? null : 'gzip')
    for (let i = 0; i < 3; i++) {
      const { seq } = await say(10)
      assert.ok(isMessage(seq)(await next(events)))
    }
  })
}

test('a quiet stream shows that it lives before a PDS would cut it', { timeout: 150_000 }, async (t) => {
  const signal = until(t)
  const beats = {}
  const reading = Object.values(encodings).map(async (accepted) => {
    const answer = await ben.account.stream('streamConvoEvents', { headers: { 'accept-encoding': accepted }, signal })
    beats[accepted] = 0
    for await (const text of answer.body.pipeThrough(new TextDecoderStream())) if (text.endsWith(':\n\n')) beats[accepted]++
    throw new Error('the stream has ended')
  })
  const socket = await openSocket(t)
  beats.socket = 0
  socket.on('ping', () => beats.socket++)
  reading.push(once(socket, 'close').then(() => { throw new Error('the WebSocket was closed') }))
  const ended = Promise.all(reading).catch((error) => { if (!signal.aborted) throw error })
  await Promise.race([sleep(CUT_MS + 5000), ended])
  for (const [name, n] of Object.entries(beats)) assert.ok(n >= 2, `${n} heartbeats: ${name}`)
})

async function openSocket(t, parameters = {}) {
  const { ticket, endpoint } = await ada.account.procedure('getSubscriptionTicket', {})
  const socket = new WebSocket(`${endpoint}?${new URLSearchParams({ ticket, ...parameters })}`)
  t.after(() => socket.terminate())
  await once(socket, 'open')
  return socket
}

test('a WebSocket answers pings', { timeout: 30_000 }, async (t) => {
  const socket = await openSocket(t)
  socket.ping('there?')
  const [data] = await once(socket, 'pong')
  assert.equal(data.toString(), 'there?')
})

for (const accepted of ['gzip', 'identity']) {
  test(`more than a PDS lets through in one answer comes in several, ${accepted}`, { timeout: 240_000 }, async (t) => {
    const signal = until(t)
    const answers = []
    const events = serverSentEvents({
      signal,
      cursor: await position(),
      open: (cursor) => ben.account.stream(withCursor('streamConvoEvents', cursor), { headers: { 'accept-encoding': accepted }, signal }),
      onAnswer: ({ headers }) => answers.push({ encoding: headers.get('content-encoding'), bytes: 0, last: undefined }),
    })
    const got = [await next(events)]
    const { seq: first } = await say(500_000)
    // Receive the events live, and then again as a replay after reconnecting.
    for (let i = 1; i < 30; i++) await say(500_000)
    got.push(...await upTo(recordAnswers(events, answers), isMessage(first + 29)))

    assert.deepEqual(seqsOf(got), range(first, first + 29))
    assert.ok(answers.length >= 3, `${answers.length} answers`)
    for (const { bytes, last, encoding } of answers.slice(0, -1)) {
      assert.ok(bytes < MAX_PROXIED && bytes > MAX_PROXIED / 2, `${bytes} bytes`)
      assert.ok(isInfo('closing')(last))
      assert.equal(encoding, accepted === 'gzip' ? 'gzip' : null)
    }
    const endings = got.flatMap((event, i) => (isInfo('closing')(event) ? [[event.cursor, got[i - 1].cursor]] : []))
    assert.equal(endings.length, answers.length - 1)
    for (const [cursor, before] of endings) assert.equal(cursor, before, 'it ends with the cursor of its last event')
  })
}

/** Records for each answer roughly how many bytes it carried, and its last event. */
async function* recordAnswers(events, answers) {
  for await (const event of events) {
    answers.at(-1).bytes += JSON.stringify(lexToJson(event)).length
    answers.at(-1).last = event
    yield event
  }
}

const socketEvents = (signal, options) =>
  frames({ signal, ticket: () => ada.account.procedure('getSubscriptionTicket', {}), ...options })

test('a subscription replays, says when it has caught up, and goes on', { timeout: 240_000 }, async (t) => {
  const cursor = await position()
  const { seq: first } = await say(10)
  for (let i = 1; i < 20; i++) await say(10)
  const signal = until(t)
  const failures = []
  const events = socketEvents(signal, { cursor, convoIds: [convoId], heartbeatIntervalMs: 500, onReconnectError: (error) => failures.push(error) })
  const replayed = await upTo(events, isInfo('live'))
  assert.ok(isInfo('connected')(replayed[0]))
  assert.deepEqual(seqsOf(replayed), range(first, first + 19))
  assert.equal(replayed.at(-1).cursor, replayed.at(-2).cursor, 'the marker stands behind what was replayed')

  // The client pings, and would close the connection if it got no answer.
  const coming = next(events)
  await sleep(2500)
  const { seq } = await say(10)
  assert.ok(isMessage(seq)(await coming))
  assert.deepEqual(failures, [])
})

test('a subscription that reads too slowly is told so and goes on from its last cursor', { timeout: 240_000 }, async (t) => {
  const signal = until(t)
  const events = socketEvents(signal)
  assert.ok(isInfo('connected')(await next(events)))
  const { seq: first } = await say(1_500_000)
  for (let i = 1; i < 24; i++) await say(1_500_000)
  const got = []
  const refusal = await (async () => { for (;;) got.push(await next(events)) })().catch((error) => error)
  assert.ok(refusal instanceof XRPCError, refusal)
  assert.equal(refusal.error, 'ConsumerTooSlow')
  assert.match(refusal.message, /go on from the last cursor/)
  assert.ok(got.length > 0 && got.length < 24, `${got.length} events`)

  const rest = await upTo(socketEvents(signal, { cursor: got.at(-1).cursor }), isMessage(first + 23))
  assert.deepEqual(seqsOf([...got, ...rest]), range(first, first + 23))
})

test('a cursor of a database that was taken back is refused in a frame, and then outdated', { timeout: 240_000 }, async (t) => {
  const signal = until(t)
  const data = network.mlsd.dir
  await network.mlsd.restart(() => promisify(execFile)('cp', ['-a', data, `${data}.before`]))
  for (let i = 0; i < 50; i++) await say(10)
  const cursor = await position()
  await network.mlsd.restart(async () => {
    await rename(data, `${data}.lost`)
    await rename(`${data}.before`, data)
  })

  await assert.rejects(next(socketEvents(signal, { cursor })), (error) => {
    assert.ok(error instanceof XRPCError, error)
    assert.equal(error.error, 'FutureCursor')
    return true
  })
  const events = socketEvents(signal, { cursor })
  assert.ok(isInfo('connected')(await next(events)))
  assert.ok(isInfo('OutdatedCursor')(await next(events)))
  const { seq } = await say(10)
  assert.ok(isMessage(seq)(await next(events)))
})
