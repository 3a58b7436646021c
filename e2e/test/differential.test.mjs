// Objects of two MLS implementations must pass everything that the service verifies, in every suite that they share
// with it. After each step, the members that the service knows must be those of the group.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { Device, base64 } from '../lib/device.mjs'
import { DirectAccount } from '../lib/direct.mjs'
import { startNetwork } from '../lib/network.mjs'
import { SUITE_1, SUITE_2, SUITE_3, SUITE_5, SUITE_7 } from '../mls/client.mjs'

const suites = { 'ts-mls': [SUITE_1, SUITE_2, SUITE_3, SUITE_5, SUITE_7], 'core-crypto': [SUITE_1, SUITE_2] }
let network

before(async () => { network = await startNetwork({ pdses: [] }) }, { timeout: 120_000 })
after(() => network?.stop(), { timeout: 60_000 })

for (const [implementation, names] of Object.entries(suites)) {
  for (const suite of names) {
    for (const handshakes of ['public', 'private']) {
      test(`${implementation}, ${suite}, ${handshakes} handshakes`, { timeout: 90_000 }, (t) =>
        life(t, { implementation, suite, handshakes }))
    }
  }
}

for (const handshakes of ['public', 'private']) {
  test(`the tree beside the GroupInfo, ${handshakes} handshakes`, { timeout: 90_000 }, (t) =>
    life(t, { implementation: 'ts-mls', suite: SUITE_1, handshakes, tree: 'beside' }))
}

async function life(t, options) {
  const convoId = randomBytes(16).toString('hex')
  const open = async (account, label) => {
    const device = await Device.open(account, { ...options, label })
    t.after(() => device.close())
    return device
  }
  const [ada, ben, cleo] = await Promise.all(['Ada', 'Ben', 'Cleo'].map(async (name) =>
    open(await DirectAccount.create({ name, network }))))
  const steps = new Steps(convoId, [ada, ben])

  for (const device of [ada, ben, cleo]) await publish(device)
  await ada.create(convoId, [ben.account])
  await ben.join(convoId)
  await steps.check()

  await ben.addMembers(convoId, [cleo.account])
  await ada.sync(convoId)
  await cleo.join(convoId)
  steps.devices.push(cleo)
  await steps.check()
  for (const device of [ada, ben, cleo]) await steps.committed(device, () => device.updateKeys(convoId))

  if (options.tree === 'beside' && options.handshakes === 'public') {
    await steps.committed(ben, () => ben.updateKeysWithoutTree(convoId))
    await steps.committed(ben, () => ben.updateKeys(convoId))
  }

  cleo.mls.forget(convoId)
  await steps.committed(cleo, () => cleo.joinExternal(convoId))
  const phone = await open(ada.account, 'phone')
  steps.devices.push(phone)
  await steps.committed(phone, () => phone.joinExternal(convoId))
  await steps.talk()

  await steps.removed(cleo, () => ada.removeMember(convoId, cleo.did))
  await ben.leave(convoId)
  await steps.removed(ben, () => phone.removeMember(convoId, ben.did))
  await steps.talk()
}

// A conversation can begin in any epoch of the creator's group. core-crypto cannot make a GroupInfo of epoch 0.
for (const [implementation, epochs] of Object.entries({ 'ts-mls': [0, 1, 4], 'core-crypto': [1, 4] })) {
  for (const handshakes of ['public', 'private']) {
    for (const epoch of epochs) {
      test(`${implementation} begins alone in epoch ${epoch}, ${handshakes} handshakes`, { timeout: 90_000 }, (t) =>
        beginsAlone(t, { implementation, suite: SUITE_1, handshakes }, epoch))
    }
  }
}

async function beginsAlone(t, options, epoch) {
  const convoId = randomBytes(16).toString('hex')
  const [ada, ben] = await Promise.all(['Ada', 'Ben'].map(async (name) => {
    const device = await Device.open(await DirectAccount.create({ name, network }), options)
    t.after(() => device.close())
    return device
  }))
  await publish(ben)
  const steps = new Steps(convoId, [ada])
  const convo = await ada.createAlone(convoId, epoch)
  assert.equal(convo.epoch, epoch)
  await steps.check()
  await steps.committed(ada, () => ada.updateKeys(convoId))

  await ada.addMembers(convoId, [ben.account])
  await ben.join(convoId)
  steps.devices.push(ben)
  for (const device of [ben, ada]) await steps.committed(device, () => device.updateKeys(convoId))
  await steps.talk()

  // The group still works after its creator has lost its state.
  ada.mls.forget(convoId)
  await steps.committed(ada, () => ada.joinExternal(convoId))
  await steps.talk()
}

/** Publishes one package by itself and two together. */
async function publish(device) {
  const [keyPackage] = await device.mls.keyPackages(1)
  const one = await device.account.procedure('publishKeyPackage', {
    keyPackage: base64(keyPackage), cipherSuite: device.suite,
  })
  assert.equal(one.deviceId, device.id)
  const { succeeded, failed } = await device.publish(2)
  assert.deepEqual({ succeeded, failed }, { succeeded: 2, failed: 0 })
}

class Steps {
  constructor(convoId, devices) {
    this.convoId = convoId
    this.devices = devices
  }

  /** `device` sends a commit and the others apply it. */
  async committed(device, work) {
    await work()
    await this.sync(device)
    await this.check()
  }

  /** All devices except the removed one apply the commit that removed it. */
  async removed(gone, work) {
    this.devices = this.devices.filter((device) => device !== gone)
    await work()
    await this.sync()
    await this.check()
  }

  async sync(but) {
    for (const device of this.devices) if (device !== but) assert.deepEqual(await device.sync(this.convoId), [])
  }

  /** Checks that the members that the service knows are those that the clients know. */
  async check() {
    const [{ account }] = this.devices
    const { conversations } = await account.query('getConvos')
    const { epoch, members } = conversations.find(({ id }) => id === this.convoId)
    const stored = members.flatMap(({ devices }) => devices.map(({ deviceId }) => deviceId))
    assert.deepEqual(stored.sort(), this.devices.map(({ id }) => id).sort())
    for (const { mls } of this.devices) {
      assert.equal(mls.epoch(this.convoId), epoch)
      const identities = this.devices.map((device) => device.mls.identity)
      assert.deepEqual([...mls.members(this.convoId)].sort(), identities.sort())
    }
  }

  async talk() {
    for (const speaker of this.devices) {
      const text = `${speaker.name} says something`
      await speaker.say(this.convoId, text)
      for (const listener of this.devices.filter((device) => device !== speaker)) {
        assert.deepEqual((await listener.sync(this.convoId)).map((message) => message.text), [text])
      }
    }
  }
}
