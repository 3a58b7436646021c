// One client of the model test, a process of its own that may be killed at any moment. It writes what it received and
// what the service acknowledged to a log, and does what its parent says.
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from '../../dist/index.js'
import { FileStorage } from '../../dist/storage/file.js'

const { did, jwt, pds, service, dir, log, transports, convoId, readMs } = JSON.parse(process.argv[2])
const note = (line) => appendFileSync(log, JSON.stringify(line) + '\n')

/** Connections end when the parent says so, with answers that are under way. */
let cutter = new AbortController()
const sockets = new Set()
globalThis.WebSocket = class extends WebSocket {
  constructor(...args) {
    super(...args)
    sockets.add(this)
    this.addEventListener('close', () => sockets.delete(this))
  }
}
function cut() {
  for (const socket of sockets) socket.close()
  cutter.abort(new TypeError('the connection was cut'))
  cutter = new AbortController()
}

/** The calls that are under way, with what they wait for, so that a run which does not settle says where it stands. */
const calls = new Set()

const fetchHandler = async (path, init) => {
  const headers = new Headers(init.headers)
  headers.set('authorization', `Bearer ${jwt}`)
  const call = { path: path.split('?')[0], since: Date.now(), waitsFor: 'answer' }
  calls.add(call)
  try {
    const answer = await fetch(pds + path, { ...init, headers, signal: AbortSignal.any([cutter.signal, ...(init.signal ? [init.signal] : [])]) })
    call.waitsFor = 'body'
    const { body } = answer
    const read = answer.arrayBuffer.bind(answer)
    answer.arrayBuffer = () => read().finally(() => calls.delete(call))
    if (!body) calls.delete(call)
    return answer
  } catch (error) {
    calls.delete(call)
    throw error
  }
}

const client = await Client.open({
  did, fetch: fetchHandler, service, transports, keyPackages: 4, patienceMs: 10_000, storage: await FileStorage.open(dir),
  onEvent: (event) => {
    if (event.type !== 'progress') note({ event: { ...event, error: event.error && String(event.error) } })
  },
})

const actions = {
  create: async ({ dids }) => ({ convoId: (await client.create(dids)).id }),
  send: async ({ text }) => {
    await client.conversation(convoId ?? actions.convoId).send(text)
    note({ acked: text })
  },
  update: () => client.conversation(convoId ?? actions.convoId).updateKeys(),
  cut: async () => cut(),
  join: async ({ convoId }) => { actions.convoId = convoId },
  status: async () => {
    const convo = client.conversation(convoId ?? actions.convoId)
    const joined = convo.status === 'joined'
    return { status: convo.status, seq: convo.seq, unsent: client.unsent, epoch: joined ? convo.epoch : undefined, calls: [...calls] }
  },
}

process.on('message', async ({ id, ...message }) => {
  try {
    process.send({ id, answer: await actions[message.do](message) })
  } catch (error) {
    process.send({ id, error: `${error.name}: ${error.error ?? error.code ?? ''} ${error.message}` })
  }
})
process.on('disconnect', () => process.exit())
process.send({ ready: true })
for await (const { convoId, seq, text, sender, own } of client.messages()) {
  await sleep(readMs)
  note({ convoId, seq, text, from: sender.did, own })
}
