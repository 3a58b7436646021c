// An account of this page: a key pair in this browser. The development service takes its tokens, after the page has
// told it the public key.

/** Base of the order of P-256, and half of it: atproto signatures have the lower one of two possible values of s. */
const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')
const HALF = ORDER / 2n
const TOKEN_SECONDS = 60
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' }
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' }

export class Account {
  private constructor(readonly name: string, readonly did: string, private readonly key: CryptoKey) {}

  /** The account of a name: the key pair that this browser keeps for it, or a new one. */
  static async open(name: string): Promise<Account> {
    const { privateKey, publicKey } = await keyPair(name)
    const response = await fetch('/dev/accounts', {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ publicKey: await multikey(publicKey) }),
    })
    const { did, message } = await response.json()
    if (!did) throw new Error(message)
    localStorage.setItem(nameKey(did), name)
    return new Account(name, did, privateKey)
  }

  /** The name of an account that this browser has opened, or else its DID. */
  static nameOf(did: string): string {
    return localStorage.getItem(nameKey(did)) ?? did
  }

  /** A service token for one call of a method (atproto "inter-service authentication"). */
  async token(service: string, method: string): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: this.did, aud: service, lxm: method, iat: now, exp: now + TOKEN_SECONDS, jti: crypto.randomUUID() }
    const signed = `${base64url(utf8(JSON.stringify({ typ: 'JWT', alg: 'ES256' })))}.${base64url(utf8(JSON.stringify(claims)))}`
    const signature = new Uint8Array(await crypto.subtle.sign(SIGNATURE, this.key, utf8(signed)))
    return `${signed}.${base64url(lowS(signature))}`
  }
}

const nameKey = (did: string) => `name ${did}`

/** The second half of a signature is s. (r, s) and (r, ORDER - s) verify alike. */
function lowS(signature: Uint8Array): Uint8Array {
  const s = BigInt(`0x${[...signature.subarray(32)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`)
  if (s <= HALF) return signature
  const low = (ORDER - s).toString(16).padStart(64, '0')
  const bytes = Uint8Array.from(low.match(/../g)!, (pair) => parseInt(pair, 16))
  return Uint8Array.from([...signature.subarray(0, 32), ...bytes])
}

const utf8 = (text: string) => new TextEncoder().encode(text)

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** A P-256 key as a Multikey: the code 0x1200 as a varint and the compressed point, in base58btc. */
async function multikey(key: CryptoKey): Promise<string> {
  const point = new Uint8Array(await crypto.subtle.exportKey('raw', key))
  return `z${base58(Uint8Array.from([0x80, 0x24, point[64] & 1 ? 3 : 2, ...point.subarray(1, 33)]))}`
}

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** Only for bytes that do not begin with 0. */
function base58(bytes: Uint8Array): string {
  let n = bytes.reduce((sum, byte) => sum << 8n | BigInt(byte), 0n)
  let text = ''
  for (; n > 0n; n /= 58n) text = BASE58[Number(n % 58n)] + text
  return text
}

/** The stored key pair of a name. The private key cannot be exported, not even by this page. */
async function keyPair(name: string): Promise<CryptoKeyPair> {
  const database = await opened()
  try {
    const found = await settled(database.transaction(STORE).objectStore(STORE).get(name))
    if (found) return found as CryptoKeyPair
    const made = await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify'])
    await settled(database.transaction(STORE, 'readwrite').objectStore(STORE).put(made, name))
    return made
  } finally {
    database.close()
  }
}

const STORE = 'keys'

function opened(): Promise<IDBDatabase> {
  const opening = indexedDB.open('accounts', 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
  return settled(opening)
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
