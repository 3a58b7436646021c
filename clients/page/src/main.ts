// Fills the page.
import { Chat } from './chat.js'
import { stories } from './stories.js'
import { element, storyButton } from './view.js'

const status = document.getElementById('status')!
const failed = (error: unknown) => { status.textContent = `This failed: ${error instanceof Error ? error.message : error}` }
const chat = new Chat((text) => { status.textContent = text }, failed)

for (const name of ['Ada', 'Ben']) {
  const views = ['phone', 'laptop'].map((device) => chat.views.get(`${name}’s ${device}`)!.root)
  document.getElementById(name.toLowerCase())!.append(chat.contacts.get(name)!.root, ...views)
}
document.getElementById('service')!.append(chat.service.root)
document.getElementById('ada')!.append(chat.invite.root)
document.getElementById('cleo')!.append(chat.join.root, chat.strangersView.root)
const list = document.getElementById('stories')!

status.textContent = 'Making four devices and their keys …'
chat.open().then(() => {
  list.append(...stories.map(({ name, about, run }) => storyButton(name, about, () => run(chat), failed)))
  document.body.append(element('div', { id: 'ready', hidden: '' }))
}, failed)
