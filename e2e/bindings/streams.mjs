// Reads the two streams as client libraries do, and validates each event against its lexicon.
import { Lexicons, jsonToLex } from '@atproto/lexicon'
import { Subscription } from '@atproto/xrpc-server'
import { lexicons } from '../lib/lexicons.mjs'

const SSE = 'blue.catbird.mls.streamConvoEvents'
const SOCKET = 'blue.catbird.mls.subscribeConvoEvents'
const lex = new Lexicons(lexicons)

/** The events of streamConvoEvents with the account's token, parsed as the HTML standard demands. */
export async function* events(account, params, signal) {
  const response = await account.fetch(`/xrpc/${SSE}?${new URLSearchParams(params)}`, { headers: { accept: 'text/event-stream' } })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  account.called.add(SSE)
  const reader = response.body.getReader()
  signal.addEventListener('abort', () => reader.cancel().catch(() => {}))
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return
    const blocks = (text + decoder.decode(value, { stream: true })).split('\n\n')
    text = blocks.pop()
    for (const block of blocks) {
      const data = block.split('\n').filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trimStart())
      if (data.length === 0) continue
      const event = jsonToLex(JSON.parse(data.join('\n')))
      const { success, error } = lex.validate(event.$type, event)
      if (!success) throw error
      if (!event.$type.startsWith(`${SSE}#`)) throw new Error(`the event ${event.$type} is not one of ${SSE}`)
      yield event
    }
  }
}

/** The events of subscribeConvoEvents, from the address that came with a ticket. */
export async function* frames(account, endpoint, params, signal) {
  const subscription = new Subscription({
    service: new URL(endpoint).origin,
    method: SOCKET,
    signal,
    getParams: () => params,
    validate: (event) => {
      lex.assertValidXrpcMessage(SOCKET, event)
      return event
    },
  })
  account.called.add(SOCKET)
  yield* subscription
}
