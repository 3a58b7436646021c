import { StorageInUse, type Changes, type Storage } from './types.js'

const STORE = 'state'

/**
 * Keeps everything in an IndexedDB database of the page's origin. A write is one transaction of strict durability.
 * Where the browser has Web Locks, a second open of the same name is refused with StorageInUse until the first is
 * closed or its page has gone.
 */
export class IndexedDbStorage implements Storage {
  static async open(name = 'mls'): Promise<IndexedDbStorage> {
    const unlock = await lock(`mls-storage ${name}`)
    try {
      const opening = indexedDB.open(name, 1)
      opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
      return new IndexedDbStorage(await done(opening), unlock)
    } catch (error) {
      unlock()
      throw error
    }
  }

  private constructor(private readonly database: IDBDatabase, private readonly unlock: () => void) {}

  get(key: string): Promise<unknown> {
    return done(this.#read().get(key))
  }

  async list(prefix: string): Promise<[string, unknown][]> {
    const store = this.#read()
    const range = prefix === '' ? undefined : IDBKeyRange.bound(prefix, prefix + '\uffff')
    const [keys, values] = await Promise.all([done(store.getAllKeys(range)), done(store.getAll(range))])
    return keys.map((key, i) => [key as string, values[i]])
  }

  write(changes: Changes): Promise<void> {
    const transaction = this.database.transaction(STORE, 'readwrite', { durability: 'strict' })
    const store = transaction.objectStore(STORE)
    for (const [key, value] of changes) {
      if (value === undefined) store.delete(key)
      else store.put(value, key)
    }
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(transaction.error)
    })
  }

  async close(): Promise<void> {
    this.database.close()
    this.unlock()
  }

  #read(): IDBObjectStore {
    return this.database.transaction(STORE, 'readonly').objectStore(STORE)
  }
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/** Takes a lock of the origin, or throws StorageInUse. Returns the function that gives it back. */
function lock(name: string): Promise<() => void> {
  if (!globalThis.navigator?.locks) return Promise.resolve(() => {})
  return new Promise((resolve, reject) => {
    navigator.locks.request(name, { ifAvailable: true }, (granted) => {
      if (!granted) return reject(new StorageInUse('another page uses this storage'))
      return new Promise<void>((release) => resolve(release))
    }).catch(reject)
  })
}
