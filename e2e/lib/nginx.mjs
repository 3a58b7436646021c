// A real nginx with the shipped configuration. Only addresses, folders and the number of workers are changed.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const SHIPPED = join(import.meta.dirname, '../../deploy/nginx')
const START_LIMIT_MS = 20_000

/** Starts nginx on `port`, in front of a service on the port `upstream`. */
export async function startNginx({ dir, logs, port, upstream }) {
  const home = join(dir, 'nginx')
  const mainLog = join(logs, 'nginx.main.log')
  await mkdir(home)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(home, name)};`)
  await shipped(home, 'mlsd.conf', [
    ['    server 127.0.0.1:3000 max', `    server 127.0.0.1:${upstream} max`],
    // did:web:localhost is looked up over http. internal/rolling tests TLS and the redirect.
    ['listen 443 ssl http2;', `listen 127.0.0.1:${port};`],
    ['listen [::]:443 ssl http2;', ''],
    ['listen 80;', `listen unix:${join(home, 'redirect')};`],
    ['listen [::]:80;', ''],
    ['ssl_certificate /etc/letsencrypt/live/mls.example.com/fullchain.pem;', ''],
    ['ssl_certificate_key /etc/letsencrypt/live/mls.example.com/privkey.pem;', ''],
    ['/var/log/nginx/mlsd.access.log', join(logs, 'nginx.access.log')],
    ['/var/log/nginx/mlsd.error.log', join(logs, 'nginx.error.log')],
  ])
  await shipped(home, 'nginx.conf', [
    ['user www-data;', process.getuid() === 0 ? 'user root;' : ''],
    ['worker_processes auto;', 'daemon off; worker_processes 1;'],
    ['/run/nginx.pid', join(home, 'pid')],
    ['/var/log/nginx/error.log', mainLog],
    ['include /etc/nginx/conf.d/*.conf;', [...temporary, `include ${join(home, 'mlsd.conf')};`].join(' ')],
  ])

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

/** Writes a shipped file with some words replaced. Each of them must occur in it exactly once. */
async function shipped(home, name, replaced) {
  let text = await readFile(join(SHIPPED, name), 'utf8')
  for (const [from, to] of replaced) {
    assert.equal(text.split(from).length, 2, from)
    text = text.replace(from, () => to)
  }
  await writeFile(join(home, name), text)
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
