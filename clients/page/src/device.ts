// A device of a person: a client with a storage of its own in this browser.
import { Client, IndexedDbStorage, tsMls, type ClientEvent, type Message, type Mls } from '../../typescript/dist/index.js'
import type { Account } from './account.js'
import { sockets } from './sockets.js'
import { observe, type Seen } from './wire.js'

export interface DeviceEvents {
  seen(seen: Seen): void
  message(device: Device, message: Message): void
  event(device: Device, event: ClientEvent): void
  failed(device: Device, error: unknown): void
}

export class Device {
  client!: Client
  /** True while the connection of this device is cut. */
  cut = false
  #ended = new AbortController()
  private mls!: Mls

  private constructor(readonly account: Account, readonly name: string, readonly service: string, private readonly events: DeviceEvents) {}

  /** Opens the device that this browser has, or makes a new one. */
  static async open(account: Account, name: string, service: string, events: DeviceEvents): Promise<Device> {
    const device = new Device(account, name, service, events)
    await device.start()
    return device
  }

  get label(): string {
    return `${this.account.name}’s ${this.name}`
  }

  /** Name of the storage. It ends with a number that grows when the device loses its state. */
  get storageName(): string {
    const key = `${this.account.did} ${this.name}`
    return `${key} ${localStorage.getItem(key) ?? '0'}`
  }

  async start(): Promise<void> {
    this.mls = await tsMls()
    this.client = await Client.open({
      did: this.account.did, fetch: (path, init) => this.#call(path, init ?? {}), storage: await IndexedDbStorage.open(this.storageName),
      device: this.name, mls: this.mls, keyPackages: 5, onEvent: (event) => this.events.event(this, event),
    })
    this.#read().catch((error: unknown) => this.events.failed(this, error))
  }

  async #read(): Promise<void> {
    for await (const message of this.client.messages()) this.events.message(this, message)
  }

  async #call(path: string, init: RequestInit): Promise<Response> {
    if (this.cut) throw new TypeError('the connection is cut')
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${await this.account.token(this.service, path.split('/')[2].split('?')[0])}`)
    const signal = init.signal ? AbortSignal.any([init.signal, this.#ended.signal]) : this.#ended.signal
    const response = await fetch(path, { ...init, headers, signal })
    this.events.seen(await observe(this.account.name, path, init, response))
    if (path.endsWith('getSubscriptionTicket') && response.ok) sockets.expect((await response.clone().json()).ticket, this)
    return response
  }

  /** Cuts the connection, or mends it. */
  setCut(cut: boolean): void {
    this.cut = cut
    if (!cut) return
    this.#ended.abort(new TypeError('the connection is cut'))
    this.#ended = new AbortController()
    sockets.close(this)
  }

  /** Loses the state of the device, as a phone that falls into the sea, and opens it anew. */
  async lose(): Promise<void> {
    await this.client.close()
    const key = `${this.account.did} ${this.name}`
    localStorage.setItem(key, `${Number(localStorage.getItem(key) ?? '0') + 1}`)
    await this.start()
  }

  /** While `work` runs, this device encrypts the secrets of its commits wrongly: nobody else can apply them. */
  async sabotage(work: () => Promise<void>): Promise<void> {
    const { hpke } = (this.mls as unknown as { cs: { hpke: { seal(...args: unknown[]): Promise<{ ct: Uint8Array, enc: Uint8Array }> } } }).cs
    const seal = hpke.seal
    hpke.seal = async (...args) => {
      const { ct, enc } = await seal.apply(hpke, args)
      const isPath = new TextDecoder('latin1').decode(args[2] as Uint8Array).includes('MLS 1.0 UpdatePathNode')
      return { enc, ct: ct.map((byte, i) => (isPath && i === 0 ? byte ^ 1 : byte)) }
    }
    try {
      await work()
    } finally {
      hpke.seal = seal
    }
  }
}
