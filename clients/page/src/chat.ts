// Two people with a phone and a laptop each, in one conversation, and a third one who may join it by a link.
import type { ClientEvent, Conversation, Message } from '../../typescript/dist/index.js'
import { Account } from './account.js'
import { ContactsView } from './contacts.js'
import { Device } from './device.js'
import { InviteView, JoinView } from './links.js'
import { DeviceView, ServiceView } from './view.js'

/** The first begins the conversation. */
const PEOPLE = ['Ada', 'Ben']
const DEVICES = ['phone', 'laptop']
/** Has one device, which comes when a story needs a stranger, and is shown when she joins by a link. */
const STRANGER = 'Cleo'
/** Shown by a link to whoever has it. */
const PREVIEW = { name: 'Two people, four devices' }
/** Where the id of the conversation is kept, for the next time that the page is opened. */
const CONVO_KEY = 'conversation'

export class Chat {
  readonly service = new ServiceView()
  readonly views = new Map<string, DeviceView>()
  readonly contacts = new Map<string, ContactsView>()
  readonly invite: InviteView
  readonly join: JoinView
  readonly #devices = new Map<string, Device>()
  #convoId = ''
  #serviceDid = ''
  #waiting: { what: (device: Device, event: ClientEvent) => boolean, done: () => void }[] = []

  constructor(readonly say: (text: string) => void, failed: (error: unknown) => void) {
    this.invite = new InviteView('Ada', () => this.#makeLink(), failed)
    this.join = new JoinView(STRANGER, (url) => this.#joinByLink(url), failed)
    for (const name of PEOPLE) {
      this.contacts.set(name, new ContactsView(name, say))
      for (const device of DEVICES) this.#addView(name, device)
    }
    this.#addView(STRANGER, DEVICES[0])
    this.strangersView.root.hidden = true
  }

  get strangersView(): DeviceView {
    return this.views.get(`${STRANGER}’s ${DEVICES[0]}`)!
  }

  #addView(name: string, device: string): void {
    const label = `${name}’s ${device}`
    this.views.set(label, new DeviceView(label, device, (text) => this.#send(label, text)))
  }

  /** Opens all devices, and the conversation of the last time or a new one. */
  async open(): Promise<void> {
    this.#serviceDid = (await (await fetch('/xrpc/blue.catbird.mls.describeService')).json()).did as string
    const accounts = await Promise.all(PEOPLE.map((name) => Account.open(name)))
    await Promise.all(accounts.flatMap((account) => DEVICES.map((name) => this.#openDevice(account, name))))
    await this.#converse(accounts.slice(1).map(({ did }) => did))
    for (const device of this.#devices.values()) {
      await this.joined(device)
      await this.#rights(device)
    }
    for (const name of PEOPLE) {
      // Strangers have to ask.
      await this.device(name, 'phone').client.setContactPreferences({ acceptFrom: 'known', acceptGroupInvitesFrom: 'known' })
      await this.#look(name)
    }
    const members = await this.convo('Ada', 'phone').members()
    if (members.some(({ did }) => Account.nameOf(did) === STRANGER)) await this.#isIn(await this.stranger())
    this.say('Ready: write on any device.')
  }

  async #openDevice(account: Account, name: string): Promise<Device> {
    const device = await Device.open(account, name, this.#serviceDid, {
      seen: (seen: Parameters<ServiceView['add']>[0]) => this.service.add(seen),
      message: (device: Device, message: Message) => this.#message(device, message),
      event: (device: Device, event: ClientEvent) => this.#event(device, event),
      failed: (device: Device, error: unknown) => this.view(device).state(String(error)),
    })
    this.#devices.set(device.label, device)
    return device
  }

  /** The device of somebody whom nobody here knows. */
  async stranger(): Promise<Device> {
    return this.device(STRANGER, DEVICES[0]) ?? this.#openDevice(await Account.open(STRANGER), DEVICES[0])
  }

  async #makeLink(): Promise<string> {
    const { url } = await this.convo('Ada', 'phone').createLink(`${location.origin}/`, { preview: PREVIEW })
    this.say('Ada has made a link: whoever has it can join.')
    return url
  }

  async #joinByLink(url: string): Promise<void> {
    const device = await this.stranger()
    const link = device.client.link(url)
    const { preview, memberCount } = await link.preview()
    this.say(`The link leads to “${preview?.name}” with ${memberCount} members. ${STRANGER} joins …`)
    const { id } = await link.join()
    if (id !== this.#convoId) return this.say(`${STRANGER} has joined a conversation that this page does not show.`)
    await this.#isIn(device)
    this.strangersView.focus()
    this.say(`${STRANGER} has joined by the link. What was said before stays unreadable for her.`)
  }

  /** Shows the device of the stranger, who is a member now. */
  async #isIn(device: Device): Promise<void> {
    this.join.hide()
    this.strangersView.root.hidden = false
    await this.joined(device)
    await this.#rights(device)
  }

  /** Who may write is what the service says: the role of the account, and the policy of the conversation. */
  async #rights(device: Device): Promise<void> {
    const { role, policy } = await device.client.conversation(this.#convoId).details()
    this.view(device).mayWrite(role === 'admin' || policy?.sendMessages !== 'admins')
  }

  async #look(name: string): Promise<void> {
    await this.contacts.get(name)?.look(this.device(name, 'phone').client, Account.nameOf)
  }

  /** Ada’s phone begins the conversation with all other devices, unless there is one already. */
  async #converse(dids: string[]): Promise<void> {
    const phone = this.device('Ada', 'phone')
    this.#convoId = localStorage.getItem(CONVO_KEY) ?? ''
    const known = await phone.client.conversations()
    if (!known.some(({ id, status }) => id === this.#convoId && status === 'joined')) {
      // The two have no conversation yet in which they know each other.
      for (const name of PEOPLE) await this.device(name, 'phone').client.setContactPreferences({ acceptFrom: 'all' })
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
    if (text === undefined) return
    const name = Account.nameOf(sender.did)
    const [, from = ''] = sender.credential.split('#')
    const isHere = convoId === this.#convoId
    const where = isHere ? from : 'another conversation'
    this.view(device).message(own && isHere ? 'You' : `${own ? 'You' : name} (${where})`, text, own)
  }

  #event(device: Device, event: ClientEvent): void {
    const view = this.view(device)
    if (event.type === 'connection') view.state(event.transport === 'none' ? 'offline' : `online by ${event.transport}`)
    if ('convoId' in event && event.convoId === this.#convoId) {
      if (event.type === 'epoch') view.state(`in the group, epoch ${event.epoch}`)
      if (event.type === 'rejoined') view.note(`joined again; messages ${event.fromSeq + 1} to ${event.toSeq - 1} are not readable here`)
      if (event.type === 'policy') view.note(event.policy.sendMessages === 'admins' ? 'only admins write from now on' : 'everybody writes')
      if (event.type === 'policy' || event.type === 'role') this.#rights(device).catch((error: unknown) => view.state(String(error)))
      if (event.type === 'conversation') view.note({ joined: 'is in the group', left: 'has left', removed: 'was removed' }[event.change])
    }
    const isAbout = ['request', 'requestEnded', 'accepted'].includes(event.type) && device.name === 'phone'
    if (isAbout) this.#look(device.account.name).catch((error: unknown) => view.state(String(error)))
    const due = this.#waiting.filter(({ what }) => what(device, event))
    this.#waiting = this.#waiting.filter((waiting) => !due.includes(waiting))
    for (const { done } of due) done()
  }
}
