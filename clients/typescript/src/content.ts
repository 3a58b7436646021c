// Application messages contain JSON in UTF-8.
import { fromUtf8, utf8 } from './bytes.js'

/** An encrypted file of a conversation. It travels in a message; whoever has it can fetch and decrypt the file. */
export interface Attachment {
  /** Of the encrypted file. */
  cid: string
  /** AES-256 key, in base64. */
  key: string
  /** Length of the file in bytes. */
  size: number
  /** Bytes of plaintext in each encrypted part. */
  part: number
  /** Media type, such as image/png. */
  type?: string
  name?: string
}

/** What is sent: a text, attachments, and anything else that is JSON. */
export interface Content {
  text?: string
  attachments?: Attachment[]
  /** The application's own. */
  data?: unknown
}

export const encodeContent = (content: Content): Uint8Array => utf8(JSON.stringify(content))

/** Content of a message. Plaintexts of other applications that are no such JSON have none of its fields. */
export function decodeContent(plaintext: Uint8Array): Content {
  try {
    const { text, attachments, data } = JSON.parse(fromUtf8(plaintext)) as Content
    return {
      ...(typeof text === 'string' && { text }),
      ...(Array.isArray(attachments) && { attachments: attachments.filter(isAttachment) }),
      ...(data !== undefined && { data }),
    }
  } catch {
    return {}
  }
}

const isAttachment = (value: Partial<Attachment> | null): value is Attachment =>
  typeof value?.cid === 'string' && typeof value.key === 'string'
  && Number.isSafeInteger(value.size) && value.size! >= 0
  && Number.isSafeInteger(value.part) && value.part! > 0
