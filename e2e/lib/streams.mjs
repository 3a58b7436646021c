// Streams as the service sends them, for tests of their form: the client library has its own transports. Each is an
// endless sequence of events: { kind: 'messageEvent', cursor, message } and so on, as defined in the lexicons, with bytes
// as Uint8Array. When a connection ends, the sequence opens a new one with its last cursor. It ends when `signal` is
// aborted.
import { Lexicons, jsonToLex } from '@atproto/lexicon'
import { Subscription } from '@atproto/xrpc-server'
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { lexicons } from './lexicons.mjs'

const SSE = 'blue.catbird.mls.streamConvoEvents'
const WEBSOCKET = 'blue.catbird.mls.subscribeConvoEvents'
const RETRY_MS = 250
const MAX_FAILURES = 200 // in a row

const lex = new Lexicons(lexicons)

export const withCursor = (path, cursor) => (cursor ? `${path}?cursor=${encodeURIComponent(cursor)}` : path)

/**
 * Server-sent events. `open(cursor, signal)` makes the request and `onAnswer` gets each answer. If `retry` is false,
 * the sequence ends with the first connection.
 */
export async function* serverSentEvents({ open, cursor, signal, retry = true, onAnswer = () => {} }) {
  for (let failures = 0; !signal.aborted && failures < MAX_FAILURES; failures++) {
    try {
      const answer = await open(cursor, signal)
      if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`)
      onAnswer(answer)
      for await (const { id, data } of readEvents(answer.body)) {
        failures = 0
        if (id !== undefined) cursor = id
        yield event(SSE, jsonToLex(JSON.parse(data)))
      }
    } catch (error) {
      if (signal.aborted) return
      if (!retry || !isTemporary(error)) throw error
    }
    if (!retry) return
    await sleep(RETRY_MS, undefined, { signal }).catch(() => {})
  }
  assert.ok(signal.aborted, 'no connection lasted')
}

/**
 * Failures that end by themselves: the service restarts, the PDS does not reach it, or a token is from the second in
 * which the service started (401).
 */
const isTemporary = ({ name, message }) => name === 'TypeError' || /^(401|502|503) /.test(message)

/** The events in a body (https://html.spec.whatwg.org/multipage/server-sent-events.html) without the comments. */
export async function* readEvents(body) {
  let rest = '', id, data = []
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split('\n')
    rest = lines.pop()
    for (const line of lines) {
      if (line.startsWith('id: ')) id = line.slice(4)
      if (line.startsWith('data: ')) data.push(line.slice(6))
      if (line !== '' || data.length === 0) continue
      yield { id, data: data.join('\n') }
      data = []
    }
  }
}

/**
 * Frames of a WebSocket, read by the client in @atproto/xrpc-server. `ticket()` returns a new ticket for each
 * connection. `convoIds` limits the events to these conversations.
 */
export async function* frames({ ticket, convoIds, cursor, signal, heartbeatIntervalMs, onReconnectError }) {
  const { endpoint } = await ticket() // all tickets name the same endpoint
  const subscription = new Subscription({
    service: new URL(endpoint).origin,
    method: WEBSOCKET,
    signal,
    heartbeatIntervalMs,
    maxReconnectSeconds: RETRY_MS / 1000,
    onReconnectError,
    getParams: async () => ({ ticket: (await withRetries(ticket, signal)).ticket, ...(cursor && { cursor }), ...(convoIds && { convoIds }) }),
    validate: (value) => event(WEBSOCKET, value),
  })
  try {
    for await (const one of subscription) {
      cursor = one.cursor
      yield one
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** Repeats the call while the service is down, as serverSentEvents does. */
async function withRetries(call, signal) {
  for (let failures = 0; ; failures++) {
    try {
      return await call()
    } catch (error) {
      if (signal.aborted) return
      // XrpcClient reports status 1 for a failed connection.
      if (failures === MAX_FAILURES || ![1, 401, 502, 503].includes(error.status)) throw error
    }
    await sleep(RETRY_MS, undefined, { signal }).catch(() => {})
  }
}

/** Validates an event against its lexicon. */
function event(nsid, { $type, ...body }) {
  const [from, kind] = $type.split('#')
  assert.equal(from, nsid)
  const checked = lex.validate(`${nsid}#${kind}`, { $type, ...body })
  if (!checked.success) throw checked.error
  return { kind, ...body }
}
