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
	// Leeway is for how long a token is accepted after exp.
	Leeway = 30 * time.Second
	// ClockError is by how much the clocks of issuers may be ahead of ours.
	ClockError = 2 * time.Minute
	// MaxLifetime is how long a token of a query may live, counted from iat or
	// from now, whichever is later. A PDS gives 60 s when it proxies, and up to
	// this by getServiceAuth.
	MaxLifetime = time.Hour
	// MaxSpentLifetime is the same for tokens that are spent, to which
	// ClockError is added. All of them are remembered for as long as they live.
	MaxSpentLifetime = 5 * time.Minute
	// maxRemembered is how far ahead of now a spent token can be forgotten:
	// its iat may be ahead, and what is left after that is rounded up.
	maxRemembered = ClockError + MaxSpentLifetime + ClockError + Leeway + 2*time.Second
)

// Config configures an Authenticator.
type Config struct {
	// Audiences are the accepted values of aud, see Audiences.
	Audiences []string
	Directory *Directory
	Replay    ReplayStore
	Metrics   *Metrics
	// Proxies are believed about where a request comes from.
	Proxies source.Proxies

	// For tests of this package.
	now func() time.Time
}

// Authenticator turns the service token of a request into its caller.
type Authenticator struct {
	audiences []string
	directory *Directory
	replay    ReplayStore
	verdicts  *verdicts
	metrics   *Metrics
	proxies   source.Proxies
	now       func() time.Time
}

var _ xrpc.Authenticator = (*Authenticator)(nil)

// New makes an Authenticator.
func New(cfg Config) (*Authenticator, error) {
	if len(cfg.Audiences) == 0 || cfg.Directory == nil || cfg.Replay == nil {
		return nil, errors.New("auth: audiences, a directory and a replay store are required")
	}
	a := &Authenticator{
		audiences: cfg.Audiences, directory: cfg.Directory, replay: cfg.Replay,
		verdicts: newVerdicts(), metrics: cfg.Metrics.orUnregistered(), proxies: cfg.Proxies, now: cfg.now,
	}
	if a.now == nil {
		a.now = time.Now
	}
	return a, nil
}

// Authenticate implements xrpc.Authenticator. Errors have status 401 and a
// name of this package, or 502 UpstreamFailure where the issuer's DID
// document could not be had. A method that is Public gets the empty caller,
// whatever the request carries.
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
	// Only a token whose signature holds may use up its jti, or anybody could
	// use up those of others.
	if _, e := a.verify(ctx, source, t, start); e != nil {
		return xrpc.Proof{}, e
	}
	use := t.use()
	return xrpc.Proof{
		Caller: xrpc.Caller{DID: t.claims.Iss},
		Spend:  func(ctx context.Context) error { return a.spendAndCount(ctx, use) },
	}, nil
}

// spendAndCount never returns a typed nil.
func (a *Authenticator) spendAndCount(ctx context.Context, u Use) error {
	if e := a.spend(ctx, u); e != nil {
		a.metrics.Tokens.WithLabelValues(e.Name).Inc()
		return e
	}
	a.metrics.Tokens.WithLabelValues("ok").Inc()
	return nil
}

// authenticateAgain is for methods whose tokens may come again: what was read
// once, and a signature that held by the key still current, is not looked at a
// second time.
func (a *Authenticator) authenticateAgain(ctx context.Context, source, raw string, m *xrpc.Method) (string, *xrpc.Error) {
	start := a.now()
	if judged, ok := a.verdicts.get(raw); ok {
		if e := judged.claims.check(seconds(start), a.audiences, m); e != nil {
			return "", e
		}
		if key, err := a.directory.lookup(ctx, source, judged.claims.Iss); err == nil && key.public.Equal(judged.key) {
			a.metrics.Verdicts.Inc()
			return judged.claims.Iss, nil
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
	said := t.claims // without the rest of the token, which may be long
	a.verdicts.put(raw, verdict{&said, key.public})
	return t.claims.Iss, nil
}

// singleUse says whether a token opens the method only once: where something
// may be written, and for streams, which outlive their token. Other queries
// may be repeated with it, as clients and proxies do after a lost answer.
func singleUse(m *xrpc.Method) bool {
	return m.Kind != xrpc.Query || m.OutputEncoding == "text/event-stream"
}

// bearer takes the token out of the Authorization header (RFC 6750 §2.1).
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

// verify checks the signature by the issuer's current key, with one refresh
// of the DID document where it does not fit.
func (a *Authenticator) verify(ctx context.Context, source string, t *token, start time.Time) (*issuerKey, *xrpc.Error) {
	key, err := a.directory.lookup(ctx, source, t.claims.Iss)
	if err != nil {
		return nil, lookupError(err)
	}
	e := t.verify(key)
	if e == nil {
		key.verified()
		return key, nil
	}
	if key = a.directory.refresh(ctx, source, t.claims.Iss, key, start); key == nil {
		return nil, e
	}
	if e := t.verify(key); e != nil {
		return nil, e
	}
	return key, nil
}

// verify takes both of the signatures that fit, with low and with high S.
// atproto allows only the first for what it stores, but libraries for JOSE make
// either, and the reference implementation takes either in tokens. What is
// spent, and what is looked up again, goes by what was signed.
func (t *token) verify(key *issuerKey) *xrpc.Error {
	if t.alg != key.alg {
		return refuse(BadJwtSignature, "the algorithm is not that of the issuer's key")
	}
	if err := key.public.HashAndVerifyLenient(t.signed, t.signature); err != nil {
		return refuse(BadJwtSignature, "jwt signature does not match jwt issuer")
	}
	return nil
}

// shareWait is when a caller may come back of whose tokens too many are
// remembered: a third of the tokens that a PDS makes have ended by then.
const shareWait = 30 * time.Second

func (a *Authenticator) spend(ctx context.Context, u Use) *xrpc.Error {
	verdict, err := a.replay.Spend(ctx, u)
	switch {
	case err != nil:
		e := xrpc.Errorf(http.StatusServiceUnavailable, xrpc.ServiceUnavailable, "single use of the token could not be checked: try again")
		e.Cause = err
		return e
	case verdict == Replayed:
		return refuse(JwtReplayed, "the jwt was used before: each call needs a new one, or one with a jti")
	case verdict == OverShare:
		return limit.SpentTokens.Refuse(shareWait)
	case verdict == TooOld:
		return refuse(JwtExpired, "the jwt was issued before this service could remember it: use a new one")
	}
	return nil
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
