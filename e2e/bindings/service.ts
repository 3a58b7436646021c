/** The arguments of each program. */
export interface Service {
  /** fetch with the origin and a service token for the method in the path added. */
  fetch: (path: string, init: RequestInit) => Promise<Response>
  cipherSuite: string
  /** A new key package in base64. */
  keyPackage: string
  /** The id of a conversation of the caller that has one stored message. */
  convoId: string
  /** The id of a conversation of which the caller is not a member. */
  foreignConvo: string
}

/** The results that each program got through its generated API. */
export interface Report {
  suites: string[]
  published: number
  available: number
  conversations: number
  /** The bytes of the stored message. */
  message: Uint8Array
  blobSize: number
  /** The error name of the refused call, which the lexicon declares. */
  refused: string
}
