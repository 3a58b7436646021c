// Attachments, retries, links, turns and what events tell, each by itself.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openRange, rangeOf, seal } from '../dist/attachments.js'
import { decodeContent, encodeContent } from '../dist/content.js'
import { leavers, turn } from '../dist/engine/reactions.js'
import { Receiver } from '../dist/engine/receive.js'
import { retrying, statedWait } from '../dist/engine/retry.js'
import { Sync } from '../dist/engine/sync.js'
import { told } from '../dist/engine/told.js'

import { seal as sealBytes } from '../dist/aead.js'
import { MlsRefusal } from '../dist/mls/index.js'
import { linkUrl, newPreviewKey, openPreview, parseLink, sealPreview } from '../dist/links.js'
import { toEvent } from '../dist/transports/events.js'
import { sse } from '../dist/transports/sse.js'
import { SILENCE_MS } from '../dist/transports/types.js'
import { websocket } from '../dist/transports/websocket.js'

const file = (length) => Uint8Array.from({ length }, (_, i) => i * 31 + (i >> 8))

test('attachments: every range is what was sealed, and lengths are padded', async () => {
  for (const size of [0, 1, 255, 65_536, 65_537, 200_000]) {
    const plain = file(size)
    const { sealed, secret } = await seal(plain)
    const attachment = { cid: 'cid', ...secret }
    for (const [start, length] of [[0, size], [0, 1], [size - 1, 1], [65_530, 10], [65_536, 1], [100, 150_000]]) {
      if (start < 0 || start >= size) continue
      const range = rangeOf(attachment, start, length)
      const parts = sealed.subarray(range.start, range.start + range.length)
      assert.equal(parts.length, range.length, `${size}: ${start}+${length}`)
      assert.deepEqual(await openRange(attachment, parts, range.first, start, range.end), plain.slice(start, start + length))
    }
  }
  const lengths = await Promise.all([10_001, 10_200].map(async (size) => (await seal(file(size))).sealed.length))
  assert.equal(lengths[0], lengths[1])
})

test('attachments: a changed, moved or missing part is refused', async () => {
  const { sealed, secret } = await seal(file(200_000))
  const attachment = { cid: 'cid', ...secret }
  const { start, length, first, end } = rangeOf(attachment, 0, 200_000)
  const parts = sealed.slice(start, start + length)
  const damaged = { code: 'DamagedAttachment' }
  const flipped = parts.slice()
  flipped[70_000] ^= 1
  await assert.rejects(openRange(attachment, flipped, first, 0, end), damaged)
  await assert.rejects(openRange(attachment, parts, 1, 65_536, end), damaged)
  await assert.rejects(openRange(attachment, parts.subarray(0, 65_552), first, 0, end), damaged)
})

test('contents: JSON as it was sent, and nothing of what is no such JSON', () => {
  const attachment = { cid: 'c', key: 'k', size: 1, part: 65_536 }
  const content = { text: 'hello', attachments: [attachment], data: { reply: 3 } }
  assert.deepEqual(decodeContent(encodeContent(content)), content)
  const odd = { text: 7, attachments: [{ cid: 'c' }, null, { ...attachment, part: 0 }] }
  assert.deepEqual(decodeContent(encodeContent(odd)), { attachments: [] })
  for (const bytes of [new Uint8Array([0xff]), new TextEncoder().encode('null'), new TextEncoder().encode('hello')]) {
    assert.deepEqual(decodeContent(bytes), {})
  }
})

const refusal = (status, message = 'no') =>
  new Response(JSON.stringify({ error: 'Some', message }), { status, headers: { 'content-type': 'application/json' } })

/** Calls an agent whose answers are given, in order. */
async function callWith(answers, patienceMs = 20_000) {
  let calls = 0
  const agent = { fetchHandler: async () => { const answer = answers[calls++]; if (answer instanceof Error) throw answer; return answer } }
  const start = Date.now()
  const call = retrying(agent, { patienceMs, signal: new AbortController().signal }).fetchHandler('/xrpc/x', {})
  return { outcome: await call.catch((error) => error), calls, ms: Date.now() - start }
}

test('retries: what passes is repeated, what does not is thrown at once', async () => {
  const passing = await callWith([new TypeError('fetch failed'), refusal(503), refusal(502), new Response('{}')])
  assert.equal(passing.outcome.status, 200)
  assert.equal(passing.calls, 4)
  for (const status of [400, 403, 404, 409, 501]) {
    const { outcome, calls } = await callWith([refusal(status), new Response('{}')])
    assert.deepEqual([outcome.status, calls], [status, 1])
    assert.equal((await outcome.json()).error, 'Some')
  }
})

test('retries: wait as long as the message says', async () => {
  const { ms, calls } = await callWith([refusal(429, 'too many: try again in 1 s'), new Response('{}')])
  assert.equal(calls, 2)
  assert.ok(ms >= 1000)
  assert.equal(statedWait('{"error":"RateLimitExceeded","message":"row: try again in 17 s"}'), 17_000)
  assert.equal(statedWait('{"error":"InvalidRequest","message":"text about try again in 17 s and more"}'), undefined)
})

test('retries: end with the patience', async () => {
  const { outcome, calls } = await callWith([refusal(503, 'full: try again in 60 s'), new Response('{}')], 5000)
  assert.deepEqual([outcome.status, calls], [503, 1])
})

const damaged = { code: 'DamagedLink' }

test('links: code and key are in the fragment, and what is damaged is refused', () => {
  const parts = { code: 'abcdefghijklmnopqrs-_0', key: newPreviewKey(), service: 'did:web:localhost%3A8080' }
  const url = linkUrl('https://chat.example/join?lang=en', parts)
  assert.match(url, /^https:\/\/chat\.example\/join\?lang=en#code=abcdefghijklmnopqrs-_0&key=[\w-]{43}&service=did:web:localhost%253A8080$/)
  assert.deepEqual(parseLink(url), parts)
  assert.deepEqual(parseLink(` ${url}\n`), parts, 'as it is pasted')
  assert.deepEqual(parseLink(url.replace('did:web', 'did%3Aweb')), parts, 'as some programs change it')
  const withoutKey = { code: parts.code, service: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa' }
  assert.equal(linkUrl('https://chat.example/', withoutKey), `https://chat.example/#code=${parts.code}&service=${withoutKey.service}`)
  assert.deepEqual(parseLink(linkUrl('https://chat.example/#old', withoutKey)), withoutKey)
  const texts = ['', 'tea', 'https://chat.example/join', url.replace('code=', 'c='), url.replace('_0&', '&'), url.slice(0, -30),
    url.replace('&key=', '&key=x'), url.replace('#', '?'), url.replace('service=did:', 'service=')]
  for (const text of texts) assert.throws(() => parseLink(text), damaged, text)
  assert.throws(() => linkUrl('no address', parts), TypeError)
})

test('links: previews are padded, and opened by their key for their conversation only', async () => {
  const key = newPreviewKey(), convoId = 'ab'.repeat(16)
  const info = { name: 'Tea', description: 'At four', picture: new Uint8Array([1, 2, 3]) }
  const sealed = await sealPreview(info, key, convoId)
  assert.deepEqual(await openPreview(sealed, key, convoId), info)
  for (const [other, id] of [[newPreviewKey(), convoId], [key, 'cd'.repeat(16)]]) {
    await assert.rejects(openPreview(sealed, other, id), damaged)
  }
  for (const malicious of ['null', '"text"', '{"picture":"?"}', 'no JSON', new Uint8Array([0xff, 0xfe])]) {
    const text = typeof malicious === 'string' ? new TextEncoder().encode(malicious) : malicious
    const preview = openPreview(await sealBytes(text, key, new TextEncoder().encode(`link ${convoId}`)), key, convoId)
    if (malicious === '"text"') assert.deepEqual(await preview, {})
    else await assert.rejects(preview, damaged, String(malicious))
  }
  const lengthOf = async (length) => (await sealPreview({ name: 'x'.repeat(length) }, key, convoId)).length
  assert.deepEqual([await lengthOf(1), await lengthOf(200), await lengthOf(1000)], [284, 284, 1024 + 28])
  assert.equal(await lengthOf(8164 - '{"name":""}'.length), 8192, 'what the service takes')
  await assert.rejects(lengthOf(8165 - '{"name":""}'.length), { code: 'PreviewTooLarge' })
})

/** Waits until promises that are settled have had their effect. */
const settled = () => new Promise((done) => setImmediate(done))

test('retries: an attempt ends in time, whatever the fetch handler does with its signal', async () => {
  const silences = {
    'no answer': async () => new Promise(() => {}),
    'no end of the answer': async () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) })),
  }
  for (const [name, fetchHandler] of Object.entries(silences)) {
    const call = (signal) => retrying({ fetchHandler }, { patienceMs: 0, callLimitMs: 50, signal }).fetchHandler('/xrpc/x', {})
    await assert.rejects(call(new AbortController().signal), { name: 'TimeoutError' }, name)
    const closed = new AbortController()
    setTimeout(() => closed.abort(), 5)
    await assert.rejects(retrying({ fetchHandler }, { patienceMs: 60_000, signal: closed.signal }).fetchHandler('/xrpc/x', {}), { name: 'AbortError' }, name)
  }
})

test('retries: bytes that take long are waited for while they make progress', async () => {
  const call = (fetchHandler, init = {}) =>
    retrying({ fetchHandler }, { patienceMs: 0, callLimitMs: 100, signal: new AbortController().signal }).fetchHandler('/xrpc/x', init)
  const later = (ms, value) => new Promise((done) => setTimeout(done, ms, value))
  /** An answer in chunks of so many bytes, one every `ms`. */
  const inChunks = (bytes, ms, count = Infinity) => async () => new Response(new ReadableStream({
    pull: async (controller) => { await later(ms); if (count-- > 0) controller.enqueue(new Uint8Array(bytes)); else controller.close() },
  }))
  const slowly = () => later(300, new Response('{}'))
  for (const body of [new Uint8Array(16_384), 'x'.repeat(16_384), new Blob([new Uint8Array(16_384)])]) {
    assert.equal((await call(slowly, { method: 'POST', body })).status, 200) // which at the least rate takes a second
  }
  await assert.rejects(call(slowly, { method: 'POST', body: '{}' }), { name: 'TimeoutError' })
  const answer = await call(inChunks(16_384, 50, 6))
  assert.equal((await answer.arrayBuffer()).byteLength, 6 * 16_384)

  const timed = async (fetchHandler) => {
    const start = Date.now()
    await assert.rejects(call(fetchHandler), { name: 'TimeoutError' })
    return Date.now() - start
  }
  assert.ok(await timed(inChunks(1, 20)) < 5000, 'drops make no progress')
  const stalling = async () => new Response(new ReadableStream({
    start: (controller) => controller.enqueue(new Uint8Array(1 << 20)), pull: () => new Promise(() => {}),
  }))
  assert.ok(await timed(stalling) < 5000, 'a minute for what has arrived is no minute for what does not')
})

/** Reads a stream to its end. Returns its failure. */
async function endOf(transport, options) {
  try {
    for await (const event of transport({ signal: new AbortController().signal, cursor: undefined, ...options })) assert.fail(event.kind)
  } catch (error) {
    return error
  }
}

test('server-sent events: a silent peer is given up, whatever the fetch handler does with its signal', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const silent = { 'no answer': () => new Promise(() => {}), 'no event': async () => new Response(new ReadableStream()) }
  for (const [name, fetchHandler] of Object.entries(silent)) {
    for (const close of [false, true]) {
      const closed = new AbortController()
      let ended = false
      const end = endOf(sse, { agent: { fetchHandler }, signal: closed.signal }).finally(() => { ended = true })
      await settled()
      if (close) closed.abort()
      else t.mock.timers.tick(SILENCE_MS)
      for (let i = 0; i < 20 && !ended; i++) await settled()
      assert.ok(ended, `${name}: the stream goes on${close ? ' after the client was closed' : ''}`)
      await end
    }
  }
})

test('WebSocket: a peer that does not answer is given up', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const real = globalThis.WebSocket
  t.after(() => { globalThis.WebSocket = real })
  globalThis.WebSocket = class { close() {} }
  const api = { call: async () => ({ ticket: 't', endpoint: 'ws://localhost/' }) }
  let end
  endOf(websocket, { api }).then((error) => { end = error })
  await settled()
  t.mock.timers.tick(60_000)
  for (let i = 0; i < 20 && !end; i++) await settled()
  assert.match(end?.message ?? 'it goes on', /could not be opened/)
})

test('sync: after an outdated connection it goes on from the cursor before it', async () => {
  const closed = new AbortController()
  const asked = []
  const state = {
    cursor: 'stored', convos: new Map(),
    step: async (work) => work({ setCursor: (cursor) => { state.cursor = cursor }, after: [] }),
  }
  const call = async (method, { cursor }) => {
    asked.push(cursor)
    if (asked.length === 2) closed.abort()
    return { cursor: `sync ${asked.length}`, convos: [], newConvos: [], removed: [], welcomes: [] }
  }
  const lines = ['connected', 'OutdatedCursor'].map((info) =>
    `data: ${JSON.stringify({ $type: 'blue.catbird.mls.streamConvoEvents#infoEvent', cursor: 'ahead', info })}\n\n`)
  const fetchHandler = async () => new Response(lines.join(''))
  await new Sync({
    state, api: { call }, agent: { fetchHandler }, signal: closed.signal, emit: () => {}, background: (work) => work(),
    options: { transports: ['sse'], random: () => 0 },
  }).run()
  assert.deepEqual(asked, ['stored', 'sync 1'])
})

test('turns: the lowest remaining leaf reacts at once, the others later', () => {
  const group = (ownLeaf) => ({ ownLeaf, leaves: ['did:plc:gone', 'did:plc:a', 'did:plc:b#phone'].map((credential, index) => ({ index, credential })) })
  assert.equal(turn(group(1), 'did:plc:gone', 0.9), 0)
  assert.equal(turn(group(2), 'did:plc:gone', 0), 5000)
  assert.equal(turn(group(2), 'did:plc:gone', 0.5), 6500)
  const large = { ownLeaf: 2, leaves: Array(4000).fill(group(1).leaves[1]) }
  const waits = [0.5, 0.9, 0.999].map((random) => turn(large, 'did:plc:gone', random))
  assert.equal(new Set(waits).size, 3, 'members of a large group do not all wait for the same time')
  assert.ok(waits.every((wait) => wait >= 5000 && wait < 600_000))
})

test('leavers: an erased account is the one of its leaf', () => {
  const group = { leaves: ['did:plc:a', 'did:plc:b#phone', 'did:plc:c'].map((credential, index) => ({ index, credential })) }
  const members = [
    { did: 'did:plc:a', leafIndex: 0 }, { did: 'did:erased:x', leafIndex: 1, pendingRemoval: true },
    { did: 'did:plc:c', leafIndex: 2, pendingRemoval: true }, { did: 'did:erased:y', leafIndex: 9, pendingRemoval: true },
  ]
  assert.deepEqual(leavers(members, group), ['did:plc:b', 'did:plc:c', 'did:erased:y'])
})

test('events: every kind of the lexicon is known, and an unknown one only moves the cursor', async () => {
  const lexicon = JSON.parse(await readFile(join(import.meta.dirname, '../../../lexicons/blue/catbird/mls/streamConvoEvents.json'), 'utf8'))
  const kinds = Object.keys(lexicon.defs).filter((name) => name.endsWith('Event'))
  assert.ok(kinds.length > 15)
  for (const kind of kinds) {
    // The body lacks fields, so that one whose schema is known is refused.
    assert.throws(() => toEvent({ $type: `blue.catbird.mls.streamConvoEvents#${kind}`, cursor: '1' }), undefined, kind)
  }
  const later = toEvent({ $type: 'blue.catbird.mls.streamConvoEvents#laterEvent', cursor: '7' })
  assert.deepEqual([later, told(later)], [{ kind: 'other', cursor: '7' }, undefined])
  const role = toEvent({ $type: 'blue.catbird.mls.subscribeConvoEvents#memberRoleEvent', cursor: '8', convoId: 'ab', did: 'did:plc:abc', role: 'admin' })
  assert.deepEqual(told(role), { type: 'role', convoId: 'ab', did: 'did:plc:abc', role: 'admin' })
})

// The service forgets the ids of messages that it removed long ago. A number is a position for ever.
test('reading on: after a long absence from a number, whatever was removed', async () => {
  const stored = [7, 8, 9]
  const refused = { process: async () => { throw new MlsRefusal('not for this test') } }
  const convos = new Map([['c', { record: { id: 'c', seq: 3, status: 'joined', leaving: [] }, group: refused }]])
  const step = { after: [], setConvo: (record, group) => convos.set(record.id, { record, group }) }
  const call = async (_, { sinceSeq, sinceMessage }) => {
    assert.equal(sinceMessage, undefined, 'an id of a message may be forgotten')
    const seqs = stored.filter((seq) => seq > sinceSeq).slice(0, 2)
    const messages = seqs.map((seq) => (
      { convoId: 'c', id: `m${seq}`, seq, epoch: 1, messageType: 'app', ciphertext: Uint8Array.of(seq) }))
    return { messages, cursor: seqs.at(-1) < stored.at(-1) ? `m${seqs.at(-1)}` : undefined, lastSeq: 12 }
  }
  const state = { convos, step: (work) => work(step), outByHash: () => undefined }
  const receiver = new Receiver({ api: { call }, state, outbox: { resolveUpTo() {} }, emit() {} })
  await receiver.catchUp('c')
  assert.equal(convos.get('c').record.seq, 9)
  assert.equal(step.after.length, 3, 'each message that is there was processed')
  await receiver.catchUp('c')
  assert.equal(convos.get('c').record.seq, 12, 'numbers whose messages were removed are passed over')
})
