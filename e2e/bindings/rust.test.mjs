// Rust: `make bindings-rust` runs this file. It is not a part of `make test` or `make bindings`, because it compiles a
// generator and some hundred packages. Both are kept for the next run.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { cp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { base64 } from '../lib/device.mjs'
import { lexiconRoot } from '../lib/lexicons.mjs'
import { startNetwork } from '../lib/network.mjs'
import { SUITE_1 } from '../mls/client.mjs'
import { cache, limits, out, prepare, run, runProgram } from './programs.mjs'

const sources = join(import.meta.dirname, 'rust')
const target = join(cache, 'rust/target')
const folder = ['--target-dir', target]
const patient = { ...limits, timeout: 7_200_000 }
// The packages that the generator and the program share are compiled once, since profile and folder are the same. Debugging
// information and what makes the next compilation faster would double what is kept.
const env = { ...process.env, CARGO_PROFILE_DEV_DEBUG: '0', CARGO_INCREMENTAL: '0' }

/** The program of the pinned generator, compiled once and kept. */
async function generator() {
  const [, version] = /^jacquard-lexgen = "(.+)"$/m.exec(await readFile(join(sources, 'Cargo.toml'), 'utf8'))
  const root = join(cache, `rust/jacquard-lexgen-${version}`)
  const program = join(root, 'bin/jacquard-codegen')
  if (!existsSync(program)) {
    console.log('bindings: compiling jacquard-lexgen once, which takes minutes')
    const what = ['--bin', 'jacquard-codegen', `jacquard-lexgen@${version}`]
    await run('cargo', ['install', '--locked', '--quiet', '--debug', ...what, '--root', root, ...folder], { ...patient, env })
  }
  return program
}

let network, program
before(async () => { network = await startNetwork({ pdses: [] }) }, { timeout: 120_000 })
after(() => network?.stop(), { timeout: 60_000 })

test('jacquard-lexgen (Rust) generates from all lexicons, and the program on it compiles', { timeout: 7_200_000 }, async () => {
  const dir = join(out, 'rust')
  await rm(dir, { recursive: true, force: true })
  await cp(sources, dir, { recursive: true })
  await run(await generator(), ['--input', lexiconRoot, '--output', join(dir, 'gen')], limits)
  await run('cargo', ['build', '--locked', '--quiet', ...folder], { ...patient, cwd: dir, env })
  program = join(target, 'debug/mlsd-bindings')
})

test('the program in Rust: a query, a procedure, a declared error, a blob, a message stored and live', { timeout: 120_000 }, async () => {
  const { device, input } = await prepare(network, [
    'getBlob', 'getEpoch', 'getGroupInfo', 'getMessages', 'getSubscriptionTicket', 'publishKeyPackages', 'sendMessage', 'uploadBlob',
  ])
  const stored = device.lastRequest.ciphertext
  const encrypt = (text) => device.mls.encrypt(input.convoId, Buffer.from(text))
  const sent = await encrypt('sent')
  const withBlob = await encrypt('with a blob')
  const { suites, messages, live, ...report } = await runProgram(program, [], {
    ...input, ciphertext: { $bytes: base64(sent) }, withBlob: { $bytes: base64(withBlob) }, blob: 'attached',
    again: await device.account.token('blue.catbird.mls.sendMessage'),
  })
  assert.ok(suites.includes(SUITE_1))
  assert.deepEqual(messages.map(({ ciphertext }) => ciphertext.$bytes), [stored, sent, withBlob].map(base64))
  assert.deepEqual(live, messages[1])
  assert.equal(messages[2].blobs.length, 1)
  // docs/clients/bindings.md says that the frame of a message with blobs does not decode.
  assert.deepEqual(report, {
    published: 1, device: device.id, epoch: 0, refused: 'ConvoNotFound', blob: 'attached', liveWithBlob: false,
  })
})
