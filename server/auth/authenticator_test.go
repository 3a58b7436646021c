package auth

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	indigoauth "github.com/bluesky-social/indigo/atproto/auth"
	"github.com/bluesky-social/indigo/atproto/identity"
	"github.com/bluesky-social/indigo/atproto/syntax"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/xrpc"
)

// TestAcceptedTokens: indigo's validator accepts every token that this package
// accepts.
func TestAcceptedTokens(t *testing.T) {
	w := newWorld(t)
	oracle := func(aud string) indigoauth.ServiceAuthValidator {
		return indigoauth.ServiceAuthValidator{
			Audience: aud, TimestampLeeway: Leeway,
			Dir: &identity.BaseDirectory{PLCURL: w.plc.URL, SkipHandleVerification: true},
		}
	}
	keep := func(_, _ map[string]any) {}
	for _, c := range []struct {
		name   string
		aud    string
		change func(h, c map[string]any)
	}{
		{"as a PDS makes them", service, keep},
		{"aud with fragment", service + ServiceFragment, func(_, c map[string]any) { c["aud"] = service + ServiceFragment }},
		{"five minutes long", service, times(1, 301)},
		{"issued by a clock 25 s ahead", service, times(25, 85)},
		{"expired by a clock 25 s behind", service, times(-85, -25)},
		{"no typ", service, func(h, _ map[string]any) { delete(h, "typ") }},
		{"typ in lower case", service, header("typ", "jwt")},
		{"kid", service, header("kid", "#atproto")},
		{"sub equal", service, func(_, c map[string]any) { c["sub"] = c["iss"] }},
		{"nbf passed", service, func(_, c map[string]any) { c["nbf"] = c["iat"] }},
		{"times with fractions", service, func(_, c map[string]any) { c["exp"] = float64(c["exp"].(int64)) + 0.5 }},
		{"unknown claims", service, claim("nonce", "x")},
	} {
		for _, a := range []*authtest.Account{w.plc.NewAccount(), w.plc.NewAccountP256()} {
			// A store that has been running for a while.
			w.replay.notBefore = time.Now().Unix() - 7200
			w.replay.forgotten = w.replay.notBefore
			token := forge(a, sendMessage.NSID, c.change)
			if got := call(t, w.auth, token, sendMessage); got != a.DID {
				t.Errorf("%s: %s", c.name, got)
			}
			v, method := oracle(c.aud), syntax.NSID(sendMessage.NSID)
			if _, err := v.Validate(t.Context(), token, &method); err != nil {
				t.Errorf("%s: indigo refuses it: %v", c.name, err)
			}
		}
	}
}

func TestPublicMethodsNeedNoToken(t *testing.T) {
	w := newWorld(t)
	caller, err := admit(t, w.auth, request("nonsense"), gen.MethodDescribeService)
	if err != nil || caller.DID != "" {
		t.Errorf("%v, %v", caller, err)
	}
}

func TestSingleUse(t *testing.T) {
	w := newWorld(t)
	a, b := w.plc.NewAccount(), w.plc.NewAccount()
	for _, m := range []*xrpc.Method{sendMessage, sseEvents, wsEvents} {
		token := a.Token(service, m.NSID)
		for i, want := range []string{a.DID, JwtReplayed, JwtReplayed} {
			if got := call(t, w.auth, token, m); got != want {
				t.Errorf("%s, use %d: %s, want %s", m.NSID, i, got, want)
			}
		}
	}
	jti := func(who *authtest.Account, lxm string) string { return forge(who, lxm, claim("jti", "same")) }
	if got := call(t, w.auth, jti(a, sendMessage.NSID), sendMessage); got != a.DID {
		t.Errorf("first: %s", got)
	}
	// The same (iss, jti) in another token for another method.
	if got := call(t, w.auth, jti(a, wsEvents.NSID), wsEvents); got != JwtReplayed {
		t.Errorf("the jti again in another token: %s", got)
	}
	if got := call(t, w.auth, jti(b, sendMessage.NSID), sendMessage); got != b.DID {
		t.Errorf("the jti of another issuer: %s", got)
	}
}

// A forged token must not use up the jti of the token from which it was made.
func TestForgeryDoesNotSpend(t *testing.T) {
	w := newWorld(t)
	a := w.plc.NewAccount()
	token := a.Token(service, sendMessage.NSID)
	if got := call(t, w.auth, resign(token, flipBit), sendMessage); got != BadJwtSignature {
		t.Fatal(got)
	}
	if got := call(t, w.auth, token, sendMessage); got != a.DID {
		t.Errorf("the good token got %s", got)
	}
}

// A call that is refused after its token was verified does not use up the
// token.
func TestVerifiedIsNotSpent(t *testing.T) {
	w := newWorld(t)
	a := w.plc.NewAccount()
	token := a.Token(service, sendMessage.NSID)
	for range 3 {
		proof, err := w.auth.Authenticate(t.Context(), request(token), sendMessage)
		if err != nil || proof.Caller.DID != a.DID || proof.Spend == nil {
			t.Fatalf("%v, %v", proof.Caller, err)
		}
	}
	if n := len(w.replay.seen); n != 0 {
		t.Errorf("%d tokens are remembered", n)
	}
	for _, want := range []string{a.DID, JwtReplayed} {
		if got := call(t, w.auth, token, sendMessage); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestConcurrentUseOfOneToken(t *testing.T) {
	w := newWorld(t)
	a := w.plc.NewAccount()
	token := a.Token(service, sendMessage.NSID)
	var accepted, replayed atomic.Int32
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			switch call(t, w.auth, token, sendMessage) {
			case a.DID:
				accepted.Add(1)
			case JwtReplayed:
				replayed.Add(1)
			}
		})
	}
	wg.Wait()
	if accepted.Load() != 1 || replayed.Load() != 63 {
		t.Errorf("%d accepted, %d replayed", accepted.Load(), replayed.Load())
	}
	if n := w.plc.Requests(); n != 1 {
		t.Errorf("the directory was asked %d times", n)
	}
}

func TestQueriesMayRepeat(t *testing.T) {
	w := newWorld(t)
	a := w.plc.NewAccount()
	token := a.Token(service, getMessages.NSID)
	for range 3 {
		if got := call(t, w.auth, token, getMessages); got != a.DID {
			t.Fatal(got)
		}
	}
	if n := value(t, w.metrics.Verdicts); n != 2 {
		t.Errorf("%v verdicts reused", n)
	}
	// The signature is cached, not the decision whether the token is accepted.
	if got := call(t, w.auth, token, sendMessage); got != BadJwtLexiconMethod {
		t.Errorf("at another method: %s", got)
	}
	w.advance(2 * time.Minute)
	if got := call(t, w.auth, token, getMessages); got != JwtExpired {
		t.Errorf("when expired: %s", got)
	}
}

func TestRememberedVerdictEndsWithTheKey(t *testing.T) {
	w := newWorld(t)
	a := w.plc.NewAccount()
	token := a.TokenFor(service, getMessages.NSID, time.Hour)
	if got := call(t, w.auth, token, getMessages); got != a.DID {
		t.Fatal(got)
	}
	a.Rotate()
	if got := call(t, w.auth, a.Token(service, getMessages.NSID), getMessages); got != a.DID {
		t.Fatalf("the new key: %s", got)
	}
	if got := call(t, w.auth, token, getMessages); got != BadJwtSignature {
		t.Errorf("a token of the old key: %s", got)
	}
}

func TestKeyRotated(t *testing.T) {
	w := newWorld(t)
	a := w.plc.NewAccount()
	if got := call(t, w.auth, a.Token(service, sendMessage.NSID), sendMessage); got != a.DID {
		t.Fatal(got)
	}
	old := a.Rotate()
	oldToken := func() string { return authtest.Sign(old, a.Header(), a.Claims(service, sendMessage.NSID)) }
	if got := call(t, w.auth, a.Token(service, sendMessage.NSID), sendMessage); got != a.DID {
		t.Errorf("the new key, at once: %s", got)
	}
	if got := call(t, w.auth, oldToken(), sendMessage); got != BadJwtSignature {
		t.Errorf("the old key after the new: %s", got)
	}
	if n := w.plc.Requests(); n != 2 {
		t.Errorf("%d look-ups, want the first and one refresh", n)
	}
}

// The old key expires even if no token of the new key ever arrives.
func TestOldKeyEnds(t *testing.T) {
	w := newWorld(t)
	a := w.plc.NewAccount()
	token := a.TokenFor(service, getMessages.NSID, time.Hour)
	if got := call(t, w.auth, token, getMessages); got != a.DID {
		t.Fatal(got)
	}
	a.Rotate()
	w.advance(keyTTL)
	if got := call(t, w.auth, token, getMessages); got != BadJwtSignature {
		t.Errorf("the old key after %s: %s", keyTTL, got)
	}
}

func TestOneRefreshPerMinute(t *testing.T) {
	w := newWorld(t)
	a := w.plc.NewAccount()
	bad := func() string { return resign(a.TokenFor(service, sendMessage.NSID, 5*time.Minute), flipBit) }
	if got := call(t, w.auth, bad(), sendMessage); got != BadJwtSignature {
		t.Fatal(got)
	}
	if n := w.plc.Requests(); n != 1 {
		t.Errorf("%d look-ups: a document fetched for the token itself is not refreshed", n)
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { call(t, w.auth, bad(), sendMessage) })
	}
	wg.Wait()
	if n := w.plc.Requests(); n != 2 {
		t.Errorf("%d look-ups after many bad signatures", n)
	}
	w.advance(refreshPause)
	call(t, w.auth, bad(), sendMessage)
	call(t, w.auth, bad(), sendMessage)
	if n := w.plc.Requests(); n != 3 {
		t.Errorf("%d look-ups a minute later", n)
	}
}

func TestTombstone(t *testing.T) {
	for name, status := range map[string]int{"plc.directory": 410, "npm release": 404} {
		w := newWorld(t)
		a := w.plc.NewAccount()
		if got := call(t, w.auth, a.Token(service, sendMessage.NSID), sendMessage); got != a.DID {
			t.Fatal(got)
		}
		w.plc.Tombstone(a.DID, status)
		w.advance(keyTTL)
		token := a.TokenFor(service, getMessages.NSID, 20*time.Minute)
		for range 3 {
			if got := call(t, w.auth, token, getMessages); got != UntrustedIss {
				t.Errorf("%s: %s", name, got)
			}
		}
		if n := w.plc.Requests(); n != 2 {
			t.Errorf("%s: %d look-ups", name, n)
		}
	}
}

// A refresh that finds a tombstone removes the cached key.
func TestTombstoneFoundByRefresh(t *testing.T) {
	w := newWorld(t)
	a := w.plc.NewAccount()
	if got := call(t, w.auth, a.Token(service, sendMessage.NSID), sendMessage); got != a.DID {
		t.Fatal(got)
	}
	w.plc.Tombstone(a.DID, 410)
	if got := call(t, w.auth, resign(a.Token(service, sendMessage.NSID), flipBit), sendMessage); got != BadJwtSignature {
		t.Errorf("bad signature: %s", got)
	}
	if got := call(t, w.auth, a.Token(service, sendMessage.NSID), sendMessage); got != UntrustedIss {
		t.Errorf("good signature: %s", got)
	}
}

func TestCancelledRequest(t *testing.T) {
	w := newWorld(t)
	a := w.plc.NewAccount()
	// The directory responds only afterwards: a response that is there already
	// could be used.
	release := make(chan struct{})
	w.plc.Intercept(func(http.ResponseWriter, *http.Request) bool { <-release; return false })
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	proof, err := w.auth.Authenticate(ctx, request(a.Token(service, sendMessage.NSID)), sendMessage)
	if got := wantRefusal(t, proof.Caller, err); got != xrpc.UpstreamFailure {
		t.Errorf("%s", got)
	}
}

// A store that fails is an error of the service, not of the token.
func TestReplayStoreFails(t *testing.T) {
	w := newWorld(t)
	w.replay.file = &markFile{path: filepath.Join(t.TempDir(), "missing", "marks"), now: w.now}
	a := w.plc.NewAccount()
	_, err := admit(t, w.auth, request(forge(a, sendMessage.NSID, times(20, 80))), sendMessage)
	var e *xrpc.Error
	if !errors.As(err, &e) || e.Status != http.StatusServiceUnavailable || e.Name != xrpc.ServiceUnavailable {
		t.Errorf("%v", err)
	}
}

func TestNewWantsItsParts(t *testing.T) {
	if _, err := New(Config{}); err == nil {
		t.Error("an empty configuration passed")
	}
}

// BenchmarkVerifiedToken measures a single-use token whose DID document is
// cached.
func BenchmarkVerifiedToken(b *testing.B) {
	w := newWorld(b)
	for name, a := range map[string]*authtest.Account{"K-256": w.plc.NewAccount(), "P-256": w.plc.NewAccountP256()} {
		b.Run(name, func(b *testing.B) {
			tokens := make([]string, b.N)
			for i := range tokens {
				tokens[i] = a.TokenFor(service, sendMessage.NSID, 5*time.Minute)
			}
			if _, err := w.dir.SigningKey(b.Context(), a.DID); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				if _, err := admit(b, w.auth, request(tokens[i]), sendMessage); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRepeatedQueryToken(b *testing.B) {
	w := newWorld(b)
	a := w.plc.NewAccount()
	token := a.TokenFor(service, getMessages.NSID, time.Hour)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.auth.Authenticate(b.Context(), request(token), getMessages); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzToken: parsing never panics, and an accepted token has one encoding only.
func FuzzToken(f *testing.F) {
	key, err := atcrypto.GeneratePrivateKeyP256()
	if err != nil {
		f.Fatal(err)
	}
	a := &authtest.Account{DID: authtest.NewDID(), Key: key}
	f.Add(a.Token(service, sendMessage.NSID))
	f.Add(forge(a, sendMessage.NSID, header("crit", nil)))
	f.Add("..")
	f.Fuzz(func(t *testing.T, raw string) {
		tok, e := parseToken(raw)
		if e != nil {
			return
		}
		if len(tok.signature) != 64 || tok.alg != algES256 && tok.alg != algES256K {
			t.Errorf("accepted alg %q with %d bytes", tok.alg, len(tok.signature))
		}
		if again := resign(raw, func(_ string, sig []byte) []byte { return sig }); again != raw {
			t.Errorf("two spellings of one token")
		}
		_ = tok.claims.check(seconds(time.Now()), Audiences(service), sendMessage)
	})
}
