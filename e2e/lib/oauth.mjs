// An OAuth login at a PDS (https://atproto.com/specs/oauth) as an app and a browser do it together: the app pushes its
// request, the user signs in and agrees on the pages of the PDS, the app takes its tokens. Everything is bound to a key
// of the app (DPoP).
import { SignJWT, base64url, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import http from 'node:http'
import { secrets } from './secrets.mjs'

const REDIRECT = 'http://127.0.0.1/'
const API = '/@atproto/oauth-provider/~api'
const sha256 = (text) => base64url.encode(createHash('sha256').update(text).digest())

/** One request. fetch does not let its caller say from which page a request comes. */
function request(url, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((done, fail) => {
    const sent = http.request(url, { method, headers }, async (answer) => {
      const text = (await answer.toArray()).join('')
      done({ status: answer.statusCode, headers: answer.headers, text })
    })
    sent.on('error', fail).end(body)
  })
}

/** The key of an app, and requests that prove it. */
class Prover {
  #nonce

  static async create() {
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    return Object.assign(new Prover(), { privateKey, jwk: await exportJWK(publicKey) })
  }

  /** Sends a request with a proof, again if the server wants its nonce in it. */
  async request(url, options, accessToken) {
    for (let tries = 0; ; tries++) {
      const headers = { ...options.headers, dpop: await this.#proof(url, options.method, accessToken) }
      const answer = await request(url, { ...options, headers })
      const nonce = answer.headers['dpop-nonce']
      if (!nonce || nonce === this.#nonce || answer.status < 400 || tries > 1) return answer
      this.#nonce = nonce
    }
  }

  #proof(url, method = 'GET', accessToken) {
    const { origin, pathname } = new URL(url)
    return new SignJWT({
      htm: method, htu: origin + pathname, jti: randomUUID(), nonce: this.#nonce, ath: accessToken && sha256(accessToken),
    }).setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: this.jwk }).setIssuedAt().sign(this.privateKey)
  }
}

const form = (values) => ({
  method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(values).toString(),
})

function json({ status, text }) {
  const body = JSON.parse(text)
  if (status >= 400) throw Object.assign(new Error(`${status} ${text}`), { status, error: body.error, body })
  return body
}

/** The part of the user's browser: opens the page of the request, signs in, and agrees. Returns the code for the app. */
async function agree(pds, page, { identifier, password }) {
  const cookies = new Map()
  const keep = ({ headers }) => {
    for (const line of headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
      cookies.set(name, decodeURIComponent(value))
    }
  }
  const opened = await request(page, { headers: { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' } })
  keep(opened)
  const call = async (endpoint, body) => {
    const answer = await request(`${pds}${API}${endpoint}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json', 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'same-origin', 'sec-fetch-dest': 'empty',
        origin: pds, referer: page, 'x-csrf-token': cookies.get('csrf-token'),
        cookie: [...cookies].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('; '),
      },
      body: JSON.stringify(body),
    })
    keep(answer)
    return json(answer)
  }
  const { account } = await call('/sign-in', { locale: 'en', username: identifier, password, remember: true })
  const { url } = await call('/consent', { did: account.did })
  return new URL(url).searchParams.get('code')
}

/**
 * Logs in with a scope. Returns { did, scope, call }: the scope that was granted, and a function that calls a method of
 * the service through the PDS.
 */
export async function login({ pds, identifier, password, scope, serviceDid }) {
  const prover = await Prover.create()
  const verifier = base64url.encode(randomBytes(32))
  // The client id of an app without a public address carries its metadata.
  const clientId = `http://localhost?${new URLSearchParams({ redirect_uri: REDIRECT, scope })}`
  const pushed = json(await prover.request(`${pds}/oauth/par`, form({
    client_id: clientId, redirect_uri: REDIRECT, scope, response_type: 'code', state: randomUUID(), login_hint: identifier,
    code_challenge: sha256(verifier), code_challenge_method: 'S256', dpop_jkt: await calculateJwkThumbprint(prover.jwk),
  })))
  const page = `${pds}/oauth/authorize?${new URLSearchParams({ client_id: clientId, request_uri: pushed.request_uri })}`
  const code = await agree(pds, page, { identifier, password })
  const granted = json(await prover.request(`${pds}/oauth/token`, form({
    client_id: clientId, redirect_uri: REDIRECT, grant_type: 'authorization_code', code, code_verifier: verifier,
  })))
  secrets.add(granted.access_token)
  return {
    did: granted.sub,
    scope: granted.scope,
    call: async (name, params, method) => json(await prover.request(
      `${pds}/xrpc/blue.catbird.mls.${name}?${new URLSearchParams(params)}`,
      { method, headers: { authorization: `DPoP ${granted.access_token}`, 'atproto-proxy': `${serviceDid}#atproto_mls` } },
      granted.access_token)),
  }
}
