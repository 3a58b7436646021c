/** Changes to a storage: values by key, and undefined where a key is removed. */
export type Changes = Map<string, unknown>

/**
 * Where a device keeps its state. Values are what the structured clone algorithm takes: objects, arrays, Uint8Array,
 * bigint. They contain private keys, so the place must be as private as those.
 *
 * One client uses a storage at a time. If two did, both would use the same keys of the ratchets twice.
 */
export interface Storage {
  /** The value of a key, or undefined. */
  get(key: string): Promise<unknown>
  /** All entries whose keys begin with `prefix`, in the order of their keys. */
  list(prefix: string): Promise<[string, unknown][]>
  /**
   * Writes all changes or none, and returns when they survive a crash of the process. Later reads see them.
   * Calls take effect in their order.
   */
  write(changes: Changes): Promise<void>
  /** Ends the use of this storage, so that another client may open it. */
  close(): Promise<void>
}

/** Another client uses the storage. */
export class StorageInUse extends Error {
  override name = 'StorageInUse'
}
