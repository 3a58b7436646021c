// Runs the story and prints each step as it happens: who did what, the epoch and the sequence number, the size of the
// MLS object or file in bytes, how long it took through the PDS, and the methods that were called. With -v it prints the
// requests and answers too.
import { startNetwork } from './lib/network.mjs'
import { SUITE_1 } from './mls/client.mjs'
import { Transcript } from './lib/transcript.mjs'
import { chapters } from './story/chapters.mjs'
import { World } from './story/world.mjs'

const transcript = new Transcript(process.stdout, { verbose: process.argv.includes('-v') })
const start = performance.now()
let network, world
const watchdog = setTimeout(() => { throw new Error('the demo did not end within five minutes') }, 300_000)

try {
  network = await startNetwork()
  transcript.opening(network, performance.now() - start)
  world = new World(network, { suite: SUITE_1, report: (line) => transcript.line(line) })
  for (const [title, run] of chapters) {
    transcript.chapter(title)
    await run(world)
  }
} catch (error) {
  process.exitCode = 1
  console.error(error)
} finally {
  clearTimeout(watchdog)
  await world?.close()
  await network?.stop()
}
if (!process.exitCode) transcript.ending(performance.now() - start)
