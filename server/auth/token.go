package auth

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bluesky-social/indigo/atproto/syntax"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"catbird.blue/mls/xrpc"
)

// Bounds of a token, in bytes. A PDS makes tokens of about 400 bytes.
const (
	maxToken     = 4096
	maxJTI       = 256
	maxSignature = 64 // r and s of a 256-bit curve, RFC 7518 §3.4
)

// token is a parsed service token. Only its form has been checked.
type token struct {
	signed    []byte // the bytes that are signed
	signature []byte
	alg       string
	claims    claims
}

// claims are the claims of a service token. Times are seconds since 1970, with
// fractions (RFC 7519 §2, NumericDate).
type claims struct {
	Iss string   `json:"iss"`
	Aud string   `json:"aud"`
	Lxm *string  `json:"lxm"`
	Sub *string  `json:"sub"`
	JTI string   `json:"jti"`
	Exp *float64 `json:"exp"`
	Iat *float64 `json:"iat"`
	Nbf *float64 `json:"nbf"`
}

type joseHeader struct {
	Alg  string         `json:"alg"`
	Typ  *string        `json:"typ"`
	Kid  *string        `json:"kid"`
	Crit jsontext.Value `json:"crit"`
}

// parseToken parses a compact serialization (RFC 7515 §3.1). It accepts only
// one encoding of the signed content: strict base64url, and JSON with
// case-sensitive names and no duplicate names.
func parseToken(raw string) (*token, *xrpc.Error) {
	if len(raw) > maxToken {
		return nil, refuse(BadJwt, "the token is longer than %d bytes", maxToken)
	}
	header, rest, _ := strings.Cut(raw, ".")
	payload, signature, ok := strings.Cut(rest, ".")
	if !ok || strings.Contains(signature, ".") {
		return nil, refuse(BadJwt, "poorly formatted jwt: not three parts")
	}
	alg, e := algorithmOf(header)
	if e != nil {
		return nil, e
	}
	t := &token{signed: []byte(raw[:len(header)+1+len(payload)]), alg: alg}
	if e := decodeSegment(payload, "payload", &t.claims); e != nil {
		return nil, e
	}
	sig, err := decodeBase64URL(signature)
	if err != nil {
		return nil, refuse(BadJwtSignature, "the signature is not base64url")
	}
	// DER signatures are 70 to 72 bytes; JOSE has fixed-size r and s.
	if len(sig) != maxSignature {
		return nil, refuse(BadJwtSignature, "the signature has %d bytes, not the %d of JOSE", len(sig), maxSignature)
	}
	t.signature = sig
	return t, nil
}

// lastHeaders has the last header of each algorithm that was accepted. Nearly all
// tokens have the same, which need not be decoded again.
var lastHeaders [2]atomic.Pointer[lastHeader]

type lastHeader struct{ header, alg string }

// algorithmOf decodes and checks a header, and returns its algorithm.
func algorithmOf(header string) (string, *xrpc.Error) {
	for i := range lastHeaders {
		if last := lastHeaders[i].Load(); last != nil && last.header == header {
			return last.alg, nil
		}
	}
	var h joseHeader
	if e := decodeSegment(header, "header", &h); e != nil {
		return "", e
	}
	if e := h.check(); e != nil {
		return "", e
	}
	last := &lastHeaders[0]
	if h.Alg == algES256 {
		last = &lastHeaders[1]
	}
	last.Store(&lastHeader{strings.Clone(header), h.Alg})
	return h.Alg, nil
}

// check checks the header alone. Members that name a key (jwk, jku, x5c) are
// ignored, as RFC 7515 §4 requires for parameters that are not understood: the
// key comes from the DID document only.
func (h *joseHeader) check() *xrpc.Error {
	switch {
	case h.Typ != nil && !strings.EqualFold(*h.Typ, "JWT"):
		return refuse(BadJwtType, "invalid jwt type: only JWT is accepted")
	case h.Alg != algES256K && h.Alg != algES256:
		return refuse(BadJwtSignature, "the algorithm must be %s or %s", algES256K, algES256)
	case h.Crit != nil:
		// RFC 7515 §4.1.11: a critical parameter that is not understood must be
		// rejected.
		return refuse(BadJwt, "critical header members are not supported")
	case h.Kid != nil && *h.Kid != "#atproto" && *h.Kid != "atproto":
		return refuse(BadJwt, "kid must be absent, or #atproto or atproto")
	}
	return nil
}

var errNotBase64URL = base64.CorruptInputError(0)

// decodeBase64URL rejects padding, non-zero trailing bits and the line breaks
// that the standard decoder skips.
func decodeBase64URL(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, errNotBase64URL
	}
	return base64.RawURLEncoding.Strict().DecodeString(s)
}

func decodeSegment(s, what string, into any) *xrpc.Error {
	raw, err := decodeBase64URL(s)
	if err != nil {
		return refuse(BadJwt, "poorly formatted jwt: the %s is not base64url", what)
	}
	// json.Unmarshal accepts null as an empty object.
	if !bytes.HasPrefix(bytes.TrimLeft(raw, " \t\r\n"), []byte("{")) {
		return refuse(BadJwt, "poorly formatted jwt: the %s is not an object", what)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		e := refuse(BadJwt, "poorly formatted jwt: the %s has a member of the wrong type, or twice", what)
		e.Cause = err
		return e
	}
	return nil
}

// isPLC reports whether a DID is a did:plc: 24 letters of base32.
func isPLC(did string) bool {
	id, ok := strings.CutPrefix(did, "did:plc:")
	if !ok || len(id) != 24 {
		return false
	}
	for i := range len(id) {
		if c := id[i]; (c < 'a' || c > 'z') && (c < '2' || c > '7') {
			return false
		}
	}
	return true
}

// check checks everything but the signature, in the order of
// @atproto/xrpc-server: what costs little is checked before the look-up of the
// key. now is in seconds since 1970.
func (c *claims) check(now float64, audiences []string, m *xrpc.Method) *xrpc.Error {
	if e := c.checkPresence(); e != nil {
		return e
	}
	if e := c.checkTimes(now, m); e != nil {
		return e
	}
	if !slices.Contains(audiences, c.Aud) {
		return refuse(BadJwtAudience, "jwt audience does not match service did")
	}
	if c.Lxm == nil {
		return refuse(BadJwtLexiconMethod, `missing jwt lexicon method ("lxm"). must match: %s`, m.NSID)
	}
	if *c.Lxm != m.NSID {
		return refuse(BadJwtLexiconMethod, `bad jwt lexicon method ("lxm"). must match: %s`, m.NSID)
	}
	return c.checkIssuer()
}

func (c *claims) checkPresence() *xrpc.Error {
	switch {
	case c.Exp == nil:
		return refuse(BadJwt, "exp is required")
	case !plausible(c.Exp) || !plausible(c.Iat) || !plausible(c.Nbf):
		return refuse(BadJwt, "exp, iat and nbf are seconds since 1970")
	case len(c.JTI) > maxJTI:
		return refuse(BadJwt, "jti may have %d bytes at most", maxJTI)
	}
	return nil
}

// plausible bounds times so that arithmetic and conversion to integers are
// exact.
func plausible(seconds *float64) bool {
	return seconds == nil || *seconds >= 0 && *seconds < 1<<40
}

func (c *claims) checkTimes(now float64, m *xrpc.Method) *xrpc.Error {
	latest := now + ClockError.Seconds()
	switch {
	case now >= *c.Exp+Leeway.Seconds():
		return refuse(JwtExpired, "jwt expired")
	case c.Iat != nil && *c.Iat > latest, c.Nbf != nil && *c.Nbf > latest:
		return refuse(BadJwt, "the jwt is not valid yet: the issuer's clock may be ahead by %d s at most", int(ClockError.Seconds()))
	case c.Iat != nil && *c.Exp <= *c.Iat:
		return refuse(BadJwt, "the jwt expires before it is issued")
	}
	return c.checkLifetime(now, m)
}

// checkLifetime limits the validity of a token, and thereby how long a used
// token must be remembered and a stolen one works.
func (c *claims) checkLifetime(now float64, m *xrpc.Method) *xrpc.Error {
	limit := MaxLifetime
	// Without iat, an allowance for the issuer's clock is added.
	if singleUse(m) {
		limit = MaxSpentLifetime + ClockError
	} else if c.Iat == nil {
		limit += ClockError
	}
	left := *c.Exp - max(c.issued(), now)
	if c.Iat == nil {
		left = *c.Exp - now
	}
	if left <= limit.Seconds() {
		return nil
	}
	return refuse(BadJwt, "the jwt is valid for %d s: %s takes tokens of up to %d s%s",
		int(left), m.NSID, int(limit.Seconds()), onlyQueries(m))
}

func onlyQueries(m *xrpc.Method) string {
	if singleUse(m) {
		return fmt.Sprintf(" (queries take %d s, procedures and streams %d s and %d s for clocks that are ahead)",
			int(MaxLifetime.Seconds()), int(MaxSpentLifetime.Seconds()), int(ClockError.Seconds()))
	}
	return ""
}

func (c *claims) checkIssuer() *xrpc.Error {
	if _, err := syntax.ParseDID(c.Iss); err != nil {
		return refuse(BadJwtIss, "jwt iss is not a did without fragment")
	}
	switch {
	case c.Sub != nil && *c.Sub != c.Iss:
		return refuse(BadJwt, "sub must be absent or equal to iss")
	case !isPLC(c.Iss) && !strings.HasPrefix(c.Iss, webPrefix):
		return refuse(UntrustedIss, "iss must be a did:plc or a did:web")
	}
	return nil
}

// supposedLifetime is the assumed lifetime in seconds of a token without iat:
// that of the tokens that a PDS issues for proxied calls.
const supposedLifetime = 60

// issued returns iat or its estimate, which may be ahead of our clock.
func (c *claims) issued() float64 {
	if c.Iat == nil {
		return *c.Exp - supposedLifetime
	}
	return *c.Iat
}

// use describes this use of the token for a ReplayStore. iat is rounded down,
// which most issuers do already.
func (t *token) use() Use {
	return Use{
		Issuer: t.claims.Iss, JTI: t.claims.JTI, Signed: t.signed,
		IssuedAt: int64(math.Floor(t.claims.issued())),
		Expires:  time.UnixMilli(int64(*t.claims.Exp * 1000)),
	}
}
