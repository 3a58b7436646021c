// What the end-to-end tests ask of an MLS implementation; tsmls.mjs and corecrypto.mjs provide it.
//
// Group ids are lower-case hex, everything else is bytes. A method that changes the group builds a
// bundle { commit, welcome, groupInfo, ratchetTree } and hands it to `submit`, which sends it to the delivery
// service and says whether it was accepted; only then does the client move to the next epoch.
//
//   keyPackages(n)                      → n fresh key packages
//   createGroup(groupId)                  a group of one, epoch 0
//   add(groupId, keyPackages, submit)   → accepted
//   remove(groupId, identities, submit) → accepted
//   update(groupId, submit)             → accepted
//   joinWelcome(welcome, ratchetTree)   → groupId
//   joinExternal(groupInfo, submit, ratchetTree)
//                                       → accepted; replaces this client's own old leaf, if any
//   hasExternalPubOf(groupId, groupInfo)
//                                       → whether its external_pub is the group's; not of core-crypto, which shows
//                                         nobody the external secret
//   forget(groupId)                       loses the state of a group
//   encrypt(groupId, plaintext)         → message
//   process(groupId, message)           → { contentType, plaintext, active }: application, commit or proposal;
//                                         what it said; whether this client is still in the group
//   epoch(groupId)                      → number
//   members(groupId)                    → identities, in no particular order
//   signatureKey                          the leaf's SignaturePublicKey
import { createHash } from 'node:crypto'
import { CoreCryptoClient } from './corecrypto.mjs'
import { TsMlsClient } from './tsmls.mjs'

export const SUITE_1 = 'MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519'
export const SUITE_2 = 'MLS_128_DHKEMP256_AES128GCM_SHA256_P256'
export const SUITE_3 = 'MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519'
export const SUITE_5 = 'MLS_256_DHKEMP521_AES256GCM_SHA512_P521'
export const SUITE_7 = 'MLS_256_DHKEMP384_AES256GCM_SHA384_P384'

const implementations = { 'ts-mls': TsMlsClient, 'core-crypto': CoreCryptoClient }

/**
 * Starts a client. `identity` becomes the basic credential: a DID, optionally with #device. `handshakes` is 'public'
 * (PublicMessage commits) or 'private' (PrivateMessage commits). The ratchet tree is 'inside' the GroupInfo and the
 * Welcome or, with ts-mls, 'beside' them; only then is it passed separately. `raw` turns off one correction of ts-mls:
 * 'external_pub', 'keys' or 'lifetime'.
 */
export function openClient(implementation, { identity, suite = SUITE_1, handshakes = 'public', tree = 'inside', raw }) {
  return implementations[implementation].open({ identity, suite, handshakes, tree, raw })
}

/** The service's id of a device: half of the SHA-256 of its signature key, in lower-case base32 without padding. */
export function deviceId(signatureKey) {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'
  const half = createHash('sha256').update(signatureKey).digest().subarray(0, 16)
  const bits = [...half].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return bits.match(/.{1,5}/g).map((group) => alphabet[parseInt(group.padEnd(5, '0'), 2)]).join('')
}
