import type { Changes, Storage } from './types.js'

/** Keeps everything in memory, for tests and for devices that exist as long as a process. */
export class MemoryStorage implements Storage {
  readonly #values = new Map<string, unknown>()

  async get(key: string): Promise<unknown> {
    return structuredClone(this.#values.get(key))
  }

  async list(prefix: string): Promise<[string, unknown][]> {
    const found = [...this.#values].filter(([key]) => key.startsWith(prefix)).sort(byKey)
    return structuredClone(found)
  }

  async write(changes: Changes): Promise<void> {
    for (const [key, value] of changes) {
      if (value === undefined) this.#values.delete(key)
      else this.#values.set(key, structuredClone(value))
    }
  }

  /** The values stay, so that another client may be opened with this object. */
  async close(): Promise<void> {}
}

export const byKey = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : a > b ? 1 : 0)
