// Stories between people and devices, each at the press of a button.
import { ClientError, type Conversation } from '../../typescript/dist/index.js'
import type { Chat } from './chat.js'

export interface Story {
  name: string
  about: string
  run(chat: Chat): Promise<void>
}

export const stories: Story[] = [
  {
    name: 'A lost race',
    about: 'Both phones change their keys at once. One commit wins the epoch; the other phone builds its own again.',
    async run(chat) {
      chat.say('Both phones change their keys at once.')
      const [a, b] = [chat.convo('Ada', 'phone'), chat.convo('Ben', 'phone')]
      await Promise.all([a.updateKeys(), b.updateKeys()])
      chat.say('Both have new keys: one of them lost the race and tried again.')
    },
  },
  {
    name: 'A phone lost and back',
    about: 'Ben’s phone loses all it had, and joins again by an external commit. What was said before stays unreadable.',
    async run(chat) {
      const phone = chat.device('Ben', 'phone')
      chat.say('Ben’s phone has lost everything.')
      chat.view(phone).clear()
      await phone.lose()
      await chat.joined(phone)
      chat.say('Ben’s phone is back, as a new device.')
    },
  },
  {
    name: 'A device removed',
    about: 'Ben’s phone deletes his laptop, whose keys are of no use from then on. The laptop then begins anew.',
    async run(chat) {
      const [phone, laptop] = [chat.device('Ben', 'phone'), chat.device('Ben', 'laptop')]
      await phone.client.deleteDevice(laptop.client.deviceId)
      await chat.ended(laptop)
      chat.say('Ben’s laptop is out of the group. Next, it begins anew.')
      await laptop.lose()
      await chat.joined(laptop)
      chat.say('Ben’s laptop is back, as a new device.')
    },
  },
  {
    name: 'A bad commit',
    about: 'Ben’s laptop sends a commit that nobody can apply. The others report it and join again by themselves.',
    async run(chat) {
      const laptop = chat.device('Ben', 'laptop')
      const rejoined = chat.rejoined(['Ada’s phone', 'Ada’s laptop', 'Ben’s phone'])
      await laptop.sabotage(() => chat.convo('Ben', 'laptop').updateKeys())
      chat.say('Ben’s laptop sent a commit with damaged secrets.')
      await rejoined
      chat.say('Everybody else has joined again: the conversation goes on.')
    },
  },
  {
    name: 'The connection cut',
    about: 'Ada’s laptop is offline for ten seconds. What it writes waits, and what it missed arrives once, in order.',
    async run(chat) {
      const laptop = chat.device('Ada', 'laptop')
      laptop.setCut(true)
      chat.say('Ada’s laptop is offline for ten seconds: write on any device.')
      await new Promise((done) => setTimeout(done, 10_000))
      laptop.setCut(false)
      chat.say('Ada’s laptop is online.')
    },
  },
  {
    name: 'A stranger asks',
    about: 'Cleo, whom Ben does not know, adds him to a conversation. He accepts, declines or blocks her, in his column.',
    async run(chat) {
      const { client } = await chat.stranger()
      const ben = chat.device('Ben', 'phone').client.did
      const convo = await createUnlessRefused(() => client.create([ben]))
      if (!convo) return chat.say('Cleo cannot add Ben, and is not told why: the answer is that for an account without devices.')
      await convo.send('Hello Ben, we have not met')
      const { members } = await convo.details()
      const isRequest = members.some(({ did, status }) => did === ben && status === 'request')
      chat.say(isRequest ? 'Cleo asks Ben, who answers in his column.' : 'Ben knows Cleo by now: he takes part at once.')
    },
  },
  {
    name: 'An announcement group',
    about: 'Ada is an admin and lets only admins write, so that Ben reads. Pressed again, everybody writes.',
    async run(chat) {
      const convo = chat.convo('Ada', 'phone')
      const { policy } = await convo.details()
      const { sendMessages } = await convo.setPolicy({ sendMessages: policy?.sendMessages === 'admins' ? 'members' : 'admins' })
      chat.say(sendMessages === 'admins' ? 'Only admins write now.' : 'Everybody writes again.')
    },
  },
]

async function createUnlessRefused(create: () => Promise<Conversation>): Promise<Conversation | undefined> {
  try {
    return await create()
  } catch (error) {
    if (error instanceof ClientError && error.code === 'NoKeyPackages') return undefined
    throw error
  }
}
