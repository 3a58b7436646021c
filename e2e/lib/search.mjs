import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Searches every file under a folder for the texts. Returns the texts that were found and the number of bytes searched.
 */
export async function searchFiles(folder, texts) {
  const found = new Set()
  let bytes = 0
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name)
    const content = await readRegular(path)
    bytes += content.length
    for (const text of texts) if (content.includes(text)) found.add(text)
  }
  return { found: [...found], bytes }
}

/** Returns nothing for a path that is not a file, or that the running database has removed in the meantime. */
async function readRegular(path) {
  try {
    return (await stat(path)).isFile() ? await readFile(path) : Buffer.alloc(0)
  } catch (error) {
    if (error.code === 'ENOENT') return Buffer.alloc(0)
    throw error
  }
}
