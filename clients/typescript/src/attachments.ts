// Files are encrypted in parts, each by AES-256-GCM, so that a range can be decrypted without the rest. The key is fresh
// for every file, and the nonce of a part is its number. What is uploaded is padded, so its length says little.
import { base64, concat, fromBase64, randomBytes, source } from './bytes.js'
import type { Attachment } from './content.js'
import { ClientError } from './errors.js'
import { bucket } from './mls/padding.js'

const PART = 64 * 1024
const TAG = 16

/** Encrypts a file. `progress` is told how many of its padded bytes are done. */
export async function seal(file: Uint8Array, progress: (done: number, total: number) => void = () => {}) {
  const rawKey = randomBytes(32)
  const key = await importKey(rawKey)
  const padded = bucket(file.length)
  const parts: Uint8Array[] = []
  for (let start = 0; start < padded; start += PART) {
    const end = Math.min(start + PART, padded)
    const part = new Uint8Array(end - start)
    part.set(file.subarray(Math.min(start, file.length), Math.min(end, file.length)))
    const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce(start / PART) }, key, part)
    parts.push(new Uint8Array(sealed))
    progress(end, padded)
  }
  return { sealed: concat(parts), secret: { key: base64(rawKey), size: file.length, part: PART } }
}

/** Where the parts of a range stand in the encrypted file. `length` may go beyond the end of the file. */
export function rangeOf({ size, part }: Attachment, start: number, length: number) {
  const end = Math.min(start + length, size)
  const first = Math.floor(start / part)
  const last = Math.max(first, Math.ceil(end / part) - 1)
  const whole = bucket(size) + Math.ceil(bucket(size) / part) * TAG
  const from = first * (part + TAG)
  return { first, start: from, length: Math.min((last - first + 1) * (part + TAG), whole - from), end }
}

/** Decrypts a range from its parts, of which `first` is the number of the first one. */
export async function openRange(
  attachment: Attachment, parts: Uint8Array, first: number, start: number, end: number,
): Promise<Uint8Array> {
  const key = await importKey(fromBase64(attachment.key))
  const opened: Uint8Array[] = []
  for (let offset = 0, n = first; offset < parts.length; offset += attachment.part + TAG, n++) {
    const sealed = parts.subarray(offset, offset + attachment.part + TAG)
    try {
      opened.push(new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce(n) }, key, source(sealed))))
    } catch {
      throw new ClientError('DamagedAttachment', `part ${n} of the attachment ${attachment.cid} is not what was encrypted`)
    }
  }
  const plain = concat(opened).subarray(start - first * attachment.part, end - first * attachment.part)
  if (plain.length !== end - start) throw new ClientError('DamagedAttachment', `the attachment ${attachment.cid} is too short`)
  return plain
}

const importKey = (raw: Uint8Array) => crypto.subtle.importKey('raw', source(raw), 'AES-GCM', false, ['encrypt', 'decrypt'])

function nonce(part: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12)
  new DataView(bytes.buffer).setUint32(8, part)
  return bytes
}
