import * as stream from '../lexicons/blue/catbird/mls/streamConvoEvents.js'
import { within } from '../queue.js'
import { readEvent } from './events.js'
import { SILENCE_MS, type Transport } from './types.js'

/** Server-sent events, through the PDS or directly, as the agent goes. */
export const sse: Transport = async function* ({ agent, proxy, cursor, signal }) {
  const query = cursor === undefined ? '' : `?${new URLSearchParams({ cursor })}`
  const over = new AbortController()
  const end = () => over.abort(signal.reason)
  signal.addEventListener('abort', end)
  try {
    const answer = await within(SILENCE_MS, [signal], (limit) => agent.fetchHandler(`/xrpc/${stream.$nsid}${query}`, {
      headers: {
        accept: 'text/event-stream',
        'accept-encoding': 'identity', // a PDS holds a compressed answer back until it ends
        ...(proxy && { 'atproto-proxy': proxy }),
      },
      signal: AbortSignal.any([limit, over.signal]),
    }))
    if (!answer.ok || !answer.body) throw new Error(`the stream was refused: ${answer.status} ${await answer.text()}`)
    for await (const data of readData(answer.body, over)) yield readEvent(data)
  } finally {
    signal.removeEventListener('abort', end)
  }
}

/** The data of each event (https://html.spec.whatwg.org/multipage/server-sent-events.html). Comments keep it alive. */
async function* readData(body: ReadableStream<Uint8Array>, over: AbortController): AsyncIterable<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>).getReader()
  const restart = () => setTimeout(() => over.abort(new Error('the stream is silent')), SILENCE_MS)
  // The reading ends here too, since not every fetch handler passes a signal on.
  over.signal.addEventListener('abort', () => { reader.cancel().catch(() => {}) })
  let rest = '', data: string[] = [], timer = restart()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      clearTimeout(timer)
      timer = restart()
      const lines = (rest + value).split('\n')
      rest = lines.pop()!
      for (const line of lines) {
        if (line.startsWith('data: ')) data.push(line.slice(6))
        if (line !== '' || data.length === 0) continue
        yield data.join('\n')
        data = []
      }
    }
  } finally {
    clearTimeout(timer)
    await reader.cancel().catch(() => {})
  }
}
