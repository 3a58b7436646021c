// The code in a Markdown page.
import { readFile } from 'node:fs/promises'

/** The fenced blocks of a page in order: { language, file, text }. A fence names the language, and then the file. */
export async function codeBlocks(path) {
  const page = await readFile(path, 'utf8')
  return [...page.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)].map(([, language, file, text]) => ({ language, file, text }))
}
