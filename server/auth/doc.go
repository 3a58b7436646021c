// Package auth authenticates callers: it verifies service tokens and yields an
// [xrpc.Caller], resolves DIDs to signing keys, and remembers used tokens. It
// also reads the service's own key and makes its DID document.
//
// Keys and signatures come from indigo's atproto/atcrypto. Package k256 checks
// signatures of accounts that call often, with tables. Other parts of indigo are
// not used in the request path:
//
//   - Its token validator accepts an aud array, takes one audience only, does not
//     compare alg with the key, and fetches the DID document again for every bad
//     signature. Tests compare our verdicts with it.
//   - Its resolver decodes whole DID documents, and fails at entries that are not
//     needed here.
//   - Its directory cache cancels a shared look-up when the first caller goes
//     away, and drops entries without a verified handle before their time.
//
// Tokens from every PDS should be accepted. The differences from the reference
// implementation (verifyJwt of @atproto/xrpc-server) are listed in
// e2e/test/tokens.test.mjs with dates and reasons.
//
// Token rules: https://atproto.com/specs/xrpc#inter-service-authentication-jwt,
// RFC 7515 (JWS), RFC 7518 §3.4 and RFC 8812 §3.2 (ES256, ES256K), RFC 7519.
package auth
