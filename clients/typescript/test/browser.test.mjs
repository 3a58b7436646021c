// The twelve steps in Chromium, by the same code as in Node.js: the page has the client with IndexedDB, calls the PDS
// from another origin, and opens WebSockets to the service. The page then holds BROWSER_CONVERSATIONS conversations
// and BROWSER_MESSAGES messages, and reports what they cost.
import assert from 'node:assert/strict'
import { build } from 'esbuild'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { openPage } from '../../../e2e/lib/chromium.mjs'
import { World } from './world.mjs'

const root = join(import.meta.dirname, '..')
const MAX_GZIPPED = 150_000
const conversations = Number(process.env.BROWSER_CONVERSATIONS ?? 10)
const messages = Number(process.env.BROWSER_MESSAGES ?? 100)
const LIMIT_MS = 900_000 + messages * 500

async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'test/browser/page.mjs')], bundle: true, format: 'esm', minify: true, write: false,
    platform: 'browser', target: 'es2022', external: ['@hpke/ml-kem', '@hpke/hybridkem-x-wing', '@hpke/dhkem-x448', '@noble/post-quantum', 'age-encryption'],
    logLevel: 'error',
  })
  return outputFiles[0].contents
}

async function servePage(t, script, world) {
  let report
  const reported = new Promise((resolve) => { report = resolve })
  const server = createServer(async (request, response) => {
    const [, what, who] = request.url.split('?')[0].split('/')
    if (what === 'page.js') return response.setHeader('content-type', 'text/javascript').end(script)
    if (what === 'session') {
      const agent = await world.agent(who)
      return response.end(JSON.stringify({
        did: agent.assertDid, jwt: agent.session.accessJwt, pds: world.network.pdses[0].url, service: world.service,
      }))
    }
    if (what === 'report') {
      report(await json(request))
      return response.end()
    }
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>Twelve steps</title><script type="module" src="/page.js"></script>')
  }).listen(0, '127.0.0.1')
  t.after(() => server.close().closeAllConnections())
  await once(server, 'listening')
  return { url: `http://localhost:${server.address().port}/`, reported }
}

test('twelve steps in Chromium', { timeout: LIMIT_MS }, async (t) => {
  const script = await bundle()
  const gzipped = gzipSync(script).length
  t.diagnostic(`the page's script: ${script.length} bytes, ${gzipped} gzipped`)
  assert.ok(gzipped <= MAX_GZIPPED)
  const world = await World.start()
  t.after(() => world.stop())
  const { url, reported } = await servePage(t, script, world)
  const browser = await openPage(`${url}?conversations=${conversations}&messages=${messages}`)
  t.after(() => browser.stop())
  const result = await Promise.race([reported, new Promise((resolve) => setTimeout(resolve, LIMIT_MS - 60_000, { error: 'no report in time' }).unref())])
  await browser.check()
  assert.equal(result.error, undefined)
  assert.equal(result.partIsRight, true)
  assert.equal(result.members, 1)
  assert.deepEqual(result.heard, ['Three of me', 'The kettle', 'Here I am again', 'Ben has left', 'Only me', 'Two of me'])
  assert.ok(result.transports.includes('websocket'), result.transports.join())
  t.diagnostic(JSON.stringify(result.load))
  assert.equal(result.load.received, result.load.messages)
})
