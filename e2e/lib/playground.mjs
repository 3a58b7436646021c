// Two accounts on two PDSes, whose password is known, for programs of their own.
import { AtpAgent } from '@atproto/api'
import { randomUUID } from 'node:crypto'
import { secrets } from './secrets.mjs'

/** Creates Alice on the first PDS and Bob on the second. */
export async function signUp(network) {
  const password = randomUUID()
  const people = {}
  for (const [i, name] of ['alice', 'bob'].entries()) {
    const { url, domain } = network.pdses[i]
    const agent = new AtpAgent({ service: url })
    await agent.createAccount({ handle: name + domain, email: `${name}@example.com`, password })
    secrets.add(agent.session.accessJwt)
    people[name] = { pds: url, handle: name + domain, did: agent.assertDid, password }
  }
  return people
}

/** What docs/clients/first-chat.md reads. */
export const environment = ({ mlsd }, { alice, bob }) => ({
  SERVICE_DID: mlsd.did,
  ALICE_PDS: alice.pds,
  BOB_PDS: bob.pds,
  ALICE: alice.handle,
  BOB: bob.handle,
  PASSWORD: alice.password,
})
