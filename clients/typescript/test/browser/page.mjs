// The page of browser.test.mjs. It reports its results, or the error that stopped it, to its own server.
import { Client, IndexedDbStorage } from '../../dist/index.js'
import { twelveSteps } from '../../examples/twelve-steps.mjs'
import { load } from './load.mjs'

const inboxes = new Map()
const transports = new Set()
let storages = 0

async function session(who) {
  const { jwt, pds, ...rest } = await (await fetch(`/session/${who}`)).json()
  const withToken = (path, init) => {
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${jwt}`)
    return fetch(pds + path, { ...init, headers })
  }
  return { ...rest, fetch: withToken }
}

export async function open(who, { storageName = `device ${++storages}`, ...options } = {}) {
  const client = await Client.open({
    ...await session(who), storage: await IndexedDbStorage.open(storageName), ...options,
    onEvent: ({ type, transport }) => { if (type === 'connection') transports.add(transport) },
  })
  Object.assign(client, { who, storageName })
  const inbox = []
  inboxes.set(client, inbox)
  ;(async () => { for await (const message of client.messages()) inbox.push(message) })()
  return client
}

async function until(find) {
  for (;;) {
    const found = await find()
    if (found) return found
    await new Promise((done) => setTimeout(done, 20))
  }
}

const next = (client, convoId, seq) =>
  until(() => inboxes.get(client).find((message) => message.convoId === convoId && message.seq === seq))

async function lose(client, convoId) {
  await client.close()
  const storage = await IndexedDbStorage.open(client.storageName)
  await storage.write(new Map([[`convo/${convoId}`, undefined]]))
  await storage.close()
  return open(client.who, { storageName: client.storageName, autoJoin: false })
}

const amount = (name) => Number(new URLSearchParams(location.search).get(name))

const report = (what) => fetch('/report', { method: 'POST', body: JSON.stringify(what) })

try {
  const { clients, ...result } = await twelveSteps({ open, next, lose, ended: (convo) => until(() => convo.status === 'ended') })
  const heard = inboxes.get(clients.laptop).map(({ text }) => text)
  const partIsRight = result.part.every((byte, i) => byte === result.picture[99_000 + i])
  for (const client of Object.values(clients)) await client.close()
  await report({
    partIsRight, members: result.members.length, heard, transports: [...transports],
    load: await load({ open, inboxes, until, conversations: amount('conversations'), messages: amount('messages') }),
  })
} catch (error) {
  await report({ error: `${error.name}: ${error.message}\n${error.stack}` })
}
