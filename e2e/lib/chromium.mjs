// A headless Chromium that opens one page and can connect to localhost only.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const STOP_LIMIT_MS = 10_000
/** run.sh sets CHROMIUM to the path that chromium.sh prints. */
const program = process.env.CHROMIUM ?? 'chromium'

/** Opens `url`. `stop` ends the browser and removes its data. `check` throws if the browser has ended by itself. */
export async function openPage(url) {
  const profile = await mkdtemp(join(tmpdir(), 'mlsd-chromium-'))
  const logFile = join(profile, 'log')
  const log = await open(logFile, 'a')
  const browser = spawn(program, [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--no-proxy-server',
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost', `--user-data-dir=${join(profile, 'data')}`, url,
  ], { stdio: ['ignore', log.fd, log.fd] })
  let status
  const exited = new Promise((done) => {
    browser.once('exit', (code, signal) => done(status = signal ?? code))
    browser.once('error', (error) => done(status = error.message))
  })
  await log.close()
  const terminate = () => browser.kill('SIGTERM')
  process.once('exit', terminate)
  return {
    async check() {
      assert.equal(status, undefined, `chromium ended with ${status}:\n${await readFile(logFile, 'utf8')}`)
    },
    async stop() {
      process.off('exit', terminate)
      browser.kill('SIGTERM')
      if ((await Promise.race([exited, sleep(STOP_LIMIT_MS, 'timeout', { ref: false })])) === 'timeout') browser.kill('SIGKILL')
      await exited
      await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    },
  }
}
