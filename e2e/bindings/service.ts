/** What each program is given. */
export interface Service {
  /** fetch that adds the origin and a service token for the method in the path. */
  fetch: (path: string, init: RequestInit) => Promise<Response>
  cipherSuite: string
  /** A fresh key package in base64. */
  keyPackage: string
  /** An id of a conversation that the caller is not in. */
  strangeConvo: string
}

/** What each program found out, by way of its generated API. */
export interface Report {
  suites: string[]
  published: number
  available: number
  conversations: number
  blobSize: number
  /** The declared error name of the refused call. */
  refused: string
}
