// MODEL_SEEDS seeds of MODEL_SECONDS each, from MODEL_FIRST on. `make model` at the root of the repository runs a hundred
// of 30 s. A seed gives the same deeds in the same order again: MODEL_FIRST=17 MODEL_SEEDS=1.
import { after, before, test } from 'node:test'
import { runModel } from './model/run.mjs'
import { World } from './world.mjs'

const seeds = Number(process.env.MODEL_SEEDS ?? 5)
const seconds = Number(process.env.MODEL_SECONDS ?? 6)
const first = Number(process.env.MODEL_FIRST ?? 1)
let world

before(async () => { world = await World.start() }, { timeout: 300_000 })
after(() => world?.stop(), { timeout: 60_000 })

for (let seed = first; seed < first + seeds; seed++) {
  test(`killed clients, cut connections, restarts: seed ${seed}`, { timeout: (seconds + 1200) * 1000 }, async (t) => {
    const counts = await runModel({ world, seed, seconds, report: (line) => t.diagnostic(line) })
    t.diagnostic(JSON.stringify(counts))
  })
}
