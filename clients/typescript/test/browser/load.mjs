// Many conversations and messages in one page, with what they cost: milliseconds, and bytes of the page's heap.
const PER_CREATOR = 20 // conversations that a new account may begin in a day

export async function load({ open, inboxes, until, conversations, messages }) {
  const before = performance.memory?.usedJSHeapSize
  const emil = await open('emil', { keyPackages: 60 })
  const start = performance.now()
  const convos = []
  const creators = []
  for (let i = 0; i < conversations; i++) {
    if (i % PER_CREATOR === 0) creators.push(await open(`dora${i / PER_CREATOR}`))
    convos.push(await creators.at(-1).create([emil.did]))
  }
  const created = performance.now()
  const inbox = inboxes.get(emil)
  await Promise.all(convos.map(async (convo, i) => {
    for (let n = i; n < messages; n += conversations) await convo.send(`message ${n}`)
  }))
  await until(() => inbox.length >= messages)
  const end = performance.now()
  const result = {
    conversations, messages, received: inbox.length,
    createMs: Math.round(created - start), messagesMs: Math.round(end - created),
    heapBeforeMB: megabytes(before), heapMB: megabytes(performance.memory?.usedJSHeapSize),
  }
  await Promise.all([emil, ...creators].map((client) => client.close()))
  return result
}

const megabytes = (bytes) => bytes && Math.round(bytes / 1e5) / 10
