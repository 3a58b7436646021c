// A folder with one file, to which each write appends one record. This entry of the package is for Node.js only.
import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, writeFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { byKey } from './memory.js'
import { StorageInUse, type Changes, type Storage } from './types.js'

/** A record: 4 bytes of length, 8 bytes of checksum, and the changes as an array, by V8's structured clone. */
const HEADER = 12
const REWRITE_AT = 4 << 20 // bytes of the file, and four times what is live

/**
 * Keeps everything in the folder `dir`, which is made with the rights 0700. Each write is on the disk when it returns
 * (fsync). A record that a crash left unfinished is dropped when the folder is opened. All values are also in memory.
 *
 * The process that uses a folder is named in its file `lock`. Opening throws StorageInUse while that process runs.
 */
export class FileStorage implements Storage {
  static async open(dir: string): Promise<FileStorage> {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    await lock(dir)
    const path = join(dir, 'state')
    const values = new Map<string, Uint8Array>()
    const used = replay(await readFile(path).catch(missing), values)
    const file = await open(path, 'a', 0o600)
    await file.truncate(used)
    return new FileStorage(dir, file, used, values)
  }

  #turn: Promise<void> = Promise.resolve()

  private constructor(
    private readonly dir: string, private file: FileHandle, private size: number,
    /** Serialized, so that readers get values of their own. */
    private readonly values: Map<string, Uint8Array>,
  ) {}

  async get(key: string): Promise<unknown> {
    const value = this.values.get(key)
    return value && deserialize(value)
  }

  async list(prefix: string): Promise<[string, unknown][]> {
    const found = [...this.values].filter(([key]) => key.startsWith(prefix))
    return found.map(([key, value]): [string, unknown] => [key, deserialize(value)]).sort(byKey)
  }

  write(changes: Changes): Promise<void> {
    const entries: Entry[] = [...changes].map(([key, value]) => [key, value === undefined ? undefined : serialize(value)])
    const turn = this.#turn.then(() => this.#append(entries))
    this.#turn = turn.catch(() => {})
    return turn
  }

  async #append(entries: Entry[]): Promise<void> {
    const record = encode(entries)
    await this.file.appendFile(record)
    await this.file.datasync()
    this.size += record.length
    apply(entries, this.values)
    if (this.size > REWRITE_AT && this.size > 4 * this.#live()) await this.#rewrite()
  }

  #live(): number {
    let bytes = 0
    for (const [key, value] of this.values) bytes += key.length + value.length
    return bytes
  }

  /** Replaces the file by one with only what is live. */
  async #rewrite(): Promise<void> {
    const path = join(this.dir, 'state')
    const record = encode([...this.values])
    const next = await open(`${path}.new`, 'w', 0o600)
    await next.writeFile(record)
    await next.datasync()
    await next.close()
    await rename(`${path}.new`, path)
    await this.file.close()
    this.file = await open(path, 'a')
    this.size = record.length
  }

  async close(): Promise<void> {
    await this.#turn
    await this.file.close()
    await rm(join(this.dir, 'lock'), { force: true })
  }
}

type Entry = [string, Uint8Array | undefined]

function encode(entries: Entry[]): Buffer {
  const body = serialize(entries)
  const header = Buffer.alloc(HEADER)
  header.writeUInt32BE(body.length)
  checksum(body).copy(header, 4)
  return Buffer.concat([header, body])
}

/** Applies the whole records of a file. Returns the number of bytes that they take. */
function replay(file: Buffer, values: Map<string, Uint8Array>): number {
  let offset = 0
  while (offset + HEADER <= file.length) {
    const end = offset + HEADER + file.readUInt32BE(offset)
    const body = file.subarray(offset + HEADER, end)
    if (end > file.length || !checksum(body).equals(file.subarray(offset + 4, offset + HEADER))) break
    apply(deserialize(body) as Entry[], values)
    offset = end
  }
  return offset
}

function apply(entries: Entry[], values: Map<string, Uint8Array>): void {
  for (const [key, value] of entries) {
    if (value === undefined) values.delete(key)
    else values.set(key, value)
  }
}

const checksum = (body: Uint8Array): Buffer => createHash('sha256').update(body).digest().subarray(0, 8)

function missing(error: NodeJS.ErrnoException): Buffer {
  if (error.code === 'ENOENT') return Buffer.alloc(0)
  throw error
}

async function lock(dir: string): Promise<void> {
  const path = join(dir, 'lock')
  try {
    await writeFile(path, String(process.pid), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const owner = Number(await readFile(path, 'utf8').catch(() => ''))
    if (runs(owner)) throw new StorageInUse(`process ${owner} uses ${dir}; if it is another program, remove the file lock there`)
    await rm(path, { force: true })
    await lock(dir)
  }
}

function runs(pid: number): boolean {
  if (!pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
