// What client developers depend on: the generated TypeScript must compile and work, and @atproto/lexicon must find the
// answers and events of every method valid.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { compile, generate, generators } from '../bindings/generators.mjs'
import { callEveryMethod } from '../bindings/every-method.mjs'
import { Device, base64 } from '../lib/device.mjs'
import { DirectAccount } from '../lib/direct.mjs'
import { lexicons } from '../lib/lexicons.mjs'
import { startNetwork } from '../lib/network.mjs'
import { SUITE_1 } from '../mls/client.mjs'

let network, programs

for (const name of Object.keys(generators)) {
  test(`${name} generates TypeScript from the lexicons`, { timeout: 120_000 }, () => generate(name))
}

test('the programs on it type-check', { timeout: 120_000 }, async () => { programs = await compile() })

describe('at the running service', () => {
  before(async () => { network = await startNetwork({ pdses: [] }) }, { timeout: 120_000 })
  after(() => network?.stop(), { timeout: 60_000 })

  for (const name of Object.keys(generators)) {
    test(`the program on ${name} works`, { timeout: 60_000 }, async () => {
      const account = await DirectAccount.create({ name: 'Dev', network })
      const device = await Device.open(account, { implementation: 'ts-mls', suite: SUITE_1 })
      const [keyPackage] = await device.mls.keyPackages(1)
      const convoId = randomBytes(16).toString('hex')
      await device.createAlone(convoId, 0)
      await device.say(convoId, 'stored')
      const { run } = await import(join(programs, `${name}.js`))
      const report = await run({
        fetch: (path, init) => account.fetch(path, init),
        cipherSuite: SUITE_1,
        keyPackage: base64(keyPackage),
        convoId,
        foreignConvo: randomBytes(16).toString('hex'),
      })
      assert.ok(report.suites.includes(SUITE_1))
      assert.deepEqual(Buffer.from(report.message), Buffer.from(device.lastRequest.ciphertext))
      assert.deepEqual({ ...report, suites: undefined, message: undefined }, {
        suites: undefined, published: 1, available: 1, conversations: 1, message: undefined, blobSize: 1000, refused: 'ConvoNotFound',
      })
    })
  }

  test('the lexicon library finds the answers and events of every method valid', { timeout: 120_000 }, async () => {
    const called = await callEveryMethod({
      suite: SUITE_1,
      person: async (name) => {
        const account = await DirectAccount.create({ name, network })
        return Device.open(account, { implementation: 'ts-mls', suite: SUITE_1, handshakes: 'public' })
      },
    })
    const methods = lexicons.filter(({ defs }) => ['query', 'procedure', 'subscription'].includes(defs.main?.type)).map(({ id }) => id)
    assert.deepEqual([...called].sort(), methods.sort())
  })
})
