// Compares a Grafana dashboard with the types of @grafana/schema, by the TypeScript compiler.
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const out = join(root, 'out/monitoring')

/** Returns what the compiler says about a dashboard; an empty string if nothing is wrong with it. */
export async function check(name, board) {
  await mkdir(out, { recursive: true })
  const file = join(out, `${name}.ts`)
  await writeFile(file, "import type { Board } from '../../monitoring/board.js'\n" +
    `export const board: Board = ${JSON.stringify(board, null, 1)}\n`)
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'ES2023', '--module', 'NodeNext',
    '--moduleResolution', 'NodeNext', '--types', 'node']
  try {
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...options, file], { cwd: root, timeout: 120_000 })
    return ''
  } catch (e) {
    return e.stdout || String(e)
  }
}
