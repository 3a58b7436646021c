// The machine of the service is lost and restored from its backups, and real clients go on: docs/backup.md.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { open, seal } from '../lib/attachment.mjs'
import { Device } from '../lib/device.mjs'
import { DirectAccount } from '../lib/direct.mjs'
import { runMlsd } from '../lib/mlsd.mjs'
import { startNetwork } from '../lib/network.mjs'
import { SUITE_1 } from '../mls/client.mjs'

let elsewhere, identity, network

before(async () => {
  elsewhere = await mkdtemp(join(tmpdir(), 'mlsd-backups-'))
  identity = join(elsewhere, 'identity')
  const recipient = (await runMlsd(['backup', 'keygen', identity])).trim()
  const settings = {
    MLS_BACKUP_URL: `file://${join(elsewhere, 'backups')}`, MLS_BACKUP_RECIPIENTS: recipient, MLS_BACKUP_WAL_EVERY: '1s',
  }
  network = await startNetwork({ pdses: [], settings })
}, { timeout: 300_000 })
after(async () => {
  await network?.stop()
  if (elsewhere) await rm(elsewhere, { recursive: true, force: true })
}, { timeout: 120_000 })

test('clients of a lost and restored service converge again', { timeout: 900_000 }, async (t) => {
  const convoId = randomBytes(16).toString('hex')
  const person = async (name, implementation) => {
    const device = await Device.open(await DirectAccount.create({ name, network }), { implementation, suite: SUITE_1 })
    t.after(() => device.close())
    await device.publish(3)
    return device
  }
  const ada = await person('Ada', 'ts-mls')
  const ben = await person('Ben', 'core-crypto')
  const cleo = await person('Cleo', 'ts-mls')
  await ada.create(convoId, [ben.account])
  await ben.join(convoId)
  await talk(convoId, [ada, ben])
  const picture = randomBytes(50_000)
  const { sealed, secret } = seal(picture)
  const { blob } = await ada.account.procedure('uploadBlob', sealed, 'application/octet-stream')
  await ada.say(convoId, 'a picture', { cid: blob.ref.toString(), ...secret })
  await ben.sync(convoId)
  await ben.updateKeys(convoId)
  await ada.sync(convoId)
  const last = await ada.say(convoId, 'the last before the loss')
  await ben.sync(convoId)

  await until('a base backup', async () => (await network.mlsd.metric('mls_backup_last_success_timestamp_seconds{kind="base"}')) > 0)
  const written = Date.now()
  await until('a stored log', async () => {
    const upTo = await network.mlsd.metric('mls_backup_last_success_timestamp_seconds{kind="wal"}')
    return upTo * 1000 > written + 100
  })

  await network.mlsd.lose(async () => t.diagnostic(await network.mlsd.run('restore', '-to', 'latest', '-identity', identity)))

  // The messages and the attachment are there, for a device that reads them for the first time too.
  assert.deepEqual(await ada.sync(convoId), [])
  const { attachment } = ben.received.find(({ text }) => text === 'a picture')
  const content = await ben.account.query('getBlob', { convoId, cid: attachment.cid })
  assert.ok(open(Buffer.from(content), attachment).equals(picture))

  // Both follow each other's messages and commits, and numbers are not given out again.
  const next = await ben.say(convoId, 'the first after it')
  assert.ok(next.seq > last.seq + 1_000_000, `after ${last.seq} comes ${next.seq}`)
  assert.deepEqual((await ada.sync(convoId)).map(({ text }) => text), ['the first after it'])
  await ben.sync(convoId)
  await ada.addMembers(convoId, [cleo.account])
  await ben.sync(convoId)
  await cleo.join(convoId)
  await ben.updateKeys(convoId)
  for (const device of [ada, cleo]) await device.sync(convoId)
  await talk(convoId, [ada, ben, cleo])
})

async function talk(convoId, devices) {
  for (const speaker of devices) {
    const text = `${speaker.name} in epoch ${speaker.mls.epoch(convoId)}`
    await speaker.say(convoId, text)
    for (const listener of devices.filter((device) => device !== speaker)) {
      assert.deepEqual((await listener.sync(convoId)).map((message) => message.text), [text])
    }
  }
}

async function until(what, holds) {
  for (const end = Date.now() + 300_000; !(await holds()); await sleep(200)) {
    if (Date.now() > end) throw new Error(`it does not come to ${what}`)
  }
}
