import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Looks for texts in every file under a folder. Returns the texts found and the bytes looked at. */
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

/** Nothing of what is no file, or was removed meanwhile by the running database. */
async function readRegular(path) {
  try {
    return (await stat(path)).isFile() ? await readFile(path) : Buffer.alloc(0)
  } catch (error) {
    if (error.code === 'ENOENT') return Buffer.alloc(0)
    throw error
  }
}
