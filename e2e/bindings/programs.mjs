// Shared by the tests of programs in other languages.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { Device, base64 } from '../lib/device.mjs'
import { DirectAccount } from '../lib/direct.mjs'
import { SUITE_1 } from '../mls/client.mjs'

export const run = promisify(execFile)
export const repository = join(import.meta.dirname, '../..')
export const out = join(repository, 'e2e/out/bindings')
/** Where generators are kept for the next run. */
export const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'mlsd-bindings')
export const limits = { timeout: 900_000, maxBuffer: 1 << 24 }

/** Runs a program with JSON as input, and returns the JSON that it writes. */
export async function runProgram(command, args, input) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], timeout: 120_000 })
  child.stdin.end(JSON.stringify(input))
  const [answer, code] = await Promise.all([text(child.stdout), new Promise((resolve) => child.on('close', resolve))])
  assert.equal(code, 0)
  return JSON.parse(answer)
}

/** An account with one stored message, and what the programs get as input: tokens are by the last part of the NSID. */
export async function prepare(network, methods) {
  const account = await DirectAccount.create({ name: 'Dev', network })
  const device = await Device.open(account, { implementation: 'ts-mls', suite: SUITE_1 })
  const convoId = randomBytes(16).toString('hex')
  await device.createAlone(convoId, 0)
  await device.say(convoId, 'stored')
  const [keyPackage] = await device.mls.keyPackages(1)
  const tokens = {}
  for (const method of methods) tokens[method] = await account.token(`blue.catbird.mls.${method}`)
  const input = {
    url: network.mlsd.url, tokens, cipherSuite: SUITE_1, keyPackage: base64(keyPackage), convoId, foreignConvo: randomBytes(16).toString('hex'),
  }
  return { device, input }
}
