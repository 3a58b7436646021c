// AES-256-GCM with the nonce in front of the ciphertext.
import { concat, randomBytes, source } from './bytes.js'
import { MlsRefusal } from './mls/index.js'

const NONCE_BYTES = 12

const importKey = (key: Uint8Array): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', source(key), 'AES-GCM', false, ['encrypt', 'decrypt'])

/** Encrypts under a key of 32 bytes and a random nonce. `context` is authenticated with it. */
export async function seal(plaintext: Uint8Array, key: Uint8Array, context: Uint8Array): Promise<Uint8Array> {
  const nonce = randomBytes(NONCE_BYTES)
  const algorithm = { name: 'AES-GCM', iv: source(nonce), additionalData: source(context) }
  return concat([nonce, new Uint8Array(await crypto.subtle.encrypt(algorithm, await importKey(key), source(plaintext)))])
}

/** Decrypts what `seal` gave. Throws MlsRefusal if it was sealed with another key or context. */
export async function open(sealed: Uint8Array, key: Uint8Array, context: Uint8Array): Promise<Uint8Array> {
  const algorithm = { name: 'AES-GCM', iv: source(sealed.slice(0, NONCE_BYTES)), additionalData: source(context) }
  try {
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, await importKey(key), source(sealed.slice(NONCE_BYTES))))
  } catch (cause) {
    throw new MlsRefusal('not encrypted for this key, conversation, epoch and version', { cause })
  }
}
