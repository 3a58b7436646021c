import { base64 } from '../bytes.js'
import * as mls from '../lexicons/blue/catbird/mls.js'
import { Mutex, pause } from '../queue.js'
import type { Changes } from '../storage/types.js'
import type { Engine } from './engine.js'
import { keys, type PackageRecord } from './records.js'

const DAY = 86_400
const LIFETIME_DAYS = 30
/** Welcomes wait for devices that are offline. So private parts stay longer than their packages are valid. */
const KEPT_DAYS = 120
const CLOCK_SKEW = 3600
const CHECK_MS = 12 * 3600 * 1000

/** Keeps a stock of key packages at the service, with one of last resort that is replaced in time. */
export class KeyPackages {
  readonly #mutex = new Mutex()

  constructor(private readonly engine: Engine) {}

  /** Looks after the stock for as long as the client is open. */
  async keep(): Promise<void> {
    const { signal } = this.engine
    for (;;) {
      await pause(CHECK_MS, signal)
      if (signal.aborted) return
      await this.replenish().catch((error) => this.engine.emit({ type: 'error', error }))
    }
  }

  /** Publishes what is missing, and deletes what nobody can use any more. */
  replenish(): Promise<void> {
    return this.#mutex.run(async () => {
      const { api, state, mls: library, options } = this.engine
      const now = Math.floor(Date.now() / 1000)
      await this.#deleteOld(now)
      const { devices } = await api.call(mls.getKeyPackageStats, { cipherSuite: library.suite })
      const stock = devices.find(({ deviceId }) => deviceId === state.device.id)?.suites[0]
      const wanted = options.keyPackages - (stock ? stock.available + stock.leased : 0)
      const ordinary = wanted >= options.keyPackages / 2 ? wanted : 0
      const lastResort = (stock?.lastResort ?? 0) === 0 || !await this.#hasFreshLastResort(now) ? 1 : 0
      if (ordinary + lastResort > 0) await this.#publish(ordinary, lastResort, now)
    })
  }

  /** Halfway through its life, the package of last resort gets a successor. */
  async #hasFreshLastResort(now: number): Promise<boolean> {
    const packages = await this.engine.state.storage.list('package/') as [string, PackageRecord][]
    return packages.some(([, { lastResort, notAfter }]) => lastResort && notAfter > now + LIFETIME_DAYS / 2 * DAY)
  }

  /** The private parts are in storage before anybody can use the packages. */
  async #publish(ordinary: number, lastResort: number, now: number): Promise<void> {
    const { api, state, mls: library } = this.engine
    const identity = { credential: state.device.credential, keys: state.device.keys }
    const lifetime = { notBefore: now - CLOCK_SKEW, notAfter: now + LIFETIME_DAYS * DAY }
    const changes: Changes = new Map()
    const items = []
    for (let i = 0; i < ordinary + lastResort; i++) {
      const isLast = i >= ordinary
      const { ref, message, secret } = await library.keyPackage(identity, lifetime, isLast)
      const record: PackageRecord = { secret, lastResort: isLast, notAfter: lifetime.notAfter }
      changes.set(keys.keyPackage(ref), record)
      items.push({ keyPackage: base64(message), cipherSuite: library.suite })
    }
    await state.storage.write(changes)
    const { errors } = await api.call(mls.publishKeyPackages, { keyPackages: items })
    if (errors?.length) throw new Error(`the service refused ${errors.length} key packages: ${errors[0].message}`)
  }

  async #deleteOld(now: number): Promise<void> {
    const { storage } = this.engine.state
    const packages = await storage.list('package/') as [string, PackageRecord][]
    const old = packages.filter(([, { notAfter }]) => notAfter + KEPT_DAYS * DAY < now)
    if (old.length > 0) await storage.write(new Map(old.map(([key]) => [key, undefined])))
  }
}
