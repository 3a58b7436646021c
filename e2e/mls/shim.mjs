// ts-mls 1.6 departs from RFC 9420 in two places. This shim makes it emit and accept the RFC's form. (A third is its
// default lifetime without end; tsmls.mjs gives it another.)
//
//  - ECDSA public keys: compressed points instead of the uncompressed ones of §5.1.1.
//  - external_pub: the bare HPKE key, without the length that opaque<V> of §12.4.3.2 calls for.
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { getCiphersuiteFromName, getCiphersuiteImpl } from 'ts-mls'
import { createGroupInfo, createGroupInfoWithExternalPubAndRatchetTree } from 'ts-mls/createCommit.js'
import { ratchetTreeEncoder } from 'ts-mls/ratchetTree.js'
import { encode } from 'ts-mls/codec/tlsEncoder.js'
import { varLenDataEncoder } from 'ts-mls/codec/variableLength.js'

/** A cipher suite of ts-mls without changes. */
export const rawCipherSuite = (name) => getCiphersuiteImpl(getCiphersuiteFromName(name))

/** A cipher suite of ts-mls that uses the encodings of RFC 9420. */
export async function cipherSuite(name) {
  const suite = await rawCipherSuite(name)
  return {
    ...suite,
    signature: { ...suite.signature, keygen: () => uncompressedKeys(name, suite) },
    hpke: { ...suite.hpke, importPublicKey: (key) => suite.hpke.importPublicKey(withoutLength(key)) },
  }
}

async function uncompressedKeys(name, suite) {
  const keys = await suite.signature.keygen()
  const curve = curves[name.split('_').at(-1)]
  return curve ? { signKey: keys.signKey, publicKey: curve.getPublicKey(keys.signKey, false) } : keys
}

const curves = { P256: p256, P384: p384, P521: p521 }

/**
 * external_pub is the only place where ts-mls gets an HPKE key with its length in front. The key has the 32 bytes of
 * X25519 or is a point.
 */
function withoutLength(key) {
  if (key.length === 1 + 32) return key.subarray(1)
  if ([2 + 65, 2 + 97, 2 + 133].includes(key.length)) return key.subarray(2)
  return key
}

/** The ratchet tree of the current epoch. */
export const ratchetTree = (state) => encode(ratchetTreeEncoder)(state.ratchetTree)

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

/** The GroupInfo as ts-mls makes it, with a bare external_pub. */
export const rawGroupInfo = (state, suite) => createGroupInfoWithExternalPubAndRatchetTree(state, [], suite)

/** The data of the external_pub extension: that of the group, unless another secret is given. */
export async function externalPub(state, suite, externalSecret = state.keySchedule.externalSecret) {
  const { publicKey } = await suite.hpke.deriveKeyPair(externalSecret)
  return encode(varLenDataEncoder)(await suite.hpke.exportPublicKey(publicKey))
}

/**
 * A signed GroupInfo of the current epoch with external_pub, and with ratchet_tree if wanted. external_pub is the
 * group's unless another secret is given.
 */
export async function groupInfo(state, suite, withTree, externalSecret) {
  const extensions = [
    { extensionType: 'external_pub', extensionData: await externalPub(state, suite, externalSecret) },
  ]
  if (withTree) extensions.push({ extensionType: 'ratchet_tree', extensionData: ratchetTree(state) })
  return createGroupInfo(state.groupContext, state.confirmationTag, state, extensions, suite)
}
