// Service tokens as other software makes them, and invalid ones.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Forms of tokens that other software makes. The service's own tests read the same file. */
export const tokenForms = JSON.parse(readFileSync(join(import.meta.dirname, '../../server/auth/testdata/tokens.json'), 'utf8'))

const ORDERS = {
  ES256K: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
  ES256: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
}

/**
 * Returns header and claims of a form. Times in it count from now. Words in capitals are replaced by the values of this
 * token.
 */
export function fill({ header, claims }, { iss, aud, lxm, now = Math.floor(Date.now() / 1000) }) {
  const words = { DID: iss, SERVICE: aud, 'SERVICE#atproto_mls': `${aud}#atproto_mls`, NSID: lxm, RANDOM: randomBytes(16).toString('hex') }
  const filled = Object.entries(claims).map(([name, value]) => [name, typeof value === 'number' ? now + value : (words[value] ?? value)])
  return { header: { ...header }, claims: Object.fromEntries(filled) }
}

/** Signs header and claims, each an object or a text, with the algorithm of the key's curve. */
export async function sign({ header, claims }, keypair, { highS = false, signature = (raw) => raw.toString('base64url') } = {}) {
  const text = (part) => (typeof part === 'string' ? part : JSON.stringify(part))
  const content = [header, claims].map((part) => Buffer.from(text(part)).toString('base64url')).join('.')
  const raw = Buffer.from(await keypair.sign(Buffer.from(content)))
  return `${content}.${signature(highS ? withHighS(raw, keypair.jwtAlg) : raw)}`
}

/** The other valid signature: keypairs of `@atproto/crypto` make the one with the lower s. */
function withHighS(raw, alg) {
  const s = ORDERS[alg] - BigInt(`0x${raw.subarray(32).toString('hex')}`)
  return Buffer.concat([raw.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')])
}

/** The signature in the encoding of X.509 (RFC 3279), which JOSE does not use. */
export function der(raw) {
  const integer = (bytes) => {
    let start = 0
    while (start < 31 && bytes[start] === 0) start++
    const value = bytes[start] > 127 ? [0, ...bytes.subarray(start)] : [...bytes.subarray(start)]
    return [2, value.length, ...value]
  }
  const both = [...integer(raw.subarray(0, 32)), ...integer(raw.subarray(32))]
  return Buffer.from([0x30, both.length, ...both]).toString('base64url')
}
