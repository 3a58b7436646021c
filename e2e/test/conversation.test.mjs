// A conversation through real PDSes and the real binary: see ../story.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startNetwork } from '../lib/network.mjs'
import { SUITE_1, SUITE_2 } from '../mls/client.mjs'
import { chapters } from '../story/chapters.mjs'
import { World } from '../story/world.mjs'

const CHAPTER_LIMIT_MS = 60_000
let network

before(async () => { network = await startNetwork() }, { timeout: 120_000 })
after(() => network?.stop(), { timeout: 60_000 })

const stories = {
  'suite 1': { suite: SUITE_1, suffix: '-1' },
  'suite 2': { suite: SUITE_2, suffix: '-2' },
}

for (const [title, options] of Object.entries(stories)) {
  test(title, { timeout: 300_000 }, async (t) => {
    const world = new World(network, options)
    t.after(() => world.close())
    for (const [chapter, run] of chapters) {
      let ended = false
      await t.test(chapter, { timeout: CHAPTER_LIMIT_MS }, async () => {
        await run(world)
        ended = true
      })
      assert.ok(ended, `the story ends with “${chapter}”`)
    }
  })
}
