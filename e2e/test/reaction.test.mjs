// Which member reacts: the rule of docs/protocol.md as the client library has it, computed for groups of many sizes, and
// performed by 20 clients.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { turn } from '../../clients/typescript/dist/engine/reactions.js'
import { DirectAccount } from '../lib/direct.mjs'
import { Member } from '../lib/member.mjs'
import { startNetwork } from '../lib/network.mjs'
import { SUITE_1 } from '../mls/client.mjs'

const REACTING = 20
/** Milliseconds until a commit has reached the other members, in the computation. */
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

/** The commits that a group of n builds for one removal, on average. Delays that end before the first arrives count. */
function commitsBuilt({ n, firstIsThere }) {
  const rounds = Math.ceil(8000 / n)
  const random = numbers(n)
  const leaves = Array.from({ length: n }, (_, index) => ({ index, credential: `did:plc:${index}` }))
  let built = 0
  for (let i = 0; i < rounds; i++) {
    const there = leaves.slice(firstIsThere ? 0 : 1, -1)
    const ends = there.map(({ index }) => turn({ leaves, ownLeaf: index }, `did:plc:${n - 1}`, random()))
    const first = Math.min(...ends)
    built += ends.filter((end) => end <= first + ARRIVAL_MS).length
  }
  return built / rounds
}

test('one commit with the lowest leaf there, two on average without it', (t) => {
  for (const n of [4, 20, 100, 500]) {
    const with_ = commitsBuilt({ n, firstIsThere: true })
    const without = commitsBuilt({ n, firstIsThere: false })
    t.diagnostic(`${n} members: ${with_} and ${without.toFixed(2)} commits`)
    assert.equal(with_, 1)
    assert.ok(without > 1 && without < 2.15, `${n} members build ${without} commits`)
  }
})

/** Opens a client that draws `value` whenever it draws a number. */
async function drawing(value, open) {
  const { random } = Math
  Math.random = () => value
  try {
    return await open()
  } finally {
    Math.random = random
  }
}

test('20 clients, with and without the lowest leaf', { timeout: 600_000 }, async (t) => {
  const network = await startNetwork({ pdses: [], settings: { MLS_RATE_LIMITS: 'off' } })
  t.after(() => network.stop())
  const person = async (name, value) => {
    const account = await DirectAccount.create({ name, network })
    const member = await drawing(value, () => Member.open(account, { suite: SUITE_1, keyPackages: 1, transports: ['websocket'] }))
    t.after(() => member.close())
    await member.follows()
    return member
  }
  const creator = await person('Creator', 0.5)
  // Two draw nearly the same, as happens on average; the delays of the others end 20 s later.
  const others = []
  for (let i = 0; i < REACTING + 2; i++) others.push(await person(`Member${i}`, i < 2 ? i / 50 : 0.9 + i / 250))
  const { id: convoId } = await creator.client.create(others.map(({ did }) => did))
  for (const member of others) await member.joins(convoId)

  /** The member leaves, and nobody does anything but run the client. Returns the commits built. */
  async function leaves(leaver, there) {
    const epoch = there[0].epoch(convoId)
    for (const { calls } of there) calls.splice(0)
    await leaver.at(convoId).leave()
    for (const member of there) await member.reaches(convoId, epoch + 1)
    const commits = there.flatMap(({ calls }) => calls.filter(({ method }) => method === 'sendCommit'))
    assert.equal(commits.filter(({ answer }) => answer?.success).length, 1, 'one device did it')
    for (const member of there) {
      assert.equal(member.epoch(convoId), epoch + 1)
      assert.ok(!(await member.members(convoId)).includes(leaver.did))
    }
    return commits.length
  }

  const [leaver, next] = others.splice(REACTING)
  assert.equal(await leaves(leaver, [creator, ...others, next]), 1, 'the device with the lowest leaf reacts at once')

  await creator.close()
  const built = await leaves(next, others)
  t.diagnostic(`${REACTING} clients without the lowest leaf: ${built} commits built`)
  assert.ok(built >= 1 && built <= 2, `${built} commits built`)
})
