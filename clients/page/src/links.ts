// A link to the conversation: the button that makes one, and the field of somebody who joins by it.
import { element } from './view.js'

/** Makes a link when its button is pressed, and shows it to be copied. */
export class InviteView {
  readonly root: HTMLElement

  /** `make` returns the link. */
  constructor(name: string, make: () => Promise<string>, failed: (error: unknown) => void) {
    const button = element('button', { type: 'button' }, 'Invite link')
    const field = element('input', { type: 'text', readonly: '', 'aria-label': `Link that ${name} has made`, hidden: '' })
    button.addEventListener('click', async () => {
      button.disabled = true
      try {
        field.value = await make()
        field.hidden = false
        field.focus()
        field.select()
      } catch (error) {
        failed(error)
      }
      button.disabled = false
    })
    this.root = element('div', { class: 'invite' }, button, field)
  }
}

/** The field in which somebody enters a link. A link that has opened the page is in the field already. */
export class JoinView {
  readonly root: HTMLElement

  constructor(name: string, join: (url: string) => Promise<void>, failed: (error: unknown) => void) {
    const field = element('input', { type: 'text', autocomplete: 'off', 'aria-label': `Join by link, as ${name}`, placeholder: 'Link' })
    if (location.hash) field.value = location.href
    const button = element('button', { type: 'submit' }, 'Join by link')
    this.root = element('form', {}, field, button)
    this.root.addEventListener('submit', async (event) => {
      event.preventDefault()
      button.disabled = true
      await join(field.value).catch(failed)
      button.disabled = false
    })
  }

  /** A member needs no link. */
  hide(): void {
    this.root.hidden = true
  }
}
