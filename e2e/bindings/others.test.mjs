// Go and Python: `make bindings` runs this file. It is not a part of `make test`, because it installs generators.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { copyFile, cp, mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { base64 } from '../lib/device.mjs'
import { lexiconRoot } from '../lib/lexicons.mjs'
import { startNetwork } from '../lib/network.mjs'
import { SUITE_1 } from '../mls/client.mjs'
import { cache, limits, out, prepare, repository, run, runProgram } from './programs.mjs'

/** The folder of a Python environment with the pinned generator, made once and kept. */
async function pythonTools() {
  const requirements = join(import.meta.dirname, 'requirements.txt')
  const name = (await readFile(requirements, 'utf8')).trim().replaceAll(/\s+/g, '-').replaceAll('==', '-')
  const dir = join(cache, name)
  if (!existsSync(join(dir, 'ready'))) {
    await mkdir(cache, { recursive: true })
    await run('python3', ['-m', 'venv', '--clear', dir], limits)
    await run(join(dir, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', '-r', requirements], limits)
    await copyFile(requirements, join(dir, 'ready'))
  }
  return dir
}

let network
before(async () => { network = await startNetwork({ pdses: [] }) }, { timeout: 120_000 })
after(() => network?.stop(), { timeout: 60_000 })

/** Prepares an account, runs a program with its tokens, and checks what the program reports. */
async function check(typedBytes, ...program) {
  const { device, input } = await prepare(network, ['publishKeyPackages', 'getEpoch', 'getGroupInfo', 'getMessages'])
  const { suites, message, ...report } = await runProgram(...program, input)
  assert.ok(suites.includes(SUITE_1))
  assert.equal(message, base64(device.lastRequest.ciphertext))
  assert.deepEqual(report, { published: 1, device: device.id, epoch: 0, refused: 'ConvoNotFound', typedBytes })
}

test('MarshalX atproto (Python) generates from all lexicons; one call and one stored message', { timeout: 1_200_000 }, async () => {
  const tools = await pythonTools()
  const dir = join(out, 'marshalx')
  await rm(dir, { recursive: true, force: true })
  const env = { ...process.env, PATH: `${join(tools, 'bin')}:${process.env.PATH}` }
  await run(join(tools, 'bin/atproto'), ['gen', '--lexicon-dir', lexiconRoot, 'custom', '--output-dir', join(dir, 'mlsapi'), '--package', 'mlsapi'], { ...limits, env })
  await check(false, join(tools, 'bin/python'), [join(import.meta.dirname, 'marshalx.py'), dir])
})

test('gen/client (Go): one call and one stored message', { timeout: 600_000 }, async () => {
  const program = join(out, 'goclient')
  await run('go', ['build', '-o', program, './e2e/bindings/goclient'], { ...limits, cwd: repository })
  await check(true, program, [])
})

test('lexgen of indigo (Go) generates from what it takes; one call and one stored message', { timeout: 600_000 }, async () => {
  const dir = join(out, 'indigo')
  await rm(dir, { recursive: true, force: true })
  await cp(join(import.meta.dirname, 'indigo'), dir, { recursive: true })
  const lexicons = join(out, 'indigo-lexicons')
  await rm(lexicons, { recursive: true, force: true })
  await cp(lexiconRoot, lexicons, { recursive: true, filter: (name) => !/(streamConvoEvents|auth\w+)\.json$/.test(name) })
  const build = [{ package: 'mlsapi', prefix: 'blue.catbird.mls', outdir: 'mlsapi', import: 'catbird.blue/mls/e2e/bindings/indigo/mlsapi' }]
  await mkdir(join(dir, 'mlsapi'))
  await run('go', ['tool', 'lexgen', '--build', JSON.stringify(build), lexicons], { ...limits, cwd: dir })
  await run('go', ['build', '-o', 'indigo', '.'], { ...limits, cwd: dir })
  await check(true, join(dir, 'indigo'), [])
})
