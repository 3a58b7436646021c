// A PLC directory and Personal Data Servers in this process, on the loopback interface, with their data in `dir`.
import plc from '@did-plc/server'
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from './ports.mjs'

// The PDS reads its log settings when it is imported.
process.env.LOG_ENABLED ??= 'false'
const { PDS, envToCfg, envToSecrets } = await import('@atproto/pds')

/** Starts a PLC directory that keeps its operations in memory. */
export async function startPlc() {
  const port = await freePort()
  const server = onLoopback(plc.PlcServer.create({ db: plc.Database.mock(), port }))
  await server.start()
  return { url: `http://localhost:${port}`, stop: () => server.destroy() }
}

/** Starts a PDS that assigns handles under `domain`, such as ".north.test", with additional `settings`. */
export async function startPds({ dir, plcUrl, domain, settings }) {
  const port = await freePort()
  const data = join(dir, `pds${domain}`)
  await mkdir(data, { recursive: true })
  const env = {
    port,
    hostname: 'localhost',
    devMode: true, // allow http and localhost identities
    dataDirectory: data,
    blobstoreDiskLocation: join(data, 'blobs'),
    didPlcUrl: plcUrl,
    serviceHandleDomains: [domain],
    inviteRequired: false,
    bskyAppViewUrl: 'https://appview.invalid',
    bskyAppViewDid: 'did:web:appview.invalid',
    crawlers: [],
    jwtSecret: randomBytes(16).toString('hex'),
    adminPassword: randomBytes(16).toString('hex'),
    plcRotationKeyK256PrivateKeyHex: randomBytes(32).toString('hex'),
    ...settings,
  }
  const server = onLoopback(await PDS.create(envToCfg(env), envToSecrets(env)))
  await server.start()
  const url = `http://localhost:${port}`
  return { url, domain, deleteAccount: (did) => deleteAccount(url, env.adminPassword, did), stop: () => server.destroy() }
}

/** Deletes an account, as the PDS's administrator. */
async function deleteAccount(url, password, did) {
  const answer = await fetch(`${url}/xrpc/com.atproto.admin.deleteAccount`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ did }),
  })
  if (!answer.ok) throw new Error(`the PDS answers ${answer.status}: ${await answer.text()}`)
}

/** Without this, both servers would listen on every address of the machine. */
function onLoopback(server) {
  const { app } = server
  const listen = app.listen.bind(app)
  app.listen = (port) => listen(port, '127.0.0.1')
  return server
}
