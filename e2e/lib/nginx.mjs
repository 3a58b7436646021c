// A real nginx with the shipped configuration, of which only addresses and folders are changed.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const SHIPPED = join(import.meta.dirname, '../../deploy/nginx/mlsd.conf')
const START_LIMIT_MS = 20_000

/** Starts nginx at `port`, in front of a service at the port `upstream`. */
export async function startNginx({ dir, logs, port, upstream }) {
  const home = join(dir, 'nginx')
  const mainLog = join(logs, 'nginx.main.log')
  await mkdir(home)
  let conf = await readFile(SHIPPED, 'utf8')
  for (const [from, to] of [
    ['server 127.0.0.1:3000;', `server 127.0.0.1:${upstream};`],
    ['listen 80;', `listen 127.0.0.1:${port};`],
    ['/var/log/nginx/mlsd.access.log', join(logs, 'nginx.access.log')],
    ['/var/log/nginx/mlsd.error.log', join(logs, 'nginx.error.log')],
  ]) {
    assert.equal(conf.split(from).length, 2, from)
    conf = conf.replace(from, to)
  }
  await writeFile(join(home, 'mlsd.conf'), conf)
  await writeFile(join(home, 'nginx.conf'), `
    daemon off;
    worker_processes 1;
    pid ${join(home, 'pid')};
    error_log ${mainLog};
    ${process.getuid() === 0 ? 'user root;' : ''}
    events {}
    http {
      ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(home, name)};`).join(' ')}
      include ${join(home, 'mlsd.conf')};
    }`)

  const server = spawn('nginx', ['-p', home, '-c', join(home, 'nginx.conf'), '-e', mainLog], {
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` },
    stdio: 'ignore',
  })
  const exited = new Promise((done) => {
    server.once('exit', (code, signal) => done(signal ?? code))
    server.once('error', (error) => done(error.message))
  })
  const terminate = () => server.kill('SIGTERM')
  process.once('exit', terminate)
  for (const deadline = Date.now() + START_LIMIT_MS; !(await listens(port));) {
    const status = await Promise.race([exited, sleep(25, 'running')])
    const log = () => readFile(mainLog, 'utf8').catch(() => '')
    assert.equal(status, 'running', `nginx did not start: ${status}\n${await log()}`)
    assert.ok(Date.now() < deadline, `nginx was not ready within ${START_LIMIT_MS} ms`)
  }
  return {
    accessLog: () => readFile(join(logs, 'nginx.access.log'), 'utf8'),
    async stop() {
      process.off('exit', terminate)
      server.kill('SIGTERM')
      assert.equal(await exited, 0)
    },
  }
}

async function listens(port) {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
