// Package auth says who calls, and how often they may: service tokens become
// an [xrpc.Caller], DIDs become signing keys, used tokens are remembered, and
// rates are bounded. It also keeps the service's own key and DID document.
//
// It stands on indigo's atproto/atcrypto (keys and signatures). indigo's token
// validator is a test oracle here and not in the request path: it takes an aud
// array, any one audience only, does not compare alg with the key, and refreshes
// a DID document for every bad signature. Its resolver decodes whole DID
// documents and fails at entries that nobody needs. Its directory cache ties a
// joined look-up to the caller that came first and forgets unverified handles
// sooner than it was told to; ours is in directory.go.
//
// Tokens are to be accepted from every PDS: what the reference implementation
// (verifyJwt of @atproto/xrpc-server) accepts and this package does not is
// listed in e2e/test/tokens.test.mjs, with dates and reasons.
//
// Token rules: https://atproto.com/specs/xrpc#inter-service-authentication-jwt,
// RFC 7515 (JWS), RFC 7518 §3.4 and RFC 8812 §3.2 (ES256, ES256K), RFC 7519.
package auth
