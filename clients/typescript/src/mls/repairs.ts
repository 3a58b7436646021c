// Repairs of ts-mls 1.6, which departs from RFC 9420 in two places. Both are made by wrapping functions of the cipher
// suite that ts-mls is given, so that they need nothing from inside it. docs/clients/ts-mls-repairs.md has the text of a
// change for ts-mls itself; when it has that, this module goes.
//
//  1. external_pub (section 12.4.3.2) is `opaque<V>`: the HPKE public key with its length in front. ts-mls writes and
//     reads the bare key. The one place where it exports a key while it makes a GroupInfo is external_pub.
//  2. ECDSA public keys (section 5.1.1) are uncompressed points. ts-mls makes compressed ones.
//
// A third departure, a default lifetime of key packages without end, needs no repair: the client always gives one.
import { p256, p384, p521 } from '@noble/curves/nist.js'
import type { CiphersuiteImpl, CiphersuiteName } from 'ts-mls'
import { ciphersuites, getCiphersuiteFromName, getCiphersuiteImpl } from 'ts-mls'
import { concat } from '../bytes.js'

const curves: Record<string, { getPublicKey(secret: Uint8Array, compressed: boolean): Uint8Array }> = {
  P256: p256, P384: p384, P521: p521,
}

/** The lengths that HPKE public keys have: X25519, and uncompressed points on P-256, P-384 and P-521. */
const KEY_LENGTHS = [32, 65, 97, 133]

/** A cipher suite that makes and reads what RFC 9420 says. Throws if ts-mls does not have the suite. */
export async function repairedSuite(name: string): Promise<CiphersuiteImpl> {
  if (!(name in ciphersuites)) throw new RangeError(`ts-mls has no cipher suite ${name}`)
  const suite = await getCiphersuiteImpl(getCiphersuiteFromName(name as CiphersuiteName))
  return {
    ...suite,
    signature: { ...suite.signature, keygen: () => uncompressedKeys(suite) },
    hpke: { ...suite.hpke, importPublicKey: (key) => suite.hpke.importPublicKey(withoutLength(key)) },
  }
}

/** The same suite, for making a GroupInfo and nothing else: keys that it exports have their length in front. */
export function suiteForGroupInfo(suite: CiphersuiteImpl): CiphersuiteImpl {
  const exportPublicKey: CiphersuiteImpl['hpke']['exportPublicKey'] = async (key) =>
    withLength(await suite.hpke.exportPublicKey(key))
  return { ...suite, hpke: { ...suite.hpke, exportPublicKey } }
}

async function uncompressedKeys(suite: CiphersuiteImpl) {
  const keys = await suite.signature.keygen()
  const curve = curves[suite.name.split('_').at(-1)!]
  return curve ? { ...keys, publicKey: curve.getPublicKey(keys.signKey, false) } : keys
}

/** The variable-size header of section 2.1.2 in front of fewer than 16,384 bytes. */
function withLength(key: Uint8Array): Uint8Array {
  const header = key.length < 64 ? [key.length] : [0x40 | key.length >> 8, key.length & 0xff]
  return concat([Uint8Array.from(header), key])
}

/** All other HPKE keys have lost their length when ts-mls has decoded the object, so only external_pub has one. */
function withoutLength(key: Uint8Array): Uint8Array {
  for (const length of KEY_LENGTHS) {
    const header = length < 64 ? 1 : 2
    if (key.length === header + length) return key.subarray(header)
  }
  return key
}
