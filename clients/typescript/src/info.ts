// The info of a conversation: name, description and picture, encrypted under a random key. That key is wrapped under an
// exporter secret of the group's epoch (RFC 9420, section 8.5), so that the members of the epoch can unwrap it.
import { open, seal } from './aead.js'
import { base64, fromBase64, fromUtf8, randomBytes, utf8 } from './bytes.js'
import type { Group } from './mls/index.js'

/** What the members of a conversation see of it. The service cannot read it. */
export interface Info {
  name?: string
  description?: string
  /** A small picture, such as a JPEG, of up to 40 KiB. */
  picture?: Uint8Array
}

/** The label and the length of the exporter secret (docs/protocol.md, Encrypted info). */
const LABEL = 'blue.catbird.mls info key'
const KEY_BYTES = 32

export const newInfoKey = (): Uint8Array => randomBytes(KEY_BYTES)

/** Encrypts an info as the version `version` of the conversation. */
export function sealInfo(info: Info, key: Uint8Array, convoId: string, version: number): Promise<Uint8Array> {
  return seal(encodeInfo(info), key, infoContext(convoId, version))
}

/** Decrypts an info. Throws MlsRefusal if it is not of this conversation, version and key. */
export async function openInfo(sealed: Uint8Array, key: Uint8Array, convoId: string, version: number): Promise<Info> {
  return decodeInfo(await open(sealed, key, infoContext(convoId, version)))
}

/** An info as JSON in UTF-8. */
export function encodeInfo({ name, description, picture }: Info): Uint8Array {
  return utf8(JSON.stringify({ name, description, ...(picture && { picture: base64(picture) }) }))
}

/** Throws SyntaxError for anything else than encodeInfo writes: its author may be malicious. */
export function decodeInfo(bytes: Uint8Array): Info {
  try {
    const { name, description, picture } = JSON.parse(fromUtf8(bytes)) as Record<string, unknown>
    return {
      ...(typeof name === 'string' && { name }),
      ...(typeof description === 'string' && { description }),
      ...(typeof picture === 'string' && { picture: fromBase64(picture) }),
    }
  } catch (cause) {
    throw new SyntaxError('not an info', { cause })
  }
}

/** Wraps the key of a version for the members of the group's epoch. */
export async function wrapInfoKey(key: Uint8Array, group: Group, version: number): Promise<Uint8Array> {
  return seal(key, await wrappingKey(group), keyContext(group, version))
}

/** Unwraps the key of a version that was wrapped in the group's epoch. Throws MlsRefusal if it was not. */
export async function unwrapInfoKey(wrapped: Uint8Array, group: Group, version: number): Promise<Uint8Array> {
  return open(wrapped, await wrappingKey(group), keyContext(group, version))
}

const wrappingKey = (group: Group): Promise<Uint8Array> => group.exportSecret(LABEL, utf8(group.id), KEY_BYTES)

const infoContext = (convoId: string, version: number): Uint8Array => utf8(`info ${convoId} ${version}`)
const keyContext = ({ id, epoch }: Group, version: number): Uint8Array => utf8(`key ${id} ${epoch} ${version}`)
