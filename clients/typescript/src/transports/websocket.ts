import { lexParse } from '@atproto/lex-json'
import * as mls from '../lexicons/blue/catbird/mls.js'
import { Channel } from '../queue.js'
import { toEvent } from './events.js'
import type { Transport } from './types.js'

/** Text frames of JSON, so that no CBOR is needed. */
const SUBPROTOCOL = 'xrpc.v1.json'
const OPEN_LIMIT_MS = 15_000
/** Heartbeats of WebSockets are hidden from scripts. So one without events for this long is opened again. */
const IDLE_MS = 5 * 60_000

interface Frame { $type: 'message' | 'error', payload?: { $type?: string, cursor?: string }, error?: string, message?: string }

/** A WebSocket directly to the service, with a ticket, since PDSes do not pass WebSockets on. */
export const websocket: Transport = async function* ({ api, cursor, signal }) {
  const { ticket, endpoint } = await api.call(mls.getSubscriptionTicket, {})
  const query = new URLSearchParams({ ticket, ...(cursor !== undefined && { cursor }) })
  const socket = new WebSocket(`${endpoint}?${query}`, SUBPROTOCOL)
  const frames = new Channel<string>()
  let opened = false
  // A peer that is gone does not answer the closing handshake, so the reading ends at once.
  const close = () => {
    socket.close()
    frames.push('')
  }
  let timer = setTimeout(close, OPEN_LIMIT_MS)
  socket.onopen = () => { opened = true }
  socket.onmessage = ({ data }) => {
    clearTimeout(timer)
    timer = setTimeout(close, IDLE_MS)
    frames.push(data as string)
  }
  socket.onerror = () => frames.close()
  socket.onclose = () => frames.push('')
  signal.addEventListener('abort', close)
  try {
    for (let frame = await frames.next(); frame; frame = await frames.next()) {
      const { $type, payload, error, message } = lexParse(frame) as unknown as Frame
      if ($type === 'error') throw new Error(`the stream ended: ${error}: ${message}`)
      if (payload) yield toEvent(payload)
    }
    if (!opened && !signal.aborted) throw new Error('the WebSocket could not be opened')
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', close)
    close()
  }
}
