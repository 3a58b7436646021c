// Which member reacts: the rule of docs/protocol.md, computed for groups of many sizes, and performed by 20 clients.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { Device } from '../lib/device.mjs'
import { DirectAccount } from '../lib/direct.mjs'
import { Follower } from '../lib/follower.mjs'
import { startNetwork } from '../lib/network.mjs'
import { delay, react } from '../lib/reaction.mjs'
import { ways } from '../lib/streams.mjs'
import { SUITE_1 } from '../mls/client.mjs'

const REACTING = 20
/** For delays of which two end before the first commit has arrived, as happens on average. */
const SEED = 2
/** Milliseconds until a commit has reached the other members, as the clock of these tests counts them. */
const ARRIVAL_MS = 1000

/** A generator of evenly distributed numbers that gives the same ones in each run (mulberry32). */
function numbers(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** How many commits are built on average if a commit reaches the others after `arrival` ms. */
function commitsBuilt({ n, firstIsThere, arrival, rounds = 200 }) {
  const random = numbers(n)
  let built = 0
  for (let round = 0; round < rounds; round++) {
    const leaves = Array.from({ length: n + 1 }, (_, i) => i) // the last one is that of the member who has left
    const there = leaves.slice(firstIsThere ? 0 : 1, n)
    const ends = there.map((own) => delay({ leaves, own, removed: [n], random }))
    const first = Math.min(...ends)
    built += ends.filter((end) => end <= first + arrival).length
  }
  return built / rounds
}

test('the delays', () => {
  const leaves = [0, 2, 3, 7]
  assert.equal(delay({ leaves, own: 0 }), 0)
  assert.equal(delay({ leaves, own: 2, removed: [0], random: () => 0.5 }), 0, 'a leaf that goes is not the first')
  assert.equal(delay({ leaves, own: 2, random: () => 0 }), 5000)
  assert.equal(delay({ leaves, own: 7, random: () => 1 }), 9000)
  assert.equal(delay({ leaves: Array.from({ length: 4000 }, (_, i) => i), own: 5, random: () => 1 }), 600_000)
})

test('one commit with the lowest leaf there, two on average without it', (t) => {
  for (const n of [3, 20, 100, 300]) {
    const with_ = commitsBuilt({ n, firstIsThere: true, arrival: ARRIVAL_MS })
    const without = commitsBuilt({ n, firstIsThere: false, arrival: ARRIVAL_MS })
    t.diagnostic(`${n} members: ${with_} and ${without.toFixed(2)} commits`)
    assert.equal(with_, 1)
    assert.ok(without > 1 && without < 2.15, `${n} members build ${without} commits`)
  }
})

test('a task that has ended, and one that another member did meanwhile', async () => {
  const never = new Promise(() => {})
  const refuse = () => { throw new Error('built a commit') }
  assert.equal(await react({ waited: never, done: Promise.resolve(), isOpen: refuse, commit: refuse }), false)
  assert.equal(await react({ waited: Promise.resolve(), done: never, isOpen: async () => false, commit: refuse }), false)
  let open = 2
  const lost = { isOpen: async () => open-- > 0, commit: async () => false }
  assert.equal(await react({ waited: Promise.resolve(), done: never, ...lost }), false, 'lost twice, and then it was done')
})

/** Delays end when the test says so, since this process runs all clients and is slower than they would be. */
class Clock {
  #waiting = []

  wait(ms) {
    return new Promise((end) => this.#waiting.push({ ms, end }))
  }

  /** Ends all delays that end before the commit of the first device arrives. Returns their number. */
  run() {
    const first = Math.min(...this.#waiting.map(({ ms }) => ms))
    const ended = this.#waiting.splice(0).filter(({ ms }) => ms <= first + ARRIVAL_MS)
    for (const { end } of ended) end()
    return ended.length
  }
}

/** A device in the group that follows its events and reacts to pending removals by the rule. */
class Reacting {
  static built = 0
  static tasks = []

  constructor(device, convoId, clock, random) {
    Object.assign(this, { device, convoId, clock, random })
  }

  /** Called for each event of a pending removal. */
  start(did) {
    const { device, convoId } = this
    const { leaves, own } = device.mls.leaves(convoId)
    const removed = device.mls.leavesOf(convoId, did)
    const waited = this.clock.wait(delay({ leaves, own, removed, random: this.random }))
    const gone = () => !device.mls.members(convoId).includes(did)
    Reacting.tasks.push(react({
      waited,
      done: device.follower.until('the removal', gone),
      isOpen: async () => {
        const { members } = await device.account.query('getConvo', { convoId })
        return members.some((member) => member.did === did && member.pendingRemoval)
      },
      commit: async () => (await device.removeMember(convoId, did)).seq !== undefined,
    }))
  }
}

test('20 clients, with and without the lowest leaf', { timeout: 300_000 }, async (t) => {
  const network = await startNetwork({ pdses: [], settings: { MLS_RATE_LIMITS: 'off' } })
  t.after(() => network.stop())
  const person = async (name) => {
    const account = await DirectAccount.create({ name, network })
    const device = await Device.open(account, { implementation: 'ts-mls', suite: SUITE_1 })
    await device.publish(1)
    return device
  }
  const convoId = randomBytes(16).toString('hex')
  const creator = await person('Creator')
  const others = []
  for (let i = 0; i < REACTING + 2; i++) others.push(await person(`Member${i}`))
  await creator.create(convoId, others)
  for (const device of others) await device.join(convoId)

  const count = (device) => {
    const remove = device.mls.remove.bind(device.mls)
    device.mls.remove = (...args) => (Reacting.built++, remove(...args))
  }
  const clock = new Clock()
  const random = numbers(SEED)
  const reacting = [creator, ...others.slice(0, REACTING)].map((device) => new Reacting(device, convoId, clock, random))
  for (const { device } of reacting) {
    count(device)
    await Follower.resume(device, ways.socket, network.mlsd.url)
    t.after(() => device.follower?.stop())
  }

  /** The member leaves; everybody in `there` learns of it from its stream and reacts. Returns the commits built. */
  async function leaves(leaver, there) {
    Reacting.built = 0
    Reacting.tasks = []
    await leaver.leave(convoId)
    const pending = ({ kind, did, action }) => kind === 'membershipChangeEvent' && did === leaver.did && action === 'pending-removal'
    await Promise.all(there.map(async (one) => {
      await one.device.follower.until('the pending removal', () => one.device.follower.events.some(pending))
    }))
    for (const one of there) one.start(leaver.did)
    const ended = clock.run()
    const did = await Promise.all(Reacting.tasks)
    assert.equal(did.filter(Boolean).length, 1, 'one device did it')
    const epochs = await Promise.all(there.map(async ({ device }) => {
      await device.follower.until('the removal', () => !device.mls.members(convoId).includes(leaver.did))
      return device.mls.epoch(convoId)
    }))
    assert.equal(new Set(epochs).size, 1)
    return { ended, built: Reacting.built }
  }

  const atOnce = await leaves(others.at(-1), reacting)
  assert.deepEqual(atOnce, { ended: 1, built: 1 }, 'the device with the lowest leaf reacts at once')

  await creator.follower.stop()
  const { ended, built } = await leaves(others.at(-2), reacting.slice(1))
  t.diagnostic(`${REACTING} clients without the lowest leaf: ${ended} delays ended, ${built} commits built`)
  assert.equal(ended, 2, 'two devices ask the service before the first commit has arrived')
  assert.ok(built >= 1 && built <= 2, `${built} commits built`)
})
