package auth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	indigoauth "github.com/bluesky-social/indigo/atproto/auth"
	"github.com/bluesky-social/indigo/atproto/syntax"
	"github.com/golang-jwt/jwt/v5"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/xrpc"
)

// tokenForm describes the tokens that some software makes. Times are offsets
// from now, and words in capitals stand for values that differ in each token.
type tokenForm struct {
	As     string         `json:"as"`
	HighS  bool           `json:"highS"`
	Header map[string]any `json:"header"`
	Claims map[string]any `json:"claims"`
}

func readCases[T any](t testing.TB, name string) []T {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var cases []T
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) == 0 {
		t.Fatalf("%s has no cases", name)
	}
	return cases
}

// mint makes a token of this form, and a second token with the same content.
func (f *tokenForm) mint(a *authtest.Account, lxm string, now time.Time) (token, other string) {
	claims := map[string]any{}
	for name, value := range f.Claims {
		switch v := value.(type) {
		case float64:
			claims[name] = now.Unix() + int64(v)
		case string:
			claims[name] = strings.NewReplacer("DID", a.DID, "SERVICE", service, "NSID", lxm, "RANDOM", rand.Text()).Replace(v)
		}
	}
	low := authtest.Sign(a.Key, f.Header, claims)
	high := resign(low, highS(orderOf(a.Key)))
	if f.HighS {
		return high, low
	}
	return low, high
}

func orderOf(key atcrypto.PrivateKey) *big.Int {
	if _, ok := key.(*atcrypto.PrivateKeyP256); ok {
		return p256Order
	}
	return k256Order
}

func (f *tokenForm) uses() int {
	if _, ok := f.Claims["jti"]; ok {
		return 1
	}
	return MaxUsesWithoutJTI
}

func (f *tokenForm) account(plc *authtest.PLC) *authtest.Account {
	if f.Header["alg"] == algES256 {
		return plc.NewAccountP256()
	}
	return plc.NewAccount()
}

// TestTokensAsMade: tokens of other software are accepted by every kind of
// method, and single use does not depend on the bytes of the signature.
func TestTokensAsMade(t *testing.T) {
	w := newWorld(t)
	start := time.Now()
	w.replay.notBefore = start.Unix() - 1
	for _, form := range readCases[tokenForm](t, "tokens.json") {
		for _, m := range []*xrpc.Method{sendMessage, sseEvents, wsEvents, gen.MethodGetSubscriptionTicket, getMessages} {
			t.Run(form.As+"/"+strings.TrimPrefix(m.NSID, nsidPrefix), func(t *testing.T) {
				a := form.account(w.plc)
				now := start
				w.auth.now = func() time.Time { return now }
				token, other := form.mint(a, m.NSID, now)
				uses, spent := form.uses(), JwtReplayed
				if m == getMessages {
					spent = a.DID
				}
				for i := range uses {
					if got := call(t, w.auth, []string{token, other}[i%2], m); got != a.DID {
						t.Fatalf("use %d: %s", i, got)
					}
				}
				for _, again := range []string{token, other, token} {
					if got := call(t, w.auth, again, m); got != spent {
						t.Errorf("again: %s", got)
					}
				}
			})
		}
	}
}

// TestFiveMessagesInOneSecond: a PDS that leaves out jti signs identical
// content for all of them.
func TestFiveMessagesInOneSecond(t *testing.T) {
	w := newWorld(t)
	now := time.Now()
	w.replay.notBefore = now.Unix() - 1
	for _, form := range readCases[tokenForm](t, "tokens.json") {
		if form.As != "millipds" {
			continue
		}
		a := form.account(w.plc)
		seen := map[string]bool{}
		for range 5 {
			token, _ := form.mint(a, sendMessage.NSID, now)
			seen[string(signedPart(token))] = true
			if got := call(t, w.auth, token, sendMessage); got != a.DID {
				t.Errorf("%s", got)
			}
		}
		if len(seen) != 1 {
			t.Errorf("%d tokens: the test does not show what it should", len(seen))
		}
		// The next second has a different token.
		token, _ := form.mint(a, sendMessage.NSID, now.Add(time.Second))
		for range MaxUsesWithoutJTI {
			if got := call(t, w.auth, token, sendMessage); got != a.DID {
				t.Errorf("a second later: %s", got)
			}
		}
	}
}

// TestTokensOfIndigo: tokens of indigo's client are accepted.
func TestTokensOfIndigo(t *testing.T) {
	w := newWorld(t)
	w.replay.notBefore = 0
	method := syntax.NSID(sendMessage.NSID)
	for _, a := range []*authtest.Account{w.plc.NewAccount(), w.plc.NewAccountP256()} {
		token, err := indigoauth.SignServiceAuth(syntax.DID(a.DID), service, time.Minute, &method, a.Key)
		if err != nil {
			t.Fatal(err)
		}
		if got := call(t, w.auth, token, sendMessage); got != a.DID {
			t.Error(got)
		}
	}
}

// TestTokensOfGoLibrary: tokens of a general JOSE library are accepted. Half of
// its signatures have a high S.
func TestTokensOfGoLibrary(t *testing.T) {
	w := newWorld(t)
	w.replay.notBefore = 0
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := key.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	a := w.plc.NewAccountP256()
	if a.Key, err = atcrypto.ParsePrivateBytesP256(raw); err != nil {
		t.Fatal(err)
	}
	w.plc.Publish(a.DID, authtest.Document(a.DID, a.Key))
	high := 0
	for range 32 {
		token, err := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{
			"iss": a.DID, "aud": service, "lxm": sendMessage.NSID, "jti": rand.Text(),
			"iat": jwt.NewNumericDate(time.Now()), "exp": jwt.NewNumericDate(time.Now().Add(time.Minute)),
		}).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		resign(token, func(_ string, sig []byte) []byte {
			if new(big.Int).SetBytes(sig[32:]).Cmp(new(big.Int).Rsh(p256Order, 1)) > 0 {
				high++
			}
			return sig
		})
		if got := call(t, w.auth, token, sendMessage); got != a.DID {
			t.Errorf("%s: %s", hex.EncodeToString(raw), got)
		}
	}
	if high == 0 {
		t.Error("no signature had a high S")
	}
}

// TestDocumentsAsFound: the signing key is found whatever else a DID document
// contains.
func TestDocumentsAsFound(t *testing.T) {
	w := newWorld(t)
	type found struct {
		Why      string          `json:"why"`
		Document json.RawMessage `json:"document"`
	}
	for _, c := range readCases[found](t, "did-documents.json") {
		a := w.plc.NewAccount()
		pub, err := a.Key.PublicKey()
		if err != nil {
			t.Fatal(err)
		}
		w.plc.Publish(a.DID, json.RawMessage(strings.NewReplacer(
			`"DID#`, `"`+a.DID+`#`, `"DID"`, `"`+a.DID+`"`, "KEY", pub.Multibase(),
		).Replace(string(c.Document))))
		if got := call(t, w.auth, a.Token(service, sendMessage.NSID), sendMessage); got != a.DID {
			t.Errorf("%s: %s", c.Why, got)
		}
	}
}

// TestUnusableDocuments: the refusal names the fault of the document and does
// not ask the client to try again.
func TestUnusableDocuments(t *testing.T) {
	w := newWorld(t)
	for reason, change := range map[string]func(doc, key map[string]any){
		"another id":         func(doc, _ map[string]any) { doc["id"] = []string{"did:plc:a"} },
		"not an array":       func(doc, _ map[string]any) { doc["verificationMethod"] = "x" },
		"no verification":    func(doc, _ map[string]any) { delete(doc, "verificationMethod") },
		"another controller": func(_, key map[string]any) { key["controller"] = map[string]any{} },
		"no publicKeyMulti":  func(_, key map[string]any) { key["publicKeyMultibase"] = []int{1} },
		"not a K-256":        func(_, key map[string]any) { key["type"] = []string{"Multikey"} },
	} {
		a := w.plc.NewAccount()
		doc := authtest.Document(a.DID, a.Key)
		change(doc, doc["verificationMethod"].([]map[string]any)[0])
		w.plc.Publish(a.DID, doc)
		for range 2 { // the second response is cached
			caller, err := admit(t, w.auth, request(a.Token(service, sendMessage.NSID)), sendMessage)
			if got := wantRefusal(t, caller, err); got != UntrustedIss || !strings.Contains(err.Error(), reason) {
				t.Errorf("%q: %v", reason, err)
			}
		}
	}
}

// TestRestartAfterClocksAhead: after one account has sent tokens from the
// future, a restart delays other accounts by 2 s at most, and no token is
// accepted twice.
func TestRestartAfterClocksAhead(t *testing.T) {
	w := newWorld(t)
	start, path := restarts(t, w.clock)
	for name, spoil := range map[string]func([]byte) []byte{
		"of the process": func(raw []byte) []byte { return raw },
		"of the machine": func(raw []byte) []byte { return append(raw, make([]byte, markRecord-1)...) },
	} {
		t.Run(name, func(t *testing.T) {
			ahead, other := w.plc.NewAccount(), w.plc.NewAccount()
			before := w.instance(t, start())
			w.advance(2 * time.Second)
			var used []string
			for range 20 {
				token := forge(ahead, sendMessage.NSID, times(119, 179))
				if got := call(t, before, token, sendMessage); got != ahead.DID {
					t.Fatal(got)
				}
				used = append(used, token)
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, spoil(raw), 0o600); err != nil {
				t.Fatal(err)
			}
			after := w.instance(t, start())
			w.advance(2 * time.Second)
			for _, a := range []*authtest.Account{other, ahead} {
				token := forge(a, sendMessage.NSID, func(_, c map[string]any) {
					c["iat"], c["exp"] = w.now().Unix(), w.now().Unix()+60
				})
				if got := call(t, after, token, sendMessage); got != a.DID {
					t.Errorf("2 s after the restart: %s", got)
				}
			}
			for _, token := range used {
				if got := call(t, after, token, sendMessage); got != JwtReplayed {
					t.Errorf("used before the restart: %s", got)
				}
			}
		})
	}
}
