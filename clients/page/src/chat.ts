// Two people with a phone and a laptop each, in one conversation.
import type { ClientEvent, Conversation, Message } from '../../typescript/dist/index.js'
import { Account } from './account.js'
import { Device } from './device.js'
import { DeviceView, ServiceView } from './view.js'

/** The first begins the conversation. */
const PEOPLE = ['Ada', 'Ben']
const DEVICES = ['phone', 'laptop']
/** Where the id of the conversation is kept, for the next time that the page is opened. */
const CONVO_KEY = 'conversation'

export class Chat {
  readonly service = new ServiceView()
  readonly views = new Map<string, DeviceView>()
  readonly #devices = new Map<string, Device>()
  #convoId = ''
  #waiting: { what: (device: Device, event: ClientEvent) => boolean, done: () => void }[] = []

  constructor(readonly say: (text: string) => void) {
    for (const name of PEOPLE) {
      for (const device of DEVICES) {
        const label = `${name}’s ${device}`
        this.views.set(label, new DeviceView(label, device, (text) => this.#send(label, text)))
      }
    }
  }

  /** Opens all devices, and the conversation of the last time or a new one. */
  async open(): Promise<void> {
    const service = (await (await fetch('/xrpc/blue.catbird.mls.describeService')).json()).did as string
    const accounts = await Promise.all(PEOPLE.map((name) => Account.open(name)))
    const events = {
      seen: (seen: Parameters<ServiceView['add']>[0]) => this.service.add(seen),
      message: (device: Device, message: Message) => this.#message(device, message),
      event: (device: Device, event: ClientEvent) => this.#event(device, event),
      failed: (device: Device, error: unknown) => this.view(device).state(String(error)),
    }
    await Promise.all(accounts.flatMap((account) => DEVICES.map(async (name) => {
      const device = await Device.open(account, name, service, events)
      this.#devices.set(device.label, device)
    })))
    await this.#converse(accounts.slice(1).map(({ did }) => did))
    for (const device of this.#devices.values()) {
      await this.joined(device)
      this.view(device).enable(true)
    }
    this.say('Ready: write on any device.')
  }

  /** Ada’s phone begins the conversation with all other devices, unless there is one already. */
  async #converse(dids: string[]): Promise<void> {
    const phone = this.device('Ada', 'phone')
    this.#convoId = localStorage.getItem(CONVO_KEY) ?? ''
    const known = await phone.client.conversations()
    if (!known.some(({ id, status }) => id === this.#convoId && status === 'joined')) {
      this.#convoId = (await phone.client.create(dids)).id
      localStorage.setItem(CONVO_KEY, this.#convoId)
    }
  }

  device(name: string, device: string): Device {
    return this.#devices.get(`${name}’s ${device}`)!
  }

  convo(name: string, device: string): Conversation {
    return this.device(name, device).client.conversation(this.#convoId)
  }

  view(device: Device): DeviceView {
    return this.views.get(device.label)!
  }

  /** Resolves when the device is in the conversation. */
  async joined(device: Device): Promise<void> {
    const status = () => device.client.conversation(this.#convoId).status === 'joined'
    while (!status()) await this.#until((which, { type }) => which === device && type !== 'progress')
    this.view(device).state(`in the group, epoch ${device.client.conversation(this.#convoId).epoch}`)
  }

  /** Resolves when the device is no longer in the conversation. */
  async ended(device: Device): Promise<void> {
    while (device.client.conversation(this.#convoId).status !== 'ended') await this.#until((which) => which === device)
  }

  /** Resolves when each of these devices has joined again. */
  async rejoined(labels: string[]): Promise<void> {
    await Promise.all(labels.map((label) => this.#until((device, { type }) => device.label === label && type === 'rejoined')))
  }

  #until(what: (device: Device, event: ClientEvent) => boolean): Promise<void> {
    return new Promise((done) => this.#waiting.push({ what, done }))
  }

  #send(label: string, text: string): void {
    const device = this.#devices.get(label)
    if (!device) return
    device.client.conversation(this.#convoId).send(text).catch((error: unknown) => this.view(device).state(String(error)))
  }

  #message(device: Device, { convoId, sender, own, text }: Message): void {
    if (convoId !== this.#convoId || text === undefined) return
    const name = [...this.#devices.values()].find(({ account }) => account.did === sender.did)?.account.name ?? sender.did
    const [, from = ''] = sender.credential.split('#')
    this.view(device).message(own ? 'You' : `${name} (${from})`, text, own)
  }

  #event(device: Device, event: ClientEvent): void {
    const view = this.view(device)
    if (event.type === 'connection') view.state(event.transport === 'none' ? 'offline' : `online by ${event.transport}`)
    if ('convoId' in event && event.convoId === this.#convoId) {
      if (event.type === 'epoch') view.state(`in the group, epoch ${event.epoch}`)
      if (event.type === 'rejoined') view.note(`joined again; messages ${event.fromSeq + 1} to ${event.toSeq - 1} are not readable here`)
      if (event.type === 'conversation') view.note({ joined: 'is in the group', left: 'has left', removed: 'was removed' }[event.change])
    }
    const due = this.#waiting.filter(({ what }) => what(device, event))
    this.#waiting = this.#waiting.filter((waiting) => !due.includes(waiting))
    for (const { done } of due) done()
  }
}
