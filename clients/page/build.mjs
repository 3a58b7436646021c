// Bundles the page into server/chatpage/static, which the server embeds. "build.mjs check" compares instead.
import { createRequire } from 'node:module'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const { build } = createRequire(join(import.meta.dirname, '../typescript/package.json'))('esbuild')
/** What the page may weigh, compressed. */
const MAX_GZIPPED = 150_000
const target = join(import.meta.dirname, '../../server/chatpage/static')

const { outputFiles } = await build({
  entryPoints: [join(import.meta.dirname, 'src/main.ts')], bundle: true, format: 'esm', minify: true, write: false,
  platform: 'browser', target: 'es2022', logLevel: 'error', legalComments: 'none', charset: 'utf8',
  // Imported only when they are asked for, which the page never does: cipher suites by ts-mls, and age by reports.
  external: ['@hpke/ml-kem', '@hpke/hybridkem-x-wing', '@hpke/dhkem-x448', '@noble/post-quantum', 'age-encryption'],
})
const files = {
  'page.js': outputFiles[0].contents,
  'page.css': readFileSync(join(import.meta.dirname, 'src/page.css')),
  'index.html': readFileSync(join(import.meta.dirname, 'src/index.html')),
}
const gzipped = Object.values(files).reduce((sum, file) => sum + gzipSync(file).length, 0)
console.log(`the page: ${gzipped} bytes compressed`)
if (gzipped > MAX_GZIPPED) throw new Error(`at most ${MAX_GZIPPED} are allowed`)
mkdirSync(target, { recursive: true })
for (const [name, bytes] of Object.entries(files)) {
  const path = join(target, name)
  if (process.argv[2] !== 'check') writeFileSync(path, bytes)
  else if (!readFileSync(path).equals(Buffer.from(bytes))) throw new Error(`${path} is not what the sources give: make page`)
}
