// The machine of the service is lost and restored from its backups, and real clients go on: docs/backup.md.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Device } from '../lib/device.mjs'
import { DirectAccount } from '../lib/direct.mjs'
import { Member } from '../lib/member.mjs'
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
  const closing = (device) => {
    t.after(() => device.close())
    return device
  }
  const account = (name) => DirectAccount.create({ name, network })
  const member = async (name) => closing(await Member.open(await account(name), { suite: SUITE_1, transports: ['sse'] }))
  const ada = await member('Ada')
  const cleo = await member('Cleo')
  const ben = closing(await Device.open(await account('Ben'), { implementation: 'core-crypto', suite: SUITE_1 }))
  await ben.publish(3)
  const { id: convoId } = await ada.client.create([ben.did])
  const convo = ada.at(convoId)
  await ben.join(convoId)
  await talk(convoId, [ada, ben])
  const picture = new Uint8Array(randomBytes(50_000))
  await ada.say(convoId, { text: 'a picture', attachments: [await convo.attach(picture)] })
  await ben.sync(convoId)
  const { seq } = await ben.updateKeys(convoId)
  await ada.passes(convoId, seq)
  const last = await ada.say(convoId, 'the last before the loss')
  await ben.sync(convoId)

  await until('a base backup', async () => (await network.mlsd.metric('mls_backup_last_success_timestamp_seconds{kind="base"}')) > 0)
  const written = Date.now()
  await until('a stored log', async () => {
    const upTo = await network.mlsd.metric('mls_backup_last_success_timestamp_seconds{kind="wal"}')
    return upTo * 1000 > written + 100
  })

  await network.mlsd.lose(async () => t.diagnostic(await network.mlsd.run('restore', '-to', 'latest', '-identity', identity)))

  // The messages and the attachment are there, and nothing comes twice.
  assert.deepEqual(await ben.sync(convoId), [])
  const [attachment] = ada.inbox.find(({ text }) => text === 'a picture').attachments
  assert.deepEqual(await convo.open(attachment), picture)

  // Both follow each other's messages and commits, and numbers are not given out again.
  const next = await ben.say(convoId, 'the first after it')
  assert.ok(next.seq > last.seq + 1_000_000, `after ${last.seq} comes ${next.seq}`)
  await ada.until('the first after it', () => ada.heard.at(-1) === 'the first after it')
  await convo.add(cleo.did)
  await ben.sync(convoId)
  await cleo.joins(convoId)
  const update = await ben.updateKeys(convoId)
  for (const one of [ada, cleo]) await one.passes(convoId, update.seq)
  await talk(convoId, [ada, ben, cleo])
  assert.deepEqual(ada.events.filter(({ type }) => ['rejoined', 'undecryptable'].includes(type)), [])
})

async function talk(convoId, devices) {
  for (const speaker of devices) {
    const text = `${speaker.account.name} in epoch ${speaker.epoch(convoId)}`
    await speaker.say(convoId, text)
    for (const listener of devices.filter((device) => device !== speaker)) {
      if (listener instanceof Device) assert.deepEqual((await listener.sync(convoId)).map((message) => message.text), [text])
      else await listener.until(text, () => listener.heard.at(-1) === text)
    }
  }
}

async function until(what, holds) {
  for (const end = Date.now() + 300_000; !(await holds()); await sleep(200)) {
    if (Date.now() > end) throw new Error(`it does not come to ${what}`)
  }
}
