import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { twelveSteps } from '../examples/twelve-steps.mjs'
import { World, until } from './world.mjs'

test('twelve steps in Node.js', { timeout: 900_000 }, async (t) => {
  const world = await World.start()
  t.after(() => world.stop())
  const result = await twelveSteps({
    open: (who, options) => world.open(who, options),
    next: world.next,
    /** What a crash of the disk would leave: the device without the conversation. */
    async lose(client, convoId) {
      const { storage, who } = client
      await client.close()
      await storage.write(new Map([[`convo/${convoId}`, undefined]]))
      return world.open(who, { storage, autoJoin: false })
    },
    ended: (convo) => until('the end of a membership', () => convo.status === 'ended'),
  })
  const { ada, laptop } = result.clients
  assert.deepEqual(result.part, result.picture.slice(99_000, 100_000))
  assert.deepEqual(result.members.map(({ did }) => did), [ada.did])
  assert.deepEqual(result.members[0].devices.sort(), [ada.deviceId, laptop.deviceId].sort())
  const inbox = world.inbox(laptop)
  assert.deepEqual(inbox.map(({ text }) => text), ['Three of me', 'The kettle', 'Here I am again', 'Ben has left', 'Only me', 'Two of me'])
  assert.ok(inbox.every(({ own }) => !own))
})

test('the example has at most forty lines', async () => {
  const text = await readFile(join(import.meta.dirname, '../examples/twelve-steps.mjs'), 'utf8')
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('//'))
  assert.ok(lines.length <= 40, `${lines.length} lines`)
})
