// Who asks a person to take part in a conversation, and whom the person has blocked, with the buttons that answer.
import type { Client } from '../../typescript/dist/index.js'
import { element } from './view.js'

/** Does what a button says, and returns what the page says about it. */
type Action = () => Promise<string>

export class ContactsView {
  readonly root: HTMLElement
  readonly #list = element('ul')

  constructor(private readonly name: string, private readonly say: (text: string) => void) {
    this.root = element('div', { class: 'contacts', role: 'group', 'aria-label': `Requests to ${name}`, tabindex: '-1', 'aria-live': 'polite' }, this.#list)
  }

  /** Shows what the service knows now. `nameOf` gives the name of an account. */
  async look(client: Client, nameOf: (did: string) => string): Promise<void> {
    const [requests, blocks] = await Promise.all([client.requests(), client.blocks()])
    const again = () => this.look(client, nameOf)
    this.#list.replaceChildren(
      ...requests.map(({ conversation, addedBy = '' }) => this.#line(nameOf(addedBy), 'would like to talk to you.', again, {
        Accept: () => conversation.accept().then(() => `${this.name} has accepted, and reads what was said since the request.`),
        Decline: () => conversation.decline().then(() => `${this.name} has declined: it looks as if ${this.name} had left.`),
        Block: async () => {
          await client.block(addedBy)
          await conversation.decline()
          return `${this.name} has blocked ${nameOf(addedBy)}, who is not told.`
        },
      })),
      ...blocks.map(({ did }) => this.#line(nameOf(did), 'is blocked.', again, {
        Unblock: () => client.unblock(did).then(() => `${this.name} has unblocked ${nameOf(did)}.`),
      })),
    )
  }

  #line(who: string, text: string, again: () => Promise<void>, actions: Record<string, Action>): HTMLElement {
    const buttons = Object.entries(actions).map(([word, action]) => {
      const button = element('button', { type: 'button', 'aria-label': `${word} ${who}` }, word)
      button.addEventListener('click', async () => {
        for (const other of buttons) other.disabled = true
        this.root.focus() // the button goes
        await action().then(this.say, (error: unknown) => this.say(`This failed: ${error instanceof Error ? error.message : error}`))
        await again()
      })
      return button
    })
    return element('li', {}, element('span', {}, `${who} ${text}`), ...buttons)
  }
}
