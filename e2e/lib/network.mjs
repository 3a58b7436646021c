// Everything a conversation needs, on loopback: a PLC directory, two PDSes, the service.
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPds, startPlc } from './atproto.mjs'
import { startMlsd } from './mlsd.mjs'

/** Starts what `pdses` (domains) and `service` ask for. `stop` stops it all and removes its data. */
export async function startNetwork({ pdses = ['.north.test', '.south.test'], service = true } = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'mlsd-e2e-'))
  await chmod(dir, 0o711) // run as root, the database belongs to another user, who must get through
  const network = { dir, pdses: [] }
  const running = []
  const started = (part) => (running.push(part), part)
  network.stop = async () => {
    const problems = []
    for (const part of running.reverse()) await part.stop().catch((error) => problems.push(error))
    await rm(dir, { recursive: true, force: true })
    if (problems.length > 0) throw problems[0]
  }
  try {
    network.plc = started(await startPlc())
    for (const domain of pdses) {
      network.pdses.push(started(await startPds({ dir, plcUrl: network.plc.url, domain })))
    }
    if (service) network.mlsd = started(await startMlsd({ dir, plcUrl: network.plc.url }))
    return network
  } catch (error) {
    await network.stop().catch(() => {})
    throw error
  }
}
