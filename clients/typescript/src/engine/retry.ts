// Repeats calls that fail for a while: the network, a restart of the service, rates. Every write of the client can be
// repeated: it has an idempotencyKey or changes nothing the second time. A second createJoinLink makes a second link,
// and nobody knows the code of the first.
import type { Agent } from '@atproto/lex-client'
import { concat, source } from '../bytes.js'
import { pause, within } from '../queue.js'

const CALL_LIMIT_MS = 30_000
/** Bytes have at least this rate, in bytes per millisecond. The service allows the same for bodies that it receives. */
const LEAST_RATE = 16_384 / 1000
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 15_000
/** The service refuses tokens of the second in which it started; a session may have to be refreshed. */
const UNAUTHORIZED_TRIES = 2

export interface RetryOptions {
  /** For how long a call is repeated, in milliseconds. After that its last failure is thrown. */
  patienceMs: number
  /** Ends the calls that are under way. */
  signal: AbortSignal
  /**
   * How long one attempt may take, in milliseconds, besides the time that its bytes need at the least rate; and how long
   * it may be without progress while the answer arrives. Half a minute if absent.
   */
  callLimitMs?: number
}

/** An agent whose calls are repeated. Bodies must be text or bytes, so that they can be sent again. */
export function retrying(agent: Agent, { patienceMs, signal, callLimitMs = CALL_LIMIT_MS }: RetryOptions): Agent {
  return {
    did: agent.did,
    async fetchHandler(path, init) {
      const deadline = Date.now() + patienceMs + transferMs(sizeOf(init.body))
      for (let tries = 1; ; tries++) {
        const outcome = await attempt(agent, path, init, signal, callLimitMs)
        const wait = waitAfter(outcome, tries)
        if (wait === undefined || signal.aborted || Date.now() + wait > deadline) {
          if (outcome instanceof Response) return outcome
          throw outcome
        }
        if (outcome instanceof Response) await outcome.body?.cancel()
        await pause(wait, signal)
      }
    },
  }
}

/** One call with its whole answer, or why there is none. */
async function attempt(agent: Agent, path: `/${string}`, init: RequestInit, signal: AbortSignal, limitMs: number): Promise<Response | Error> {
  const signals = init.signal ? [signal, init.signal] : [signal]
  try {
    return await within(limitMs + transferMs(sizeOf(init.body)), signals, async (limit, extend) => {
      const answer = await agent.fetchHandler(path, { ...init, signal: limit })
      // A body that is cut belongs to the attempt. Large bodies are answers of getBlob, which are wanted whole too.
      const body = await readBody(answer, limitMs, extend)
      const text = answer.status < 400 ? undefined : new TextDecoder().decode(body)
      const copy = new Response(answer.status === 204 ? null : body, { status: answer.status, headers: answer.headers })
      return text === undefined ? copy : Object.assign(copy, { retryAfterMs: statedWait(text) })
    })
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

const transferMs = (bytes: number): number => bytes / LEAST_RATE

const sizeOf = (body: RequestInit['body']): number => {
  const { length, byteLength, size } = (body ?? {}) as { length?: number, byteLength?: number, size?: number }
  return byteLength ?? size ?? length ?? 0
}

/** Reads a body for as long as it makes progress, and at the least rate altogether. */
async function readBody(answer: Response, limitMs: number, extend: (ms: number) => void): Promise<Uint8Array<ArrayBuffer>> {
  const begin = Date.now()
  const chunks: Uint8Array[] = []
  let received = 0
  extend(limitMs)
  // A runtime without streams of answers, such as React Native, has no body.
  if (!answer.body) return source(new Uint8Array(await answer.arrayBuffer()))
  for (const reader = answer.body.getReader(); ; ) {
    const { done, value } = await reader.read()
    if (done) break
    chunks.push(value)
    received += value.length
    extend(Math.min(limitMs, begin + limitMs + transferMs(received) - Date.now()))
  }
  return source(concat(chunks))
}

/** The wait that the message of a 429 or 503 states, in milliseconds. A PDS drops the header Retry-After. */
export function statedWait(body: string): number | undefined {
  const found = /try again in ([0-9]+) s["\\]/.exec(body)
  return found ? Number(found[1]) * 1000 : undefined
}

/** How long to wait before the call is repeated, or undefined if repeating it does not help. */
function waitAfter(outcome: Response | Error, tries: number): number | undefined {
  const backOff = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1)) * (0.5 + Math.random() / 2)
  if (!(outcome instanceof Response)) return outcome.name === 'AbortError' ? undefined : backOff
  const { status } = outcome
  if (status === 401) return tries < UNAUTHORIZED_TRIES ? 1000 : undefined
  if (status !== 429 && status !== 408 && status < 500 || status === 501) return undefined
  const stated = (outcome as Response & { retryAfterMs?: number }).retryAfterMs
  return stated === undefined ? backOff : stated + Math.random() * 1000
}
