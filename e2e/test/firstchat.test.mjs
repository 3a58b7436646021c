// docs/clients/first-chat.md: its blocks are a program that does what the page says.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { codeBlocks } from '../lib/markdown.mjs'
import { startNetwork } from '../lib/network.mjs'
import { environment, signUp } from '../lib/playground.mjs'

const page = join(import.meta.dirname, '../../docs/clients/first-chat.md')
const dir = join(import.meta.dirname, '../out/first-chat')

let network
before(async () => { network = await startNetwork() }, { timeout: 120_000 })
after(() => network?.stop(), { timeout: 60_000 })

test('the program of docs/clients/first-chat.md prints what the page says', { timeout: 300_000 }, async () => {
  const blocks = await codeBlocks(page)
  const files = new Map()
  for (const { file, text } of blocks.filter(({ language }) => language === 'js')) {
    assert.ok(file, `a block of no file: ${text}`)
    files.set(file, (files.get(file) ?? '') + text)
  }
  assert.deepEqual([...files.keys()], ['service.mjs', 'mls.mjs', 'chat.mjs'])
  await rm(dir, { recursive: true, force: true })
  await mkdir(dir, { recursive: true })
  for (const [file, text] of files) await writeFile(join(dir, file), text)

  const env = { PATH: process.env.PATH, ...environment(network, await signUp(network)) }
  const { stdout } = await promisify(execFile)(process.execPath, [join(dir, 'chat.mjs')], { env, timeout: 240_000 })
  const printed = stdout.replace(/^(Alice|Bob) has lost/m, 'ONE has lost')
  const [{ text: expected }] = blocks.filter(({ language }) => language === 'text')
  assert.equal(printed, expected)
})
