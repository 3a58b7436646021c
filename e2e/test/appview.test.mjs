// Follows and blocks of an AppView decide who is added at once, who is asked and who cannot be added. While it answers
// with errors, late or wrongly, what is known goes on to count, and the rest is a request; nothing else is affected.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Account } from '../lib/account.mjs'
import { reply, startAppView } from '../lib/appview.mjs'
import { Member } from '../lib/member.mjs'
import { startNetwork } from '../lib/network.mjs'
import { SUITE_1 } from '../mls/client.mjs'

const LIMIT = { timeout: 300_000 }
let appView, network
/** Who adds the others: another one in each test, since a new account adds few strangers in a day. */
let ada
let people = 0

before(async () => {
  appView = await startAppView()
  network = await startNetwork({ pdses: ['.north.test'], settings: { MLS_APPVIEW_URL: appView.url } })
}, LIMIT)
beforeEach(async () => { ada = await person('Ada') }, LIMIT)
afterEach(() => ada?.close())
after(async () => {
  await network?.stop()
  await appView?.stop()
}, { timeout: 60_000 })

async function person(name, preferences = {}) {
  const account = await Account.create({ name, handle: `${name}${++people}`, pds: network.pdses[0], serviceDid: network.mlsd.did })
  const member = await Member.open(account, { suite: SUITE_1, transports: ['sse'] })
  await member.client.setContactPreferences({ acceptFrom: 'known', acceptGroupInvitesFrom: 'known', ...preferences })
  return member
}

const missing = async ({ did }) => (await ada.account.query('getKeyPackages', { dids: [did], cipherSuite: SUITE_1 })).missing ?? []

const PAUSE_MS = 500 // calls of getKeyPackages have a rate

/** Waits until the service has learned how Ada stands to somebody who is missing until then, so that she leases nothing. */
async function learned(who) {
  const fresh = async () => await network.mlsd.metric('mls_appview_relationships_total{known="fresh"}') || 0
  const before = await fresh()
  await ada.until(`what is known of ${who.name}`, async () => {
    await missing(who)
    return await fresh() > before || sleep(PAUSE_MS, false)
  })
}

/** Ada begins a conversation with somebody. Returns the status of the membership. */
async function adds(who) {
  const convo = await ada.client.create([who.did])
  const { members } = await convo.details()
  return { convo, status: members.find(({ did }) => did === who.did).status }
}

async function takesPart(who, convo) {
  await who.joins(convo.id)
  const { seq } = await convo.send('Hello')
  await who.until('the message', () => who.received.some((message) => message.convoId === convo.id && message.seq === seq))
}

/** A follower whom the service knows as one: `following` shows when it has learned that. */
async function knownFollower(name) {
  const who = await person(name, { allowIncoming: 'following' })
  appView.follow(who.did, ada.did)
  await ada.until('the follower', async () => (await missing(who)).length === 0 || sleep(PAUSE_MS, false))
  return who
}

test('a follower is added at once, a stranger is asked', LIMIT, async (t) => {
  assert.equal((await ada.client.service()).appView, true)
  const ben = await knownFollower('Ben')
  t.after(() => ben.close())
  const first = await adds(ben)
  assert.equal(first.status, 'accepted')
  await takesPart(ben, first.convo)

  const cleo = await person('Cleo')
  t.after(() => cleo.close())
  appView.follow(ada.did, cleo.did) // that Ada follows Cleo says nothing about what Cleo wants
  await missing(cleo)
  await ada.until('the answer', () => appView.knows(ada.did, cleo.did))
  const second = await adds(cleo)
  assert.equal(second.status, 'request')
  await cleo.until('the request', () => cleo.events.some(({ type, addedBy }) => type === 'request' && addedBy === ada.did))
  assert.deepEqual(await cleo.client.conversations(), [])
  await cleo.accepts(second.convo.id)
  await takesPart(cleo, second.convo)
})

test('who allows followed accounts only, or has blocked the adder in Bluesky, is as if it had no packages', LIMIT, async (t) => {
  const [dan, eve, fay] = await Promise.all(['Dan', 'Eve', 'Fay'].map((name) => person(name, { allowIncoming: 'following' })))
  for (const who of [dan, eve, fay]) t.after(() => who.close())
  appView.block(eve.did, ada.did)
  appView.blockByList(fay.did, ada.did)
  for (const who of [dan, eve, fay]) {
    await learned(who)
    if (who !== dan) await who.client.setContactPreferences({ allowIncoming: 'all' })
    assert.deepEqual(await missing(who), [who.did])
    await assert.rejects(ada.client.create([who.did]), { code: 'NoKeyPackages' })
  }
})

const held = []
const faults = {
  'errors of its own': (response) => reply(response, 503, { error: 'InternalServerError', message: 'no' }),
  'no answer for now': (response, out) => { held.push(() => reply(response, 200, out)) },
  'an answer about others': (response, out) => reply(response, 200, { ...out, actor: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa' }),
  'something that is no JSON': (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('<html>'),
}

for (const [what, fault] of Object.entries(faults)) {
  test(`the AppView has ${what}`, LIMIT, async (t) => {
    const known = await knownFollower('Gus')
    const [follower, stranger] = await Promise.all([person('Hal'), person('Ida')])
    for (const who of [known, follower, stranger]) t.after(() => who.close())
    appView.fault = fault
    appView.follow(follower.did, ada.did)
    try {
      const first = await adds(known)
      assert.equal(first.status, 'accepted', 'what was learned before counts')
      await takesPart(known, first.convo)
      // Nobody knows that this one follows Ada.
      for (const who of [follower, stranger]) {
        const { convo, status } = await adds(who)
        assert.equal(status, 'request')
        await who.accepts(convo.id)
        await takesPart(who, convo)
      }
      await takesPart(known, first.convo)
    } finally {
      appView.fault = undefined
      for (const release of held.splice(0)) release()
    }
    const later = await knownFollower('Jan')
    t.after(() => later.close())
    assert.equal((await adds(later)).status, 'accepted', 'the service asks again')
  })
}

test('all questions and answers were of the lexicon', () => {
  assert.ok(appView.answered.length > 0)
  assert.deepEqual(appView.complaints, [])
})
