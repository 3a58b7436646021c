// Writes src/lexicons, the bindings that @atproto/lex generates from the lexicons of this repository. A copy of this
// package outside the repository has them in dist already.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const lex = join(root, 'node_modules/@atproto/lex/bin/lex')
const lexicons = join(root, '../../lexicons/blue')
execFileSync(process.execPath, [
  lex, 'build', '--lexicons', lexicons, '--out', join(root, 'src/lexicons'), '--clear', '--lib', '@atproto/lex-schema',
], { stdio: ['ignore', 'ignore', 'inherit'] })
