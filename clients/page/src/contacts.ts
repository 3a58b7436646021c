// The requests to a person and the accounts that the person has blocked, with the buttons that answer.
import type { Client } from '../../typescript/dist/index.js'
import { element } from './view.js'

/** Does what a button says, and returns what the page says about it. */
type Action = () => Promise<string>

export class ContactsView {
  readonly root: HTMLElement
  readonly #list = element('ul')
  /** The lines that are shown, by what they are about. */
  #lines = new Map<string, HTMLElement>()
  #looks = 0

  constructor(private readonly name: string, private readonly say: (text: string) => void) {
    this.root = element('div', { class: 'contacts', role: 'group', 'aria-label': `Requests to ${name}`, tabindex: '-1', 'aria-live': 'polite' }, this.#list)
  }

  /** Shows what the service knows now. `nameOf` gives the name of an account. */
  async look(client: Client, nameOf: (did: string) => string): Promise<void> {
    const look = ++this.#looks
    const [requests, blocks] = await Promise.all([client.requests(), client.blocks()])
    if (look !== this.#looks) return // a later look has newer answers
    const lines = new Map<string, HTMLElement>()
    const show = (key: string, did: string, text: string, actions: Record<string, Action>) =>
      lines.set(key, this.#lines.get(key) ?? this.#line(nameOf(did), text, () => this.look(client, nameOf), actions))
    for (const { conversation, addedBy = '' } of requests) {
      show(`request ${conversation.id}`, addedBy, 'would like to talk to you.', {
        Accept: () => conversation.accept().then(() => `${this.name} has accepted, and reads what was said since the request.`),
        Decline: () => conversation.decline().then(() => `${this.name} has declined: it looks as if ${this.name} had left.`),
        Block: async () => {
          await client.block(addedBy)
          await conversation.decline()
          return `${this.name} has blocked ${nameOf(addedBy)}, who is not told.`
        },
      })
    }
    for (const { did } of blocks) {
      show(`block ${did}`, did, 'is blocked.', {
        Unblock: () => client.unblock(did).then(() => `${this.name} has unblocked ${nameOf(did)}.`),
      })
    }
    this.#show(lines)
  }

  /** Lines that stay are not touched, so that a button which has the focus keeps it. */
  #show(lines: Map<string, HTMLElement>): void {
    for (const [key, line] of this.#lines) if (!lines.has(key)) line.remove()
    for (const [i, line] of [...lines.values()].entries()) {
      if (this.#list.children[i] !== line) this.#list.insertBefore(line, this.#list.children[i] ?? null)
    }
    this.#lines = lines
  }

  #line(who: string, text: string, again: () => Promise<void>, actions: Record<string, Action>): HTMLElement {
    const buttons = Object.entries(actions).map(([word, action]) => {
      const button = element('button', { type: 'button', 'aria-label': `${word} ${who}` }, word)
      button.addEventListener('click', async () => {
        for (const other of buttons) other.disabled = true
        this.root.focus() // the button goes
        try {
          this.say(await action())
        } catch (error) {
          this.say(`This failed: ${error instanceof Error ? error.message : error}`)
          for (const other of buttons) other.disabled = false
        }
        await again()
      })
      return button
    })
    return element('li', {}, element('span', {}, `${who} ${text}`), ...buttons)
  }
}
