// Everything that a conversation needs, on the loopback interface: a PLC directory, two PDSes, the service.
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPds, startPlc } from './atproto.mjs'
import { startMlsd } from './mlsd.mjs'
import { startNginx } from './nginx.mjs'
import { freePort } from './ports.mjs'
import { searchFiles } from './search.mjs'
import { secrets } from './secrets.mjs'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Starts a PDS for each handle domain in `pdses`, and what they need. `settings` are additional settings of the
 * service, or a function of the network that returns them; `proxy` puts nginx in front of it. `stop`, and a signal to this process, stop everything and remove the
 * data. `stop` fails if a log contains a token or ticket.
 */
export async function startNetwork({ pdses = ['.north.test', '.south.test'], settings, proxy } = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'mlsd-e2e-'))
  await chmod(dir, 0o711) // if this process is root, the database runs as another user, who must be able to enter
  const logs = join(dir, 'logs')
  await mkdir(logs)
  const network = { dir, logs, pdses: [] }
  const running = []
  const start = async (part) => {
    running.push(await part)
    return part
  }

  let stopped
  network.stop = () => (stopped ??= stopAll(running, dir, logs).finally(() => SIGNALS.forEach((name) => process.off(name, abort))))
  const abort = () => network.stop().catch(console.error).finally(() => process.exit(130))
  for (const name of SIGNALS) process.on(name, abort)

  try {
    network.plc = await start(startPlc())
    for (const domain of pdses) {
      network.pdses.push(await start(startPds({ dir, plcUrl: network.plc.url, domain })))
    }
    const port = await freePort()
    const publicPort = proxy ? await freePort() : port
    network.mlsd = await start(startMlsd({
      dir, logs, plcUrl: network.plc.url, port, publicPort,
      settings: typeof settings === 'function' ? settings(network) : settings,
    }))
    if (proxy) network.nginx = await start(startNginx({ dir, logs, port: publicPort, upstream: port }))
    return network
  } catch (error) {
    await network.stop().catch(() => {})
    throw error
  }
}

async function stopAll(running, dir, logs) {
  const problems = []
  for (const part of running.toReversed()) await part.stop().catch((error) => problems.push(error))
  const { found } = await searchFiles(logs, [...secrets])
  if (found.length > 0) problems.push(new Error(`${found.length} tokens or tickets are in a log`))
  await rm(dir, { recursive: true, force: true })
  if (problems.length > 0) throw problems[0]
}
