package auth

import (
	"errors"
	"net/http"

	"catbird.blue/mls/xrpc"
)

// Names of authentication errors, all with status 401. They are the names that
// @atproto/xrpc-server, the reference PDS and the AppView use. Only JwtReplayed
// is ours.
const (
	// AuthenticationRequired: there is no bearer token, or more than one.
	AuthenticationRequired = xrpc.AuthenticationRequired
	// BadJwt: the token does not have the required form or claims.
	BadJwt = "BadJwt"
	// BadJwtType: typ in the header is not JWT.
	BadJwtType = "BadJwtType"
	// BadJwtAudience: the token is for another service.
	BadJwtAudience = "BadJwtAudience"
	// BadJwtLexiconMethod: the token is for another method, or names none.
	BadJwtLexiconMethod = "BadJwtLexiconMethod"
	// BadJwtIss: iss is not a DID without fragment.
	BadJwtIss = "BadJwtIss"
	// UntrustedIss: the issuer's DID does not exist, was deleted, has no usable
	// key, or is not a did:plc or did:web.
	UntrustedIss = "UntrustedIss"
	// BadJwtSignature: the signature was not made with the issuer's current
	// key.
	BadJwtSignature = "BadJwtSignature"
	// JwtExpired: the token has expired, or was issued before this service's
	// records of used tokens begin.
	JwtExpired = "JwtExpired"
	// JwtReplayed: the token was used before.
	JwtReplayed = "JwtReplayed"
)

// ErrUnknownIdentity is returned if a DID certainly has no usable key: it was
// never registered, is a tombstone, has a document without such a key, or must
// not be resolved.
var ErrUnknownIdentity = errors.New("identity unknown")

// ErrUpstream is returned if nothing was learned about a DID: its directory or
// host was unreachable, slow, failing, or sent something else than a document.
var ErrUpstream = errors.New("identity directory unavailable")

func refuse(name, format string, args ...any) *xrpc.Error {
	return xrpc.Errorf(http.StatusUnauthorized, name, format, args...)
}

// lookupError converts an error of the directory to an error for the client. An
// outage becomes 502 UpstreamFailure, not 401, so that clients do not treat the
// token as bad and log the user out.
func lookupError(err error) *xrpc.Error {
	var e *xrpc.Error
	var why *unusableError
	if errors.As(err, &e) {
		return e // a limit on look-ups is reached
	}
	if errors.As(err, &why) {
		e = refuse(UntrustedIss, "the issuer has no identity with a usable #atproto key: %s", why.reason)
	} else {
		e = xrpc.Errorf(http.StatusBadGateway, xrpc.UpstreamFailure,
			"the issuer's identity could not be looked up: try again in %d s", int(failureTTL.Seconds()))
		e.RetryAfter = failureTTL
	}
	e.Cause = err
	return e
}
