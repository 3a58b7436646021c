// The service sees of a call the method, and of MLS objects the framing. Nothing here has keys.

/** What the service has seen of one call. */
export interface Seen {
  /** Name of the account; the service has its DID. */
  who: string
  method: string
  /** Framing of the MLS objects in the call, such as PrivateMessage. */
  framing: string[]
  epoch?: number
  /** The number that the service gave to the message. */
  number?: number
  bytes: number
  /** The error of the answer, if it is one. */
  error?: string
}

/** The wire formats of an MLSMessage by their number (RFC 9420, section 6). */
const FORMATS = ['', 'PublicMessage', 'PrivateMessage', 'Welcome', 'GroupInfo', 'KeyPackage']

const PREFIX = '/xrpc/blue.catbird.mls.'

/** What the service sees of a call and its answer. Calls that only ask have no framing. */
export async function observe(who: string, path: string, init: RequestInit, response: Response): Promise<Seen> {
  const method = path.slice(PREFIX.length).split('?')[0]
  const bytes = init.body ? await new Response(init.body).arrayBuffer().then((buffer) => new Uint8Array(buffer)) : new Uint8Array()
  const isJson = (new Headers(init.headers).get('content-type') ?? '').includes('json')
  const body = isJson ? new TextDecoder().decode(bytes) : ''
  const seen: Seen = { who, method, framing: framings(body), bytes: bytes.length }
  if (!(response.headers.get('content-type') ?? '').includes('json')) return seen
  const answer = await response.clone().json().catch(() => ({}))
  const input = body.startsWith('{') ? JSON.parse(body) : {}
  seen.epoch = first(input.epoch, answer.newEpoch, answer.epoch, answer.convo?.epoch, answer.conversation?.epoch)
  seen.number = first(answer.seq)
  if (!response.ok) seen.error = answer.error
  else if (answer.success === false) seen.error = 'lost the race'
  return seen
}

const first = (...values: unknown[]) => values.find((value) => typeof value === 'number') as number | undefined

/** The framing of the MLSMessages in a body. In base64 each begins with version 1 and the first byte of its format. */
function framings(body: string): string[] {
  const found = new Set<string>()
  for (const [, start] of body.matchAll(/"(AAEA[\w+/]{4})/g)) {
    const format = FORMATS[atob(start).charCodeAt(3)]
    if (format) found.add(format)
  }
  return [...found]
}
