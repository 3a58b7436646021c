// The real mlsd binary with its own private PostgreSQL, started with an empty data directory.
import { execFile, spawn } from 'node:child_process'
import { open, readFile, readdir, rm } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from './ports.mjs'

const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 30_000
/** Longer than the time for which mlsd buffers a line of its log. */
const LOG_DELAY_MS = 300

/** MLSD names another binary than ../bin/mlsd. */
const binary = resolve(process.env.MLSD ?? join(import.meta.dirname, '../../bin/mlsd'))

/** Runs a subcommand and returns what it prints. */
export async function runMlsd(args, env = {}) {
  const { stdout } = await promisify(execFile)(binary, args, { env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env } })
  return stdout
}

/**
 * Starts the server with additional `settings`. It listens on `port` and announces `publicPort`. `stop` sends it
 * SIGTERM and throws unless it exits with status 0 and has stopped its database. `restart` does the same, runs
 * `meanwhile`, and starts the server again with the same data and address. `lose` kills it with its database, deletes
 * its data directory, runs `meanwhile`, and starts it again. `run` runs a subcommand with the same settings. `metric`
 * returns a metric, `log` what it has logged so far, and `env` is its environment.
 */
export async function startMlsd({ dir, logs, plcUrl, port, publicPort = port, settings }) {
  const url = `http://localhost:${publicPort}`
  const did = `did:web:localhost%3A${publicPort}`
  const data = join(dir, 'mlsd')
  const logFile = join(logs, 'mlsd.log')
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    SERVER_PORT: String(port),
    SERVICE_DID: did,
    MLS_DEV: 'true',
    MLS_PLC_URL: plcUrl,
    MLS_DATA_DIR: data,
    MLS_METRICS_LISTEN: `127.0.0.1:${await freePort()}`,
    ...settings,
  }
  const start = () => launch({ dir, data, logFile, url: `http://localhost:${port}`, env })
  let { stop, kill } = await start()
  return {
    url, did, dir: data, env,
    async log() {
      await sleep(LOG_DELAY_MS)
      return readFile(logFile, 'utf8')
    },
    stop: () => stop(),
    async restart(meanwhile = () => {}) {
      await stop()
      stop = async () => {}
      await meanwhile()
      ;({ stop, kill } = await start())
    },
    async lose(meanwhile) {
      await kill()
      stop = async () => {}
      await deleteData(data)
      await meanwhile()
      ;({ stop, kill } = await start())
    },
    run: (...args) => runMlsd(args, env),
    async metric(name) {
      const answer = await fetch(`http://${env.MLS_METRICS_LISTEN}/metrics`)
      const line = (await answer.text()).split('\n').find((text) => text.startsWith(`${name} `))
      return Number(line?.split(' ')[1])
    },
  }
}

/** Kills the database of a server that was killed, and deletes the data directory. */
async function deleteData(data) {
  const [postmaster] = (await readFile(join(data, 'postgres/cluster/postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  try {
    if (postmaster) process.kill(Number(postmaster), 'SIGKILL')
  } catch {
    // it ended when its parent did
  }
  // Its sessions may still write files while they notice.
  await rm(data, { recursive: true, force: true, maxRetries: 50, retryDelay: 200 })
}

/** Starts the server process and waits until it is ready. Returns functions that stop it and that kill it. */
async function launch({ dir, data, logFile, url, env }) {
  const log = await open(logFile, 'a')
  // A group of its own: Ctrl-C in a terminal goes to this process, which then stops the server. Two signals would kill it.
  const server = spawn(binary, ['serve'], { cwd: dir, stdio: ['ignore', log.fd, log.fd], env, detached: true })
  const exited = new Promise((done) => {
    server.once('exit', (code, signal) => done(signal ?? code))
    server.once('error', (error) => done(error.message))
  })
  await log.close()
  // If the test process ends early, stop the server too. SIGTERM makes it stop its database as well.
  const terminate = () => server.kill('SIGTERM')
  process.once('exit', terminate)
  const tail = async () => (await readFile(logFile, 'utf8')).split('\n').slice(-40).join('\n')
  const stop = async () => {
    process.off('exit', terminate)
    server.kill('SIGTERM')
    const status = await Promise.race([exited, sleep(STOP_LIMIT_MS, 'timeout', { ref: false })])
    if (status === 'timeout') server.kill('SIGKILL')
    if (status !== 0) throw new Error(`mlsd ended with ${status}:\n${await tail()}`)
    if (await databaseRuns(data)) throw new Error('mlsd left its database running')
  }

  const deadline = Date.now() + START_LIMIT_MS
  while (!(await isReady(url))) {
    const status = await Promise.race([exited, sleep(25, 'running')])
    if (status !== 'running') throw new Error(`mlsd (${binary}) did not start: ${status}\n${await tail()}`)
    if (Date.now() > deadline) {
      await stop().catch(() => {})
      throw new Error(`mlsd was not ready within ${START_LIMIT_MS} ms:\n${await tail()}`)
    }
  }
  // Tokens contain the second in which they were issued. The service refuses tokens from the second in which it
  // started, since they may have been used before.
  await sleep(1000 - (Date.now() % 1000))
  const kill = async () => {
    process.off('exit', terminate)
    server.kill('SIGKILL')
    await exited
  }
  return { stop, kill }
}

async function isReady(url) {
  try {
    const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2000) })
    await answer.body?.cancel()
    return answer.ok
  } catch {
    return false
  }
}

async function databaseRuns(data) {
  const files = await readdir(data, { recursive: true })
  return files.some((file) => basename(file) === 'postmaster.pid')
}
