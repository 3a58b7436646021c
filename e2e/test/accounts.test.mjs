// The service follows the events of a real PDS: an account that is deactivated there is refused here, comes back, and
// is erased when it is deleted. The operator's commands work beside the running server.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Account } from '../lib/account.mjs'
import { Member } from '../lib/member.mjs'
import { startNetwork } from '../lib/network.mjs'
import { SUITE_1 } from '../mls/client.mjs'

const LIMIT_MS = 90_000
const binary = resolve(process.env.MLSD ?? '../bin/mlsd')

let network

before(async () => {
  network = await startNetwork({
    pdses: ['.north.test'], settings: ({ pdses }) => ({ MLS_RELAY_URL: pdses[0].url, MLS_ERASE_AFTER: '0s' }),
  })
}, { timeout: 120_000 })
after(() => network?.stop(), { timeout: 60_000 })

test('accounts are refused, come back, and are erased', { timeout: 300_000 }, async (t) => {
  const [pds] = network.pdses
  const person = async (name) => {
    const account = await Account.create({ name, handle: name, pds, serviceDid: network.mlsd.did })
    const member = await Member.open(account, { suite: SUITE_1, transports: ['sse'] })
    t.after(() => member.close())
    return member
  }
  const ada = await person('Ada')
  const ben = await person('Ben')
  const { id: convoId } = await ada.client.create([ben.did])
  await ben.joins(convoId)

  // A token from before the deactivation: afterwards the PDS issues none.
  const call = async (token) => (await fetch(`${network.mlsd.url}/xrpc/blue.catbird.mls.getConvos`, {
    headers: { authorization: `Bearer ${token}` },
  })).json()
  const token = await ben.account.token('getConvos')
  assert.equal((await call(token)).conversations.length, 1)
  await ben.account.deactivate()
  await until(async () => (await call(token)).error === 'AccountInactive')
  const { missing } = await ada.account.query('getKeyPackages', { dids: [ben.did] })
  assert.deepEqual(missing, [ben.did])
  await ben.account.activate()
  await until(async () => (await call(token)).conversations?.length === 1)

  // The operator suspends and resumes.
  assert.match(await admin('account', ben.did, 'suspend'), /is suspended/)
  await until(async () => (await call(token)).error === 'AccountSuspended')
  assert.match(await admin('account', ben.did, 'resume'), /is active/)
  await until(async () => (await call(token)).conversations?.length === 1)

  // The PDS deletes the account; the service asks it again, erases the account, and the conversation is told. Ada's
  // client commits the removal by itself, but not before this test has seen that it is pending.
  const seen = Promise.withResolvers()
  ada.account.gate = (method) => (method === 'sendCommit' ? seen.promise : undefined)
  await pds.deleteAccount(ben.did)
  await until(async () => (await ada.account.query('getConvos')).conversations[0].members.every((m) => m.did !== ben.did))
  const { members } = (await ada.account.query('getConvos')).conversations[0]
  const gone = members.find((m) => m.pendingRemoval)
  assert.match(gone.did, /^did:erased:/)
  seen.resolve()
  await ada.until('the removal', async () => (await ada.members(convoId)).join() === ada.did)
  assert.match(await admin('account', ben.did, 'show'), /being erased[^]*account erase/)
})

test('a member that was away removes the leaf of an erased account', { timeout: 300_000 }, async (t) => {
  const [pds] = network.pdses
  const [ida, jan] = await Promise.all(['Ida', 'Jan'].map(async (name) =>
    Member.open(await Account.create({ name, handle: name, pds, serviceDid: network.mlsd.did }), { suite: SUITE_1, transports: ['sse'] })))
  const { id: convoId } = await ida.client.create([jan.did])
  await jan.joins(convoId)
  await Promise.all([ida.close(), jan.close()])
  t.after(() => ida.close())
  await pds.deleteAccount(jan.did)
  // The leaf has the DID of an account that the service does not name any more.
  await until(async () => (await ida.account.query('getConvo', { convoId })).members.some(({ did }) => did.startsWith('did:erased:')))
  await ida.reopen()
  await ida.until('the removal', async () => (await ida.members(convoId)).join() === ida.did)
  await until(async () => (await ida.account.query('getConvo', { convoId })).members.length === 1)
})

async function admin(...words) {
  const { stdout } = await promisify(execFile)(binary, ['admin', ...words], { env: network.mlsd.env, cwd: network.dir })
  return stdout
}

/** Waits until `holds` answers true. */
async function until(holds) {
  const end = Date.now() + LIMIT_MS
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`this does not come true: ${holds}`)
    await sleep(250)
  }
}
