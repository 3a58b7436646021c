// Runs the three TypeScript generators that client developers use on the lexicons of this repository.
import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { lexiconRoot } from '../lib/lexicons.mjs'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const out = join(root, 'out/bindings')
const modules = join(root, 'node_modules')
const limits = { timeout: 120_000, maxBuffer: 1 << 24, cwd: root }

const node = (...args) => run(process.execPath, args, limits)

/** Maps the name of each generator to a function that writes the generated API to out/bindings/name. */
export const generators = {
  'atproto-lex-cli': (dir) =>
    node(join(modules, '@atproto/lex-cli/bin.js'), 'gen-api', '--yes', dir, ...globSync(join(lexiconRoot, '**/*.json'))),

  'atproto-lex': (dir) =>
    node(join(modules, '@atproto/lex/bin/lex'), 'build', '--lexicons', lexiconRoot, '--out', dir, '--clear'),

  'atcute-lex-cli': async (dir) => {
    // The generator resolves paths relative to its configuration file.
    const files = [relative(out, join(lexiconRoot, '**/*.json'))]
    const config = { generate: { files, outdir: relative(out, dir), clean: true } }
    const file = join(out, 'lex.config.js')
    await writeFile(file, `export default ${JSON.stringify(config)}\n`)
    await node(join(modules, '@atcute/lex-cli/cli.mjs'), 'generate', '--config', file)
  },
}

/** Runs one generator and returns its output folder. */
export async function generate(name) {
  const dir = join(out, name)
  await rm(dir, { recursive: true, force: true })
  await mkdir(dir, { recursive: true })
  await generators[name](dir)
  return dir
}

/**
 * Type-checks all programs against the generated code and compiles them. Returns the folder of the JavaScript files.
 */
export async function compile() {
  const dir = join(out, 'js')
  await rm(dir, { recursive: true, force: true })
  await node(join(modules, 'typescript/bin/tsc'), '--project', join(root, 'bindings'), '--outDir', dir)
  return join(dir, 'bindings')
}
