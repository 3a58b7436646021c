// Join links with the real service: used while all members are closed, by several at once, with an approval, through lost
// answers, and when they have ended. units.test.mjs has their form.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startAppView } from '../../../e2e/lib/appview.mjs'
import { secrets } from '../../../e2e/lib/secrets.mjs'
import { MemoryStorage, lexiconError, linkUrl, parseLink } from '../dist/index.js'
import { newPreviewKey } from '../dist/links.js'
import { World, told, until } from './world.mjs'

const LIMIT = { timeout: 300_000 }
const PAGE = 'https://chat.example/join?lang=en'
const WAIT = { waitMs: 240_000 }
const named = (name) => (error) => lexiconError(error) === name
const coded = (code) => ({ name: 'ClientError', code })

let world, appView

before(async () => {
  appView = await startAppView()
  world = await World.start({ pdses: [], settings: { MLS_APPVIEW_URL: appView.url } })
}, LIMIT)
after(async () => {
  await world?.stop()
  await appView?.stop()
}, { timeout: 60_000 })

/** A link, whose code must be in no log. */
async function makeLink(convo, options) {
  const link = await convo.createLink(PAGE, options)
  secrets.add(parseLink(link.url).code)
  return link
}

const at = (client, { id }) => client.conversation(id)
const joined = (client, convo) => until('joined', () => at(client, convo).status === 'joined', client)

/** A client whose calls pass through `pass(method, call)`, which is to return the answer. */
async function opened(who, pass, options) {
  const agent = await world.agent(who)
  const fetch = (path, init) =>
    pass(path.slice('/xrpc/blue.catbird.mls.'.length).split('?')[0], () => agent.fetchHandler(path, init), init)
  return world.open(who, { did: agent.assertDid, fetch, ...options })
}

test('a stranger joins while all are closed, and reads the info when one is back', LIMIT, async () => {
  const ada = await world.open('ada'), ben = await world.open('ben')
  const tea = await ada.create([ben.did], { name: 'Tea', description: 'At four' })
  await joined(ben, tea)
  const { seq: earlier } = await tea.send('Before the link')
  await world.next(ben, tea.id, earlier)
  const link = await makeLink(tea, { preview: { name: 'Tea with Ada' }, maxUses: 5 })
  assert.deepEqual(await tea.links(), [link])
  assert.deepEqual([link.uses, link.maxUses, link.createdBy, link.joinRule], [0, 5, ada.did, 'anyone'])
  await Promise.all([ada.close(), ben.close()])

  const cleo = await world.open('cleo'), phone = await world.open('cleo', { device: 'phone' })
  const found = cleo.link(link.url)
  assert.deepEqual(await found.preview(), {
    convoId: tea.id, preview: { name: 'Tea with Ada' }, memberCount: 2, joinRule: 'anyone', requireApproval: false, status: 'none',
  })
  const convo = await found.join()
  assert.equal(convo.id, tea.id)
  assert.deepEqual((await convo.members()).map(({ did }) => did), [ada.did, ben.did, cleo.did])
  assert.deepEqual(cleo.events.filter(({ type }) => type === 'conversation'), [{ type: 'conversation', convoId: tea.id, change: 'joined' }])
  assert.equal((await found.preview()).status, 'member')
  await joined(phone, tea) // her other device follows by itself
  await assert.rejects(convo.info(), coded('NoInfoKey'))
  const { seq } = await convo.send('Is anybody here?')
  await world.next(phone, tea.id, seq)

  const back = await world.open('ada', { storage: ada.storage })
  assert.equal((await world.next(back, tea.id, seq)).text, 'Is anybody here?')
  for (const client of [cleo, phone]) assert.deepEqual(await at(client, tea).info(WAIT), { name: 'Tea', description: 'At four' })
  assert.ok(!world.inbox(phone).some((message) => message.seq === earlier), 'what was said before cannot be read')
  assert.equal((await at(back, tea).links())[0].uses, 1)
  assert.equal((await at(back, tea).links())[0].url, link.url, 'the device that made it can share it again')
})

test('of two who join at once, one loses, waits for its turn and joins', LIMIT, async () => {
  const [convo, dan] = await world.together('dan', 'dora')
  const link = await makeLink(convo)
  const both = Promise.withResolvers()
  let built = 0
  const answers = []
  const gate = async (method, call) => {
    if (method !== 'joinConvo') return call()
    if (++built === 2) both.resolve()
    await both.promise
    const answer = await call()
    answers.push(await answer.clone().json())
    return answer
  }
  const joiners = [await opened('eve', gate), await opened('fay', gate)]
  await Promise.all(joiners.map((client) => client.link(link.url).join()))
  const lost = answers.filter(({ success }) => !success)
  assert.ok(lost.length >= 1, 'one has lost')
  for (const { retryAfterMs, conflict } of lost) assert.ok(retryAfterMs > 0 && conflict === undefined)
  assert.equal(answers.length - lost.length, 2)
  await until('both', async () => (await convo.members()).length === 4, dan)
  const { seq } = await at(joiners[0], convo).send('Both here')
  for (const client of [dan, joiners[1]]) assert.equal((await world.next(client, convo.id, seq)).text, 'Both here')
  assert.equal((await convo.links())[0].uses, 2)
})

test('an approval: asked for, waited for, given, refused and withdrawn', LIMIT, async () => {
  const [convo, gus, hal] = await world.together('gus', 'hal')
  const link = await makeLink(convo, { requireApproval: true })
  const asks = async (did) => until('the request', async () => (await convo.joinRequests()).some((request) => request.did === did), gus)
  const ida = await world.open('ida'), poller = await world.open('jim', { transports: ['poll'] }), kay = await world.open('kay')

  assert.equal(await ida.link(link.url).request(), 'pending')
  await told(gus, 'joinRequests', { convoId: convo.id, pending: 1 })
  const [request] = await convo.joinRequests()
  assert.deepEqual([request.did, request.linkId], [ida.did, link.id])
  await assert.rejects(ida.link(link.url).join(), coded('NotApproved'))
  await assert.rejects(at(hal, convo).approveJoin(ida.did), named('NotAllowed'))
  // Whoever waits is told, and one that gets no events looks.
  const waiting = [ida, poller].map((client) => client.link(link.url).join(WAIT))
  await asks(poller.did)
  await convo.approveJoin(ida.did)
  await told(ida, 'joinRequestAnswered', { convoId: convo.id, status: 'approved' })
  await convo.approveJoin(poller.did)
  for (const convoOfJoiner of await Promise.all(waiting)) assert.equal(convoOfJoiner.status, 'joined')

  const refused = kay.link(link.url).join(WAIT)
  await asks(kay.did)
  await convo.rejectJoin(kay.did)
  await assert.rejects(refused, coded('JoinRejected'))
  await assert.rejects(kay.link(link.url).join(), coded('JoinRejected'))

  const lou = await world.open('lou')
  const given = lou.link(link.url).join(WAIT)
  await asks(lou.did)
  await lou.link(link.url).withdraw()
  await convo.approveJoin(lou.did).then(() => assert.fail('nothing to approve'), (error) => assert.ok(named('JoinRequestNotFound')(error), error))
  await assert.rejects(given, coded('NotApproved'))
})

test('a link that has ended, is used up or changed; also for whoever is about to join', LIMIT, async () => {
  const [convo, max, nia] = await world.together('max', 'nia')
  await assert.rejects(at(nia, convo).createLink(PAGE), named('NotAllowed'))
  const link = await makeLink(convo, { maxUses: 1, preview: { name: 'One place' } })
  await (await world.open('ola')).link(link.url).join()
  const pia = await world.open('pia')
  await assert.rejects(pia.link(link.url).join(), named('InvalidCode'))
  const changed = await convo.editLink(link.id, { maxUses: 3, preview: { name: 'Three places' } })
  assert.deepEqual([changed.maxUses, changed.url], [3, link.url])
  assert.deepEqual((await pia.link(link.url).preview()).preview, { name: 'Three places' })
  await at(max, convo).setRole(nia.did, 'admin')
  await assert.rejects(at(nia, convo).editLink(link.id, { preview: { name: 'Not mine' } }), coded('NoPreviewKey'))

  // The link ends after the commit was built, and before it arrives.
  const late = await opened('quin', async (method, call) => {
    if (method === 'joinConvo') await at(nia, convo).disableLink(link.id)
    return call()
  })
  await assert.rejects(late.link(link.url).join(), named('InvalidCode'))
  assert.equal(at(late, convo).status, 'outside')
  assert.equal(await late.storage.get(`pending/${convo.id}`), undefined)
  await assert.rejects(pia.link(link.url).preview(), named('InvalidCode'))
  assert.ok((await convo.links())[0].disabledAt)

  const short = await makeLink(convo, { expiresAt: new Date(Date.now() + 1500) })
  await until('its end', () => pia.link(short.url).preview().then(() => false, named('InvalidCode')), pia)
  await convo.editLink(short.id, { expiresAt: new Date(Date.now() + 3_600_000) })
  assert.equal((await (await pia.link(short.url).join()).members()).length, 4)
})

test('a join whose answer was lost is finished after the next start', LIMIT, async () => {
  const [convo, ray] = await world.together('ray', 'sam')
  const link = await makeLink(convo, { maxUses: 1 })
  const storage = new MemoryStorage()
  const bodies = []
  let lost = true
  const pass = async (method, call, init) => {
    if (method !== 'joinConvo') return call()
    bodies.push(init.body)
    const answer = await call()
    if (lost) throw new TypeError('the connection was cut')
    return answer
  }
  const first = await opened('tess', pass, { storage, patienceMs: 0 })
  await assert.rejects(first.link(link.url).join())
  await first.close()
  lost = false
  const second = await opened('tess', pass, { storage, autoJoin: false })
  await joined(second, convo)
  assert.equal(bodies.length, 2)
  assert.equal(bodies[1], bodies[0], 'the same commit with the same key')
  const { seq } = await at(second, convo).send('Here I am')
  assert.equal((await world.next(ray, convo.id, seq)).text, 'Here I am')
  assert.equal((await convo.links())[0].uses, 1)
})

test('a race that was lost before a crash goes on by the code', LIMIT, async () => {
  const [convo, uma] = await world.together('uma', 'vic')
  const link = await makeLink(convo)
  const storage = new MemoryStorage()
  const cut = await opened('wes', (method, call) => {
    if (method === 'joinConvo') throw new TypeError('the connection was cut')
    return call()
  }, { storage, patienceMs: 0 })
  await assert.rejects(cut.link(link.url).join())
  await cut.close()
  await at(uma, convo).updateKeys()
  const back = await world.open('wes', { storage })
  await joined(back, convo)
  const { seq } = await at(uma, convo).send('Hello Wes')
  assert.equal((await world.next(back, convo.id, seq)).text, 'Hello Wes')
})

test('a link for accounts that an admin follows', LIMIT, async () => {
  const [convo, xan] = await world.together('xan', 'yul')
  const link = await makeLink(convo, { joinRule: 'followedByAdmin' })
  const zoe = await world.open('zoe'), abe = await world.open('abe')
  appView.follow(xan.did, zoe.did)
  assert.equal((await zoe.link(link.url).join()).status, 'joined') // the service learns of it meanwhile
  await assert.rejects(abe.link(link.url).join(), named('FollowRequired'))
})

test('a link of another service, or with a damaged key, is not used', LIMIT, async () => {
  const [convo, ben] = await world.together('bea', 'bob')
  const link = await makeLink(convo, { preview: { name: 'Tea' } })
  const parts = parseLink(link.url)
  const other = linkUrl(PAGE, { ...parts, service: 'did:web:other.example' })
  for (const call of ['preview', 'request', 'join', 'withdraw']) await assert.rejects(ben.link(other)[call](), coded('OtherService'))
  const stranger = await world.open('cai')
  await assert.rejects(stranger.link(linkUrl(PAGE, { ...parts, key: newPreviewKey() })).preview(), coded('DamagedLink'))
  const { key: _, ...rest } = parts
  assert.equal((await stranger.link(linkUrl(PAGE, rest)).preview()).preview, undefined)
})
