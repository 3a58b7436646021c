package auth

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/source"
	"catbird.blue/mls/xrpc"
)

const (
	// Leeway is how long after exp a token is still accepted.
	Leeway = 30 * time.Second
	// ClockError is how far the clock of an issuer may be ahead of ours.
	ClockError = 2 * time.Minute
	// MaxLifetime is the longest validity of a token for a query, counted from
	// iat or from now, whichever is later. A PDS issues tokens of 60 s when it
	// proxies, and of up to MaxLifetime by getServiceAuth.
	MaxLifetime = time.Hour
	// MaxSpentLifetime is the limit for single-use tokens; ClockError is added
	// to it. It is shorter because each of these tokens is remembered until it
	// expires.
	MaxSpentLifetime = 5 * time.Minute
	// maxRemembered is the longest time for which a single-use token must be
	// remembered: iat may be ahead of now, and the end is rounded up.
	maxRemembered = ClockError + MaxSpentLifetime + ClockError + Leeway + 2*time.Second
)

// Config configures an Authenticator.
type Config struct {
	// Audiences are the accepted values of aud, see the function Audiences.
	Audiences []string
	Directory *Directory
	Replay    ReplayStore
	Metrics   *Metrics
	// Proxies are the reverse proxies whose X-Forwarded-For is trusted.
	Proxies source.Proxies

	// Set by tests of this package.
	now func() time.Time
}

// Authenticator verifies the service token of a request and returns the caller.
type Authenticator struct {
	audiences []string
	directory *Directory
	replay    ReplayStore
	verified  *verifiedTokens
	tables    *keyTables
	metrics   *Metrics
	proxies   source.Proxies
	now       func() time.Time
}

var _ xrpc.Authenticator = (*Authenticator)(nil)

// New returns an error if cfg lacks audiences, a directory or a replay store.
func New(cfg Config) (*Authenticator, error) {
	if len(cfg.Audiences) == 0 || cfg.Directory == nil || cfg.Replay == nil {
		return nil, errors.New("auth: audiences, a directory and a replay store are required")
	}
	a := &Authenticator{
		audiences: cfg.Audiences, directory: cfg.Directory, replay: cfg.Replay,
		verified: newVerifiedTokens(), metrics: cfg.Metrics.orUnregistered(), proxies: cfg.Proxies, now: cfg.now,
	}
	if a.now == nil {
		a.now = time.Now
	}
	a.tables = newKeyTables(tableMemory, a.now)
	return a, nil
}

// Authenticate implements xrpc.Authenticator. Its errors have status 401 and
// one of the names in this package, or 502 UpstreamFailure if the DID document
// of the issuer could not be fetched. A Public method gets the empty caller,
// whether or not the request has a token.
func (a *Authenticator) Authenticate(ctx context.Context, r *http.Request, m *xrpc.Method) (xrpc.Proof, error) {
	if m.Public {
		return xrpc.Proof{}, nil
	}
	proof, e := a.authenticate(ctx, r, m)
	if e != nil {
		a.metrics.Tokens.WithLabelValues(e.Name).Inc()
		return xrpc.Proof{}, e
	}
	if proof.Spend == nil {
		a.metrics.Tokens.WithLabelValues("ok").Inc()
	}
	return proof, nil
}

func (a *Authenticator) authenticate(ctx context.Context, r *http.Request, m *xrpc.Method) (xrpc.Proof, *xrpc.Error) {
	raw, e := bearer(r.Header)
	if e != nil {
		return xrpc.Proof{}, e
	}
	source := source.Of(r, a.proxies).String()
	if !singleUse(m) {
		did, e := a.authenticateAgain(ctx, source, raw, m)
		return xrpc.Proof{Caller: xrpc.Caller{DID: did}}, e
	}
	t, e := parseToken(raw)
	if e != nil {
		return xrpc.Proof{}, e
	}
	start := a.now()
	if e := t.claims.check(seconds(start), a.audiences, m); e != nil {
		return xrpc.Proof{}, e
	}
	// The signature is verified before the jti is recorded as used: otherwise
	// anyone could use up the jti of another account.
	if _, e := a.verify(ctx, source, t, start); e != nil {
		return xrpc.Proof{}, e
	}
	use := t.use()
	return xrpc.Proof{
		Caller: xrpc.Caller{DID: t.claims.Iss},
		Spend:  func(ctx context.Context) error { return a.spendAndCount(ctx, use) },
	}, nil
}

// spendAndCount returns the error interface, so that success is a nil error and
// not a nil *xrpc.Error in it.
func (a *Authenticator) spendAndCount(ctx context.Context, u Use) error {
	if e := a.spend(ctx, u); e != nil {
		a.metrics.Tokens.WithLabelValues(e.Name).Inc()
		return e
	}
	a.metrics.Tokens.WithLabelValues("ok").Inc()
	return nil
}

// authenticateAgain is for methods whose tokens may be used repeatedly. A token
// that was verified before is not parsed and verified again while the key that
// verified it is still current.
func (a *Authenticator) authenticateAgain(ctx context.Context, source, raw string, m *xrpc.Method) (string, *xrpc.Error) {
	start := a.now()
	if found, ok := a.verified.get(raw); ok {
		if e := found.claims.check(seconds(start), a.audiences, m); e != nil {
			return "", e
		}
		if key, err := a.directory.lookup(ctx, source, found.claims.Iss); err == nil && key.public.Equal(found.key) {
			a.metrics.Verdicts.Inc()
			return found.claims.Iss, nil
		}
	}
	t, e := parseToken(raw)
	if e != nil {
		return "", e
	}
	if e := t.claims.check(seconds(start), a.audiences, m); e != nil {
		return "", e
	}
	key, e := a.verify(ctx, source, t, start)
	if e != nil {
		return "", e
	}
	kept := t.claims // a copy, so that the cache does not retain the rest of the token
	a.verified.put(raw, verifiedToken{&kept, key.public})
	return t.claims.Iss, nil
}

// singleUse reports whether a token is accepted only once for the method: for
// procedures, which may write, and for streams, which outlive their token.
// Tokens of other queries may be repeated, as clients and proxies do when a
// response was lost.
func singleUse(m *xrpc.Method) bool {
	return m.Kind != xrpc.Query || m.OutputEncoding == "text/event-stream"
}

// bearer returns the token of the Authorization header (RFC 6750 §2.1).
func bearer(h http.Header) (string, *xrpc.Error) {
	values := h.Values("Authorization")
	switch len(values) {
	case 0:
		return "", refuse(AuthenticationRequired, "a service token is required: Authorization: Bearer")
	case 1:
	default:
		return "", refuse(AuthenticationRequired, "there is more than one Authorization header")
	}
	scheme, token, ok := strings.Cut(values[0], " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return "", refuse(AuthenticationRequired, "the Authorization header is not a Bearer token")
	}
	return strings.Trim(token, " "), nil
}

// verify checks the signature with the issuer's current key. If it does not
// match, the DID document is fetched again, once: the key may have changed.
func (a *Authenticator) verify(ctx context.Context, source string, t *token, start time.Time) (*issuerKey, *xrpc.Error) {
	key, err := a.directory.lookup(ctx, source, t.claims.Iss)
	if err != nil {
		return nil, lookupError(err)
	}
	e := t.verify(key, a.tables)
	if e == nil {
		key.verified()
		return key, nil
	}
	if key = a.directory.refresh(ctx, source, t.claims.Iss, key, start); key == nil {
		return nil, e
	}
	if e := t.verify(key, a.tables); e != nil {
		return nil, e
	}
	return key, nil
}

// verify accepts both ECDSA signatures of the same content, with low S and with
// high S. atproto requires low S for repository data, but JOSE libraries make
// either and the reference implementation accepts either in tokens. Single use
// and the cache of verified tokens do not depend on the signature.
func (t *token) verify(key *issuerKey, tables *keyTables) *xrpc.Error {
	if t.alg != key.alg {
		return refuse(BadJwtSignature, "the algorithm is not that of the issuer's key")
	}
	if !tables.verify(t.claims.Iss, key, t.signed, t.signature) {
		return refuse(BadJwtSignature, "jwt signature does not match jwt issuer")
	}
	return nil
}

// shareWait is the Retry-After for an account that has its share of remembered
// tokens. A token that a PDS issues for a proxied call is remembered for 60 s
// plus Leeway, so about a third of them are forgotten after shareWait.
const shareWait = 30 * time.Second

func (a *Authenticator) spend(ctx context.Context, u Use) *xrpc.Error {
	spent, err := a.replay.Spend(ctx, u)
	switch {
	case err != nil:
		e := xrpc.Errorf(http.StatusServiceUnavailable, xrpc.ServiceUnavailable, "single use of the token could not be checked")
		e.Cause = err
		return e
	case spent == Replayed:
		return refuse(JwtReplayed, "the jwt was used before: each call needs a new one, or one with a jti")
	case spent == OverShare:
		return limit.SpentTokens.Refuse(shareWait)
	case spent == TooOld:
		return refuse(JwtExpired, "the jwt was issued before this service could remember it: use a new one")
	}
	return nil
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
