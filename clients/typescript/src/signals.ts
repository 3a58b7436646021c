// Signals are encrypted under a key of the group's epoch, apart from the ratchets of messages: a device that misses
// signals must not lose the keys of messages with them (docs/decisions/0062-signals.md). The signature of the sender's
// leaf shows who sent one. The format is in docs/protocol.md, Signals.
import { open, seal } from './aead.js'
import { concat, fromUtf8, utf8 } from './bytes.js'
import { MlsRefusal, type Group, type Leaf } from './mls/index.js'
import { bucket } from './mls/padding.js'

const KEY_LABEL = 'blue.catbird.mls signal key'
const KEY_BYTES = 32
const SIGNATURE_LABEL = 'blue.catbird.mls signal'
const HEAD_BYTES = 8

/** Encrypts a value of JSON for the members of the group's epoch. */
export async function sealSignal(data: unknown, group: Group): Promise<Uint8Array> {
  const content = utf8(JSON.stringify(data) ?? 'null')
  const signature = await group.sign(SIGNATURE_LABEL, signed(group, group.ownLeaf, content))
  const plain = new Uint8Array(bucket(HEAD_BYTES + signature.length + content.length))
  const head = new DataView(plain.buffer)
  head.setUint32(0, group.ownLeaf)
  head.setUint16(4, signature.length)
  head.setUint16(6, content.length)
  plain.set(signature, HEAD_BYTES)
  plain.set(content, HEAD_BYTES + signature.length)
  return seal(plain, await keyOf(group), contextOf(group))
}

/** Decrypts a signal of the group's epoch. Throws MlsRefusal if it is of another epoch, or its sender did not sign it. */
export async function openSignal(sealed: Uint8Array, group: Group): Promise<{ data: unknown, sender: Leaf }> {
  const plain = await open(sealed, await keyOf(group), contextOf(group))
  if (plain.length < HEAD_BYTES) throw new MlsRefusal('the signal is too short')
  const head = new DataView(plain.buffer, plain.byteOffset)
  const end = HEAD_BYTES + head.getUint16(4)
  const signature = plain.slice(HEAD_BYTES, end), content = plain.slice(end, end + head.getUint16(6))
  const sender = group.leaves.find(({ index }) => index === head.getUint32(0))
  if (!sender || !await group.verify(sender, SIGNATURE_LABEL, signed(group, sender.index, content), signature)) {
    throw new MlsRefusal('the signal is not signed by a member')
  }
  try {
    return { data: JSON.parse(fromUtf8(content)), sender }
  } catch (cause) {
    throw new MlsRefusal('the signal is no JSON', { cause })
  }
}

const keyOf = (group: Group): Promise<Uint8Array> => group.exportSecret(KEY_LABEL, utf8(group.id), KEY_BYTES)
const contextOf = ({ id, epoch }: Group): Uint8Array => utf8(`signal ${id} ${epoch}`)

const signed = ({ id, epoch }: Group, leaf: number, content: Uint8Array): Uint8Array =>
  concat([utf8(`signal ${id} ${epoch} ${leaf} `), content])
