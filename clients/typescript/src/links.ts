// Join links. The code of a link and the key of its preview are in the fragment of a URL, which browsers do not send: the
// web server behind it learns neither. The formats are in docs/protocol.md, Join links.
import { open, seal } from './aead.js'
import { base64url, fromBase64url, randomBytes, utf8 } from './bytes.js'
import { ClientError } from './errors.js'
import { decodeInfo, encodeInfo, type Info } from './info.js'
import type * as mls from './lexicons/blue/catbird/mls.js'
import { MlsRefusal } from './mls/index.js'
import { bucket } from './mls/padding.js'

/** Which accounts may join by a link: all, or those that an admin follows. The latter needs a service with an AppView. */
export type JoinRule = 'anyone' | 'followedByAdmin'

/** How an account stands to a link. `none`: it has not asked, or need not. */
export type JoinStatus = 'none' | 'pending' | 'approved' | 'rejected' | 'member'

/** The rules and the preview of a join link. */
export interface LinkOptions {
  /** `anyone` if absent. */
  joinRule?: JoinRule
  /** Whether a member that may make links must approve each account first. False if absent. */
  requireApproval?: boolean
  /** Nobody can join after that time. */
  expiresAt?: Date
  /** How many accounts may join. */
  maxUses?: number
  /**
   * Shown before joining to whoever has the link: a name, for example. It is encrypted under a key that only the link has.
   * 8 KiB at most, so that a picture can be of some 5 KiB.
   */
  preview?: Info
}

/** A join link, as members see it that may make links. */
export interface LinkDetails {
  id: string
  /** The link itself, to be shared. Only the device that has made it knows it. */
  url?: string
  joinRule: JoinRule
  requireApproval: boolean
  /** In ISO 8601. */
  expiresAt?: string
  maxUses?: number
  /** How many accounts have joined by it. */
  uses: number
  createdBy: string
  /** In ISO 8601. */
  createdAt: string
  /** In ISO 8601. */
  disabledAt?: string
}

/** A join link as it looks to whoever has it. */
export interface LinkPreview {
  convoId: string
  /** Chosen by its maker. Absent if nothing was. */
  preview?: Info
  memberCount: number
  joinRule: JoinRule
  requireApproval: boolean
  /** Of this account. */
  status: JoinStatus
}

/** An account that asks to join. */
export interface JoinRequest {
  did: string
  linkId: string
  /** In ISO 8601. */
  requestedAt: string
}

/** The parts of a join link. */
export interface LinkParts {
  /** Enough to join. */
  code: string
  /** The key of the preview, if the link has one. */
  key?: Uint8Array
  /** The DID of the service that has the conversation. */
  service: string
}

const CODE = /^[\w-]{22}$/
const KEY = /^[\w-]{43}$/
const KEY_BYTES = 32
const OVERHEAD = 28 // the nonce and the tag
const MAX_PREVIEW = 8192 - OVERHEAD

/** A join link that leads to `base`, a page that opens the application: `https://chat.example/join`. */
export function linkUrl(base: string, { code, key, service }: LinkParts): string {
  const url = new URL(base)
  const did = encodeURIComponent(service).replaceAll('%3A', ':')
  url.hash = `code=${code}${key ? `&key=${base64url(key)}` : ''}&service=${did}`
  return url.href
}

/** The parts of a join link, whatever page it leads to. Throws DamagedLink if it is none, or has lost something. */
export function parseLink(url: string): LinkParts {
  const text = url.trim()
  const fields = new URLSearchParams(text.includes('#') ? text.slice(text.indexOf('#') + 1) : '')
  const code = fields.get('code') ?? '', key = fields.get('key'), service = fields.get('service') ?? ''
  if (!CODE.test(code) || key !== null && !KEY.test(key) || !service.startsWith('did:')) {
    throw new ClientError('DamagedLink', 'this is no join link, or a part of it is missing')
  }
  return { code, ...(key !== null && { key: fromBase64url(key) }), service }
}

export const newPreviewKey = (): Uint8Array => randomBytes(KEY_BYTES)

/** Encrypts a preview, padded by spaces, as that of a conversation. */
export async function sealPreview(preview: Info, key: Uint8Array, convoId: string): Promise<Uint8Array> {
  const content = encodeInfo(preview)
  if (content.length > MAX_PREVIEW) {
    throw new ClientError('PreviewTooLarge', `the preview has ${content.length} bytes, of which ${MAX_PREVIEW} fit`)
  }
  const padded = new Uint8Array(Math.min(bucket(content.length), MAX_PREVIEW)).fill(0x20)
  padded.set(content)
  return seal(padded, key, contextOf(convoId))
}

/** Decrypts a preview. Throws DamagedLink if it was encrypted under another key, or for another conversation. */
export async function openPreview(sealed: Uint8Array, key: Uint8Array, convoId: string): Promise<Info> {
  try {
    return decodeInfo(await open(sealed, key, contextOf(convoId)))
  } catch (error) {
    if (!(error instanceof MlsRefusal || error instanceof SyntaxError)) throw error
    throw new ClientError('DamagedLink', 'the key in the link does not open its preview')
  }
}

const contextOf = (convoId: string): Uint8Array => utf8(`link ${convoId}`)

export function toLink(link: mls.defs.JoinLink, url?: string): LinkDetails {
  const { linkId, joinRule, requireApproval, expiresAt, maxUses, uses, createdBy, createdAt, disabledAt } = link
  return {
    id: linkId, ...(url !== undefined && { url }), joinRule: joinRule as JoinRule, requireApproval,
    ...(expiresAt && { expiresAt }), ...(maxUses !== undefined && { maxUses }), uses, createdBy, createdAt,
    ...(disabledAt && { disabledAt }),
  }
}
