// The page: two people with two devices each, and what the service sees of them in the middle. Elements are made by
// calls, never from HTML, so that no text of a message can become part of the page.
import type { Seen } from './wire.js'

/** The rows of the table of what the service saw that are kept. */
const MAX_ROWS = 60

type Child = Node | string

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name, attributes: Record<string, string> = {}, ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...children)
  return made
}

/** One device: its messages, a line about its state, and a field to write in. */
export class DeviceView {
  readonly root: HTMLElement
  readonly #log = element('div', { class: 'messages', role: 'log', tabindex: '0' })
  readonly #state = element('p', { class: 'state' }, 'starting')
  readonly #field = element('input', { type: 'text', autocomplete: 'off', maxlength: '2000', placeholder: 'Message' })
  readonly #button = element('button', { type: 'submit' }, 'Send')

  constructor(readonly label: string, device: string, send: (text: string) => void) {
    this.#log.setAttribute('aria-label', `Messages on ${label}`)
    this.#field.setAttribute('aria-label', `Message from ${label}`)
    const form = element('form', {}, this.#field, this.#button)
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      const text = this.#field.value.trim()
      if (text) send(text)
      this.#field.value = ''
    })
    this.root = element('section', { class: `device ${device}`, 'aria-label': label, 'data-device': label },
      element('h3', {}, device), this.#state, this.#log, form)
    this.enable(false)
  }

  enable(on: boolean): void {
    this.#field.disabled = this.#button.disabled = !on
  }

  /** Whether the person may write in the conversation. */
  mayWrite(may: boolean): void {
    this.enable(may)
    this.#field.placeholder = may ? 'Message' : 'Only admins write here'
  }

  focus(): void {
    this.#field.focus()
  }

  state(text: string): void {
    this.#state.textContent = text
  }

  message(from: string, text: string, own: boolean): void {
    this.#line(own ? 'own' : 'other', element('b', {}, from), ` ${text}`)
  }

  /** Something that is no message, such as a change of members. */
  note(text: string): void {
    this.#line('note', text)
  }

  clear(): void {
    this.#log.replaceChildren()
  }

  #line(kind: string, ...children: Child[]): void {
    this.#log.append(element('p', { class: kind }, ...children))
    this.#log.scrollTop = this.#log.scrollHeight
  }
}

/** The table of what the service sees. */
export class ServiceView {
  readonly root: HTMLElement
  readonly #rows = element('tbody')

  constructor() {
    const heads = ['account', 'call', 'content', 'epoch', 'number', 'bytes']
    const table = element('table', {}, element('caption', {}, 'Newest first. No text of a message is ever among it.'),
      element('thead', {}, element('tr', {}, ...heads.map((text) => element('th', { scope: 'col' }, text)))), this.#rows)
    this.root = element('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'Calls, newest first' }, table)
  }

  add({ who, method, framing, epoch, number, bytes, error }: Seen): void {
    const cells = [who, method, error ?? (framing.join(', ') || '–'), epoch ?? '', number ?? '', bytes || '']
    this.#rows.prepend(element('tr', error ? { class: 'error' } : {}, ...cells.map((cell) => element('td', {}, `${cell}`))))
    while (this.#rows.rows.length > MAX_ROWS) this.#rows.deleteRow(-1)
  }
}

/** A button for a story. It is off while the story runs. */
export function storyButton(name: string, about: string, run: () => Promise<void>, failed: (error: unknown) => void): HTMLElement {
  const button = element('button', { type: 'button', title: about }, name)
  button.addEventListener('click', async () => {
    button.disabled = true
    await run().catch(failed)
    button.disabled = false
  })
  return element('li', {}, button, element('span', {}, about))
}
