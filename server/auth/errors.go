package auth

import (
	"errors"
	"net/http"

	"catbird.blue/mls/xrpc"
)

// Names of authentication errors, all with status 401. They are those of
// @atproto/xrpc-server and of the reference PDS and AppView, apart from
// JwtReplayed, for which there is none.
const (
	// AuthenticationRequired: no bearer token, or more than one.
	AuthenticationRequired = xrpc.AuthenticationRequired
	// BadJwt: not a token of the form and content asked for.
	BadJwt = "BadJwt"
	// BadJwtType: the header says it is a token of another kind.
	BadJwtType = "BadJwtType"
	// BadJwtAudience: meant for another service.
	BadJwtAudience = "BadJwtAudience"
	// BadJwtLexiconMethod: meant for another method, or for any.
	BadJwtLexiconMethod = "BadJwtLexiconMethod"
	// BadJwtIss: iss is not a DID alone.
	BadJwtIss = "BadJwtIss"
	// UntrustedIss: a DID that does not exist, has been deleted, has no
	// usable key, or is of a method that accounts do not have.
	UntrustedIss = "UntrustedIss"
	// BadJwtSignature: not signed by the issuer's current key.
	BadJwtSignature = "BadJwtSignature"
	// JwtExpired: too old, or older than this service's memory of tokens.
	JwtExpired = "JwtExpired"
	// JwtReplayed: the token was used before.
	JwtReplayed = "JwtReplayed"
)

// ErrUnknownIdentity is returned where the answer about a DID is certain and
// negative: it was never registered, it is a tombstone, its document has no
// usable key, or it must not be resolved.
var ErrUnknownIdentity = errors.New("identity unknown")

// ErrUpstream is returned where there was no answer about a DID: its
// directory or host was unreachable, slow, failing or incomprehensible.
var ErrUpstream = errors.New("identity directory unavailable")

func refuse(name, format string, args ...any) *xrpc.Error {
	return xrpc.Errorf(http.StatusUnauthorized, name, format, args...)
}

// lookupError turns what the directory says into what the client is told. An
// outage is 502 UpstreamFailure, the status and name that the protocol has
// for it, so that no client takes it for a bad token and logs its user out.
func lookupError(err error) *xrpc.Error {
	var e *xrpc.Error
	var why *unusableError
	if errors.As(err, &e) {
		return e // there are too many look-ups
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
