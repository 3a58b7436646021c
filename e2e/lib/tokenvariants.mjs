// Variants of a valid token with one change each, for the comparison with the reference implementation, and the list of
// the variants that are known to be judged differently, each with the reason.
import { der } from './tokens.mjs'

const header = (member, value) => (token) => { token.header[member] = value }
const claim = (member, value) => (token) => { token.claims[member] = value }
const without = (member) => (token) => { delete token.claims[member] }
/** Sets a claim to a time that many seconds from now. */
const at = (member, seconds) => (token) => { token.claims[member] = token.now + seconds }
const text = (part, change) => (token) => { token[part] = change(JSON.stringify(token[part])) }
const signature = (encode) => (token) => { token.options.signature = encode }
const both = (...changes) => (token) => changes.forEach((change) => change(token))

/** The variants by name. */
export const variants = {
  'as it is': () => {},
  'high S': (token) => { token.options.highS = true },
  'DER signature': signature(der),
  'padded signature': signature((raw) => `${raw.toString('base64url')}==`),
  'signature in the other alphabet': signature((raw) => raw.toString('base64').replace(/=+$/, '')),
  'flipped signature': signature((raw) => { raw[20] ^= 1; return raw.toString('base64url') }),
  'no signature': signature(() => ''),

  'no typ': (token) => { delete token.header.typ },
  'typ in lower case': header('typ', 'jwt'),
  'typ of an access token': header('typ', 'at+jwt'),
  'typ of a DPoP proof': header('typ', 'dpop+jwt'),
  'another typ': header('typ', 'application/jwt'),
  'typ null': header('typ', null),
  'kid #atproto': header('kid', '#atproto'),
  'kid atproto': header('kid', 'atproto'),
  'kid with the DID': (token) => { token.header.kid = `${token.claims.iss}#atproto` },
  'another kid': header('kid', 'key-1'),
  crv: header('crv', 'secp256k1'),
  crit: both(header('crit', ['b64']), header('b64', true)),
  'alg of the other curve': (token) => { token.header.alg = token.header.alg === 'ES256' ? 'ES256K' : 'ES256' },
  'alg none': header('alg', 'none'),
  'alg in lower case': (token) => { token.header.alg = token.header.alg.toLowerCase() },
  'alg missing': (token) => { delete token.header.alg },
  'a member of the header twice': text('header', (json) => json.replace('{', '{"typ":"x",')),

  'no iat': without('iat'),
  'iat null': claim('iat', null),
  'iat a text': claim('iat', '1'),
  'iat a fraction': (token) => { token.claims.iat += 0.25 },
  'iat 3 s ago': at('iat', -3),
  'iat 35 s ahead': both(at('iat', 35), at('exp', 95)),
  'iat 115 s ahead': both(at('iat', 115), at('exp', 175)),
  'iat 200 s ahead': both(at('iat', 200), at('exp', 260)),
  'iat after exp': at('iat', 100),
  'nbf now': at('nbf', 0),
  'nbf 100 s ahead': at('nbf', 100),
  'nbf an hour ahead': at('nbf', 3600),
  'exp missing': without('exp'),
  'exp a text': claim('exp', '4102444800'),
  'exp a fraction': (token) => { token.claims.exp += 0.5 },
  'expired 5 s ago': both(at('iat', -65), at('exp', -5)),
  'expired 100 s ago': both(at('iat', -160), at('exp', -100)),
  'exp in 400 s': at('exp', 400),
  'exp in 3500 s': at('exp', 3500),
  'exp in a day': at('exp', 86_400),
  'no jti': without('jti'),
  'jti empty': claim('jti', ''),
  'jti null': claim('jti', null),
  'jti a number': claim('jti', 7),
  'jti of 300 bytes': (token) => { token.claims.jti = token.claims.jti.padEnd(300, 'x') },
  nonce: claim('nonce', 'x'),
  'nonce a number': claim('nonce', 7),

  'aud with the fragment': (token) => { token.claims.aud += '#atproto_mls' },
  'aud of another service here': (token) => { token.claims.aud += '#bsky_appview' },
  'aud another': claim('aud', 'did:web:other.test'),
  'aud an array': (token) => { token.claims.aud = [token.claims.aud] },
  'lxm missing': without('lxm'),
  'lxm null': claim('lxm', null),
  'lxm another': claim('lxm', 'blue.catbird.mls.getConvos2'),
  'lxm a star': claim('lxm', '*'),
  'iss with a fragment': (token) => { token.claims.iss += '#atproto_labeler' },
  'iss missing': without('iss'),
  'iss a handle': claim('iss', 'ada.test'),
  'sub the same': (token) => { token.claims.sub = token.claims.iss },
  'sub another': claim('sub', 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'),
  'an unknown claim': claim('x', [{ y: 1 }]),
  'a claim twice': text('claims', (json) => json.replace('{', '{"aud":"did:web:other.test",')),
  'white space': text('claims', (json) => `  ${json}\n`),
  'claims longer than 4 KiB': claim('x', 'y'.repeat(4000)),
}

/** Variants that the service refuses and the reference accepts: the kinds of methods, the date and the reason. */
export const stricter = [
  ['DER signature', '2026-11-27', 'RFC 7518 §3.4 has r and s of fixed length in tokens; no software is known to differ'],
  ['padded signature', '2026-11-27', 'RFC 7515 §2 has base64url without padding'],
  ['signature in the other alphabet', '2026-11-27', 'RFC 7515 §2 has base64url'],
  ['another typ', '2026-11-27', 'a token that says it is something else, such as a log-in of another protocol, is not taken for this one'],
  ['kid with the DID', '2026-11-27', 'kid may name the signing key and no other; no software is known to write it so'],
  ['another kid', '2026-11-27', 'kid names a key that is not the signing key of the account'],
  ['crit', '2026-11-27', 'RFC 7515 §4.1.11: what is critical and not understood is refused'],
  ['a member of the header twice', '2026-11-27', 'RFC 8725 §2.4: two readers may see two tokens'],
  ['a claim twice', '2026-11-27', 'RFC 8725 §2.4: two readers may see two tokens'],
  ['iat a text', '2026-11-27', 'RFC 7519 §4.1.6 has a number'],
  ['iat 200 s ahead', '2026-11-27', 'a clock that is ahead by more than two minutes; a token must be remembered for as long as it lives'],
  ['iat after exp', '2026-11-27', 'a token that is never valid by its own clock'],
  ['nbf an hour ahead', '2026-11-27', 'RFC 7519 §4.1.5: it must not be accepted before that time'],
  ['exp in 3500 s', '2026-11-27', 'a token that is spent must be remembered for as long as it lives; queries take it', 'spent'],
  ['exp in a day', '2026-11-27', 'a stolen token must end; a PDS gives an hour at most'],
  ['jti a number', '2026-11-27', 'RFC 7519 §4.1.7 has a string'],
  ['jti of 300 bytes', '2026-11-27', 'no software makes one of more than 64 bytes'],
  ['iss with a fragment', '2026-11-27', 'a service of an account is not the account'],
  ['sub another', '2026-11-27', 'the caller is iss alone; a token that names somebody else was made to deceive'],
  ['claims longer than 4 KiB', '2026-11-27', 'a PDS makes tokens of about 400 bytes'],
]

/** Variants that the service accepts and the reference, given the service's DID, refuses. */
export const laxer = [
  ['aud with the fragment', '2026-11-27', 'a PDS with granular scopes puts it there; the reference leaves the comparison to its caller'],
  ['expired 5 s ago', '2026-11-27', 'clocks that are behind, by 30 s at most'],
  ['nonce a number', '2026-11-27', 'the claim means nothing here'],
]
