/** Runs pieces of work one after the other. */
export class Mutex {
  #turn: Promise<unknown> = Promise.resolve()

  run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => {})
    return turn
  }
}

/** A mutex for each key. A mutex that nobody waits for takes no memory. */
export class Mutexes {
  readonly #held = new Map<string, { mutex: Mutex, users: number }>()

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const entry = this.#held.get(key) ?? { mutex: new Mutex(), users: 0 }
    this.#held.set(key, entry)
    entry.users++
    try {
      return await entry.mutex.run(work)
    } finally {
      if (--entry.users === 0) this.#held.delete(key)
    }
  }
}

/** Values that are read in order by one reader, who waits for the next. */
export class Channel<T> {
  readonly #values: T[] = []
  #wake?: () => void
  #closed = false

  push(value: T): void {
    this.#values.push(value)
    this.#wake?.()
  }

  /** Ends the waiting. Values that are in the channel stay in it. */
  close(): void {
    this.#closed = true
    this.#wake?.()
  }

  get length(): number {
    return this.#values.length
  }

  /** The next value, or undefined when the channel is closed. */
  async next(): Promise<T | undefined> {
    while (!this.#closed && this.#values.length === 0) await new Promise<void>((wake) => { this.#wake = wake })
    return this.#closed ? undefined : this.#values.shift()
  }
}

/** Waits, and returns early without an error when the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}

/**
 * Runs `work` for `ms` at most, and not longer than until one of the signals is aborted. It ends then whether `work`
 * heeds the signal that it gets or not: not every fetch handler passes a signal on. By `extend`, work that makes progress
 * gets more time from that moment on.
 */
export async function within<T>(
  ms: number, signals: AbortSignal[], work: (signal: AbortSignal, extend: (ms: number) => void) => Promise<T>,
): Promise<T> {
  const ended = new AbortController()
  const end = () => ended.abort(signals.find(({ aborted }) => aborted)?.reason)
  let timer: ReturnType<typeof setTimeout> | undefined
  const extend = (more: number) => {
    clearTimeout(timer)
    if (!over) timer = setTimeout(() => ended.abort(new DOMException(`nothing for ${Math.round(more)} ms`, 'TimeoutError')), more)
  }
  let over = false
  extend(ms)
  const aborted = new Promise<never>((_, reject) => {
    ended.signal.addEventListener('abort', () => reject(ended.signal.reason))
  })
  try {
    for (const signal of signals) signal.addEventListener('abort', end)
    if (signals.some(({ aborted }) => aborted)) end()
    return await Promise.race([work(ended.signal, extend), aborted])
  } finally {
    over = true
    clearTimeout(timer)
    for (const signal of signals) signal.removeEventListener('abort', end)
  }
}
