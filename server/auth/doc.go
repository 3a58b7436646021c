// Package auth says who calls, and how often they may: service tokens become
// an [xrpc.Caller], DIDs become signing keys, used tokens are remembered, and
// rates are bounded. It also keeps the service's own key and DID document.
//
// It stands on indigo's atproto/identity (fetching and reading DID documents)
// and atproto/atcrypto (keys and signatures). indigo's token validator is a
// test oracle here and not in the request path: it takes an aud array, any
// one audience only, high-S signatures and tokens without a jti, does not
// compare alg with the key, and refreshes a DID document for every bad
// signature. Its directory cache ties a joined look-up to the caller that came
// first and forgets unverified handles sooner than it was told to; ours is in
// directory.go.
//
// Token rules: https://atproto.com/specs/xrpc#inter-service-authentication-jwt,
// RFC 7515 (JWS), RFC 7518 §3.4 and RFC 8812 §3.2 (ES256, ES256K), RFC 7519.
package auth
