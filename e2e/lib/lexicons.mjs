import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of the service's lexicons in this repository; beside it lie those of the last release. */
export const lexiconRoot = join(import.meta.dirname, '../../lexicons/blue')

/** Every lexicon document under it, as parsed JSON. */
export const lexicons = readdirSync(lexiconRoot, { recursive: true })
  .filter((name) => name.endsWith('.json'))
  .sort()
  .map((name) => JSON.parse(readFileSync(join(lexiconRoot, name), 'utf8')))
