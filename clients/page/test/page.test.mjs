// The page in a real Chromium: people talk on it, every story ends well, the service never gets a text, nothing is
// requested from elsewhere, and it can be used by keyboard and with a screen reader, narrow and wide, light and dark.
import axe from 'axe-core'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { chromium } from 'playwright-core'

const binary = process.env.MLSD ?? join(import.meta.dirname, '../../../bin/mlsd')
const LIMIT_MS = 120_000
const TEXT = 'Only four devices know this sentence'

let browser, context, page, url, stopServer
const requests = []
const sent = []
const complaints = []
let linkKey

before(async () => {
  ({ url, stop: stopServer } = await serve())
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
  context = await browser.newContext({ viewport: { width: 1400, height: 1000 } })
  page = await context.newPage()
  page.setDefaultTimeout(LIMIT_MS)
  page.on('request', (request) => {
    requests.push(request.url())
    sent.push(request.postData() ?? '')
  })
  page.on('console', (message) => {
    // A browser notes answers with an error status; the client expects some.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(url)
  await ready()
}, { timeout: 300_000 })

after(async () => {
  await browser?.close()
  await stopServer?.()
}, { timeout: 60_000 })

async function serve() {
  const port = await freePort()
  const metrics = await freePort()
  const data = await mkdtemp(join(tmpdir(), 'mlsd-page-'))
  const server = spawn(binary, ['serve'], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, SERVER_PORT: `${port}`, MLS_METRICS_LISTEN: `127.0.0.1:${metrics}`, MLS_DATA_DIR: data, MLS_LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = once(server, 'exit')
  const address = `http://localhost:${port}/`
  const end = Date.now() + LIMIT_MS
  while (!(await fetch(`${address}health/ready`).catch(() => ({}))).ok) {
    assert.ok(Date.now() < end && server.exitCode === null, 'the service does not start')
    await new Promise((done) => setTimeout(done, 100))
  }
  return {
    url: address,
    async stop() {
      server.kill('SIGTERM')
      await ended
      await rm(data, { recursive: true, force: true })
    },
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  await new Promise((done) => server.close(done))
  return port
}

const ready = () => page.locator('#ready').waitFor({ state: 'attached' })
const device = (label) => page.getByRole('region', { name: label, exact: true })

async function say(label, text) {
  await device(label).getByRole('textbox').fill(text)
  await device(label).getByRole('textbox').press('Enter')
}

/** Waits until every device shows a text once. */
async function shown(text, ...labels) {
  for (const label of labels.length ? labels : ['Ada’s phone', 'Ada’s laptop', 'Ben’s phone', 'Ben’s laptop']) {
    await device(label).getByText(text).waitFor()
    assert.equal(await device(label).getByText(text).count(), 1, `${label} has it once`)
  }
}

const status = (text) => page.getByRole('status').getByText(text).waitFor()

test('two people talk on four devices', { timeout: 300_000 }, async () => {
  await say('Ada’s phone', TEXT)
  await shown(TEXT)
  await say('Ben’s laptop', 'And this one')
  await shown('And this one')
  const rows = page.getByRole('group', { name: 'Calls, newest first' })
  await rows.getByRole('row', { name: /Ada sendMessage PrivateMessage/ }).first().waitFor()
  assert.ok(!(await rows.innerText()).includes(TEXT))
})

test('every story ends, and the conversation goes on', { timeout: 600_000 }, async () => {
  const stories = [
    ['A lost race', 'Both have new keys'], ['A phone lost and back', 'Ben’s phone is back'], ['A device removed', 'Ben’s laptop is back'],
    ['A bad commit', 'Everybody else has joined again'],
  ]
  for (const [name, end] of stories) {
    await page.getByRole('button', { name }).click()
    await status(end)
    await say('Ada’s laptop', `After: ${name}`)
    await shown(`After: ${name}`)
  }
  await page.getByRole('button', { name: 'The connection cut' }).click()
  await status('offline for ten seconds')
  await say('Ben’s phone', 'While it was offline')
  await say('Ada’s laptop', 'Written offline')
  await shown('While it was offline', 'Ben’s laptop', 'Ada’s phone')
  await shown('While it was offline')
  await shown('Written offline')
})

test('the page opened again has the same devices', { timeout: 300_000 }, async () => {
  await page.reload()
  await ready()
  await say('Ada’s phone', 'After opening it again')
  await shown('After opening it again')
})

const askers = () => page.getByRole('group', { name: 'Requests to Ben', exact: true })

test('a stranger asks, and is declined, blocked, unblocked and accepted', { timeout: 300_000 }, async () => {
  const asks = page.getByRole('button', { name: 'A stranger asks' })
  const lines = askers().getByText('would like to talk')
  let oneIsAnswered
  const oneIsAsked = new Promise((asked) => page.route('**/xrpc/blue.catbird.mls.listConvoRequests*', async (route) => {
    const response = await route.fetch()
    asked()
    await new Promise((answer) => { oneIsAnswered = answer })
    await route.fulfill({ response })
  }, { times: 1 }))
  await asks.click()
  await status('Cleo asks Ben')
  await oneIsAsked
  await asks.click()
  await lines.nth(1).waitFor()
  await askers().getByRole('button', { name: 'Decline Cleo' }).first().focus()
  oneIsAnswered()
  await page.evaluate(() => new Promise((later) => setTimeout(later, 300)))
  assert.equal(await lines.count(), 2, 'a late answer does not take the place of a newer one')
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Decline', 'the focus stays on the button')
  await page.keyboard.press('Enter')
  await status('Ben has declined')
  await lines.nth(1).waitFor({ state: 'detached' })

  await askers().getByRole('button', { name: 'Block Cleo' }).focus()
  await page.keyboard.press('Enter')
  await status('Ben has blocked Cleo')
  assert.equal(await askers().evaluate((group) => group === document.activeElement), true, 'the focus stays here')
  await asks.click()
  await status('Cleo cannot add Ben')
  await askers().getByText('Cleo is blocked').waitFor()
  await accessible()

  await askers().getByRole('button', { name: 'Unblock Cleo' }).click()
  await status('Ben has unblocked Cleo')
  await asks.click()
  await askers().getByText('Cleo would like to talk to you').waitFor()
  await accessible()
  await page.reload()
  await ready()
  const hello = /Cleo \(another conversation\).*we have not met/
  for (const label of ['Ben’s phone', 'Ben’s laptop']) assert.equal(await device(label).getByText(hello).count(), 0)
  await askers().getByRole('button', { name: 'Accept Cleo' }).click()
  await status('Ben has accepted')
  for (const label of ['Ben’s phone', 'Ben’s laptop']) await device(label).getByText(hello).first().waitFor()
  await page.getByRole('button', { name: 'A stranger asks' }).click()
  await status('he takes part at once')
})

test('in an announcement group only the admin writes', { timeout: 120_000 }, async () => {
  const toggle = page.getByRole('button', { name: 'An announcement group' })
  const field = (label) => device(label).getByRole('textbox')
  await toggle.click()
  await status('Only admins write now')
  for (const label of ['Ben’s phone', 'Ben’s laptop']) await page.waitForFunction((element) => element.disabled, await field(label).elementHandle())
  assert.equal(await field('Ben’s phone').getAttribute('placeholder'), 'Only admins write here')
  await say('Ada’s laptop', 'An announcement')
  await shown('An announcement')
  await accessible()
  await toggle.click()
  await status('Everybody writes again')
  await say('Ben’s phone', 'Thank you')
  await shown('Thank you')
})

test('a third person joins by a link, without a mouse', { timeout: 300_000 }, async () => {
  const link = page.getByRole('textbox', { name: 'Link that Ada has made' })
  const field = page.getByRole('textbox', { name: 'Join by link, as Cleo' })
  const everybody = ['Ada’s phone', 'Ada’s laptop', 'Ben’s phone', 'Ben’s laptop', 'Cleo’s phone']
  await field.fill('no link')
  await field.press('Enter')
  await status('This failed: this is no join link')
  assert.equal(await device('Cleo’s phone').count(), 0)
  await page.getByRole('button', { name: 'Invite link' }).focus()
  await page.keyboard.press('Enter')
  await status('Ada has made a link')
  assert.equal(await link.evaluate((input) => input === document.activeElement && input.selectionEnd === input.value.length), true)
  linkKey = new URLSearchParams(new URL(await link.inputValue()).hash.slice(1)).get('key')
  assert.match(linkKey, /^[\w-]{43}$/)
  await accessible()
  await field.fill(await link.inputValue())
  await field.press('Enter')
  await status('Cleo has joined by the link')
  assert.equal(await device('Cleo’s phone').getByRole('textbox').evaluate((input) => input === document.activeElement), true)
  assert.equal(await field.count(), 0)
  await accessible()
  assert.equal(await device('Cleo’s phone').getByText(TEXT).count(), 0)
  await say('Cleo’s phone', 'Cleo is here')
  await shown('Cleo is here', ...everybody)
  await page.reload()
  await ready()
  await say('Ben’s laptop', 'Cleo still is')
  await shown('Cleo still is', ...everybody)
})

test('a person without a mouse can use it', { timeout: 120_000 }, async () => {
  await page.getByRole('button', { name: 'A lost race' }).focus()
  await page.keyboard.press('Enter')
  await status('Both have new keys')
  await accessible()
})

async function accessible() {
  const { violations } = await audit()
  assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes[0].html]), [])
}

/** axe runs in a world of its own, where the page's policy does not hold. */
async function audit() {
  const session = await context.newCDPSession(page)
  const { frameTree } = await session.send('Page.getFrameTree')
  const { executionContextId } = await session.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id })
  const run = async (expression) => {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', { expression, contextId: executionContextId, awaitPromise: true, returnByValue: true })
    assert.equal(exceptionDetails, undefined, JSON.stringify(exceptionDetails))
    return result.value
  }
  await run(`${axe.source}; undefined`)
  return run('axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => ({ violations }))')
}

for (const [width, scheme] of [[360, 'dark'], [1400, 'light']]) {
  test(`it fits ${width} pixels, ${scheme}`, { timeout: 120_000 }, async () => {
    await page.setViewportSize({ width, height: 1000 })
    await page.emulateMedia({ colorScheme: scheme })
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    assert.equal(overflow, 0)
    await accessible()
    if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, `chat-${width}.png`), fullPage: width > 1000 })
  })
}

test('no text left the browser, and nothing came from elsewhere', () => {
  assert.ok(requests.length > 100)
  assert.deepEqual(requests.filter((request) => !request.startsWith(url)), [])
  assert.ok(sent.some((body) => body.includes('ciphertext')))
  assert.deepEqual(sent.filter((body) => body.includes(TEXT) || body.includes(Buffer.from(TEXT).toString('base64').slice(4, 24))), [])
  assert.ok([...requests, ...sent].every((text) => !text.includes(linkKey)), 'the key of a link stays in the browser')
  assert.deepEqual(complaints, [])
})

test('the files are what the sources give', { timeout: 60_000 }, async () => {
  const check = spawn(process.execPath, [join(import.meta.dirname, '../build.mjs'), 'check'], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = await once(check, 'exit')
  assert.equal(code, 0)
})
