// What npm pack gives, installed in an empty folder outside the repository, runs the program of README.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { World } from './world.mjs'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const readme = () => readFile(join(root, 'README.md'), 'utf8')

test('README has the example as it is', async () => {
  const example = await readFile(join(root, 'examples/twelve-steps.mjs'), 'utf8')
  assert.ok((await readme()).includes('```js\n' + example + '```'))
})

test('npm pack, installed in an empty folder, runs the program of README', { timeout: 900_000 }, async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'mls-pack-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', dir], { cwd: root })
  const [{ filename, files }] = JSON.parse(stdout)
  const names = files.map(({ path }) => path)
  for (const name of ['README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts']) assert.ok(names.includes(name), name)
  assert.ok(names.every((name) => /^(dist\/|README|LICENSE|package\.json)/.test(name)), names.join())

  const api = JSON.parse(await readFile(join(root, '../../e2e/package.json'), 'utf8')).dependencies['@atproto/api']
  await writeFile(join(dir, 'package.json'), '{ "private": true }')
  await run('npm', ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', join(dir, filename), `@atproto/api@${api}`], { cwd: dir })
  await writeFile(join(dir, 'chat.mjs'), /```js\n([\s\S]*?)```/.exec(await readme())[1])

  const world = await World.start()
  t.after(() => world.stop())
  const [ada, ben] = [await world.agent('ada'), await world.agent('ben')]
  const chat = (agent, ...friend) => run(process.execPath, [
    'chat.mjs', world.network.pdses[0].url, agent.session.handle, agent.password, world.service, ...friend,
  ], { cwd: dir, timeout: 600_000 })
  const answering = chat(ben)
  // Ada can add him when his first key packages are published.
  const published = async () => {
    const headers = { 'atproto-proxy': `${world.service}#atproto_mls` }
    const answer = await ben.fetchHandler('/xrpc/blue.catbird.mls.getKeyPackageStats', { headers })
    return answer.ok && (await answer.json()).devices.length > 0
  }
  while (!await published()) await new Promise((done) => setTimeout(done, 100))
  const [asked, answered] = await Promise.all([chat(ada, ben.assertDid), answering])
  assert.equal(answered.stdout, `${ada.assertDid} says Hello\n`)
  assert.equal(asked.stdout, `${ben.assertDid} says Hello back\n`)
})
