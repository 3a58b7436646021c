// Each storage: values, prefixes, atomic writes; what a crash leaves of files.
import assert from 'node:assert/strict'
import 'fake-indexeddb/auto'
import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { FileStorage } from '../dist/storage/file.js'
import { IndexedDbStorage, MemoryStorage, StorageInUse } from '../dist/index.js'

const folder = async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'mls-storage-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  return dir
}

const kinds = {
  memory: async () => {
    const storage = new MemoryStorage()
    return async () => storage
  },
  file: async (t) => {
    const dir = await folder(t)
    return () => FileStorage.open(dir)
  },
  IndexedDB: async () => {
    const name = crypto.randomUUID()
    return () => IndexedDbStorage.open(name)
  },
}

for (const [kind, prepare] of Object.entries(kinds)) {
  test(`${kind}: keeps structured values, by key and by prefix`, async (t) => {
    const open = await prepare(t)
    let storage = await open()
    const value = { bytes: new Uint8Array([1, 2, 3]), big: 2n ** 60n, nested: [{ text: 'ä' }] }
    await storage.write(new Map([['a/2', value], ['a/1', 'one'], ['b/1', 1]]))
    value.bytes[0] = 9 // what is stored is a copy
    await storage.write(new Map([['b/1', undefined], ['b/2', 2]]))
    const check = async () => {
      const found = await storage.list('a/')
      assert.deepEqual(found.map(([key]) => key), ['a/1', 'a/2'])
      assert.deepEqual([...found[1][1].bytes], [1, 2, 3])
      assert.equal(found[1][1].big, 2n ** 60n)
      assert.equal(await storage.get('b/1'), undefined)
      assert.deepEqual(await storage.list('b/'), [['b/2', 2]])
      assert.equal((await storage.list('')).length, 3)
    }
    await check()
    await storage.close()
    storage = await open()
    await check()
    await storage.close()
  })
}

test('file: writes at the same time are whole, and in their order', async (t) => {
  const dir = await folder(t)
  let storage = await FileStorage.open(dir)
  await Promise.all(Array.from({ length: 50 }, (_, i) => storage.write(new Map([['last', i], [`n/${i}`, i]]))))
  await storage.close()
  storage = await FileStorage.open(dir)
  assert.equal(await storage.get('last'), 49)
  assert.equal((await storage.list('n/')).length, 50)
  await storage.close()
})

test('file: a record that a crash cut anywhere is dropped, and those before it stay', async (t) => {
  const dir = await folder(t)
  const path = join(dir, 'state')
  let storage = await FileStorage.open(dir)
  await storage.write(new Map([['kept', 1]]))
  const { size } = await stat(path)
  await storage.write(new Map([['kept', 2], ['other', 3]]))
  await storage.close()
  const whole = await readFile(path)
  for (let length = size; length < whole.length; length += 5) {
    await writeFile(path, whole.subarray(0, length))
    storage = await FileStorage.open(dir)
    assert.equal(await storage.get('kept'), 1)
    assert.equal(await storage.get('other'), undefined)
    await storage.write(new Map([['after', 4]]))
    await storage.close()
    storage = await FileStorage.open(dir)
    assert.equal(await storage.get('after'), 4)
    await storage.close()
    await truncate(path, 0)
  }
  await writeFile(path, whole)
  await appendFile(path, Buffer.alloc(30, 7)) // not a record at all
  storage = await FileStorage.open(dir)
  assert.equal(await storage.get('kept'), 2)
  await storage.close()
})

test('file: is rewritten when most of it is dead, and loses nothing', async (t) => {
  const dir = await folder(t)
  let storage = await FileStorage.open(dir)
  await storage.write(new Map([['kept', 'yes']]))
  for (let i = 0; i < 12; i++) await storage.write(new Map([['large', new Uint8Array(500_000).fill(i)]]))
  assert.ok((await stat(join(dir, 'state'))).size < 4 << 20)
  await storage.write(new Map([['later', 1]]))
  await storage.close()
  storage = await FileStorage.open(dir)
  assert.equal(await storage.get('kept'), 'yes')
  assert.equal((await storage.get('large'))[0], 11)
  assert.equal(await storage.get('later'), 1)
  await storage.close()
})

test('file: one process at a time, and one that has died is nobody', async (t) => {
  const dir = await folder(t)
  const storage = await FileStorage.open(dir)
  await assert.rejects(FileStorage.open(dir), StorageInUse)
  await storage.close()
  await writeFile(join(dir, 'lock'), '2147483646')
  await (await FileStorage.open(dir)).close()
})
