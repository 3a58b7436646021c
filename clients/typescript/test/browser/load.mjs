// Many conversations and messages in one page, with what they cost: milliseconds, and bytes of the page's heap.
const CONVERSATIONS = 20
const MESSAGES = 200

export async function load({ open, inboxes, until }) {
  const [dora, emil] = [await open('dora', { keyPackages: 60 }), await open('emil', { keyPackages: 60 })]
  const before = performance.memory?.usedJSHeapSize
  const start = performance.now()
  const convos = []
  for (let i = 0; i < CONVERSATIONS; i++) convos.push(await dora.create([emil.did]))
  const created = performance.now()
  for (let i = 0; i < MESSAGES; i++) await convos[i % CONVERSATIONS].send(`message ${i}`)
  const inbox = inboxes.get(emil)
  await until(() => inbox.length >= MESSAGES)
  const end = performance.now()
  const result = {
    conversations: CONVERSATIONS, messages: MESSAGES, received: inbox.length,
    createMs: Math.round(created - start), messagesMs: Math.round(end - created),
    heapMB: performance.memory && Math.round(performance.memory.usedJSHeapSize / 1e5) / 10, heapBeforeMB: before && Math.round(before / 1e5) / 10,
  }
  await Promise.all([dora.close(), emil.close()])
  return result
}
