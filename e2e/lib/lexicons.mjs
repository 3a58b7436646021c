import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The folder of the service's lexicons in this repository. The lexicons of the last release are in a folder beside it.
 */
export const lexiconRoot = join(import.meta.dirname, '../../lexicons/blue')

/** All lexicon documents in it, as parsed JSON. */
export const lexicons = readdirSync(lexiconRoot, { recursive: true })
  .filter((name) => name.endsWith('.json'))
  .sort()
  .map((name) => JSON.parse(readFileSync(join(lexiconRoot, name), 'utf8')))
