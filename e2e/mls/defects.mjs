// What ts-mls does without the repairs of the client library, and objects that only a hostile client makes.
import { createGroupInfoWithExternalPubAndRatchetTree, getCiphersuiteFromName, getCiphersuiteImpl } from 'ts-mls'

/** A cipher suite of ts-mls without changes: it makes compressed elliptic curve points. */
export const rawCipherSuite = (name) => getCiphersuiteImpl(getCiphersuiteFromName(name))

/** The GroupInfo as ts-mls makes it, with a bare external_pub. */
export const rawGroupInfo = (state, suite) => createGroupInfoWithExternalPubAndRatchetTree(state, [], suite)

/**
 * The same suite, except that nobody can decrypt what it encrypts in an UpdatePath. Members cannot apply a commit that
 * is made with it, although everything that is visible from outside is valid.
 */
export function damagingPaths(suite) {
  const seal = async (publicKey, plaintext, info, aad) => {
    const sealed = await suite.hpke.seal(publicKey, plaintext, info, aad)
    if (Buffer.from(info).includes('MLS 1.0 UpdatePathNode')) sealed.ct[0] ^= 1
    return sealed
  }
  return { ...suite, hpke: { ...suite.hpke, seal } }
}

/** A state whose external_pub belongs to another secret than the group's. */
export const withExternalSecret = (state, externalSecret) =>
  ({ ...state, keySchedule: { ...state.keySchedule, externalSecret } })
