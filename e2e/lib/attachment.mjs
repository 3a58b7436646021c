// Attachments are encrypted before they leave the device. The key is sent in the MLS message.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { base64 } from './device.mjs'

/** Encrypts with AES-256-GCM. Returns the bytes to upload and what the reader needs in order to decrypt them. */
export function seal(bytes) {
  const key = randomBytes(32)
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const sealed = Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
  return { sealed, secret: { key: base64(key), nonce: base64(nonce) } }
}

export function open(sealed, { key, nonce }) {
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(key, 'base64'), Buffer.from(nonce, 'base64'))
  decipher.setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
}
