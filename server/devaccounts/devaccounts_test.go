package devaccounts

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	"github.com/bluesky-social/indigo/atproto/syntax"
)

func newKey(t testing.TB) string {
	t.Helper()
	key, err := atcrypto.GeneratePrivateKeyP256()
	if err != nil {
		t.Fatal(err)
	}
	public, err := key.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return public.Multibase()
}

// A DID follows from the key, is a valid one of the PLC directory, and another key
// has another.
func TestDIDFollowsFromTheKey(t *testing.T) {
	a, key := New(), newKey(t)
	did, err := a.Add(key)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := New().Add(key)
	other, _ := a.Add(newKey(t))
	if again != did || other == did || len(did) != len("did:plc:")+24 {
		t.Errorf("DIDs are %s, %s after a restart, and %s of another key", did, again, other)
	}
	if _, err := syntax.ParseDID(did); err != nil {
		t.Error(err)
	}
	if found, ok := a.Key(did); !ok || found.Multibase() != key {
		t.Errorf("the key of %s is %v", did, found)
	}
	if _, ok := a.Key("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"); ok {
		t.Error("an account that nobody made has a key")
	}
}

// The memory is bounded, and keeps what is in use.
func TestAccountsAreBounded(t *testing.T) {
	a := New()
	first, _ := a.Add(newKey(t))
	unused, _ := a.Add(newKey(t))
	key, _ := a.Key(first)
	for i := range maxAccounts - 1 {
		a.Key(first)
		a.keys.Add(fmt.Sprint(i), key)
	}
	if _, ok := a.Key(first); !ok || a.keys.Len() != maxAccounts {
		t.Errorf("%d accounts, the one in use is there: %v", a.keys.Len(), ok)
	}
	if _, ok := a.Key(unused); ok {
		t.Error("the account that was used longest ago is still there")
	}
}

// Only a page of the same origin may make accounts.
func TestHandler(t *testing.T) {
	const host = "localhost:3000"
	a := New()
	key := newKey(t)
	call := func(host, site, body string) (int, string) {
		r := httptest.NewRequest(http.MethodPost, "/dev/accounts", strings.NewReader(body))
		r.Host = host
		if site != "" {
			r.Header.Set("Sec-Fetch-Site", site)
		}
		w := httptest.NewRecorder()
		a.Handler("localhost:3000").ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	good := `{"publicKey":"` + key + `"}`
	for name, tc := range map[string]struct {
		host, site, body string
		want             int
	}{
		"the page":             {host, "same-origin", good, http.StatusOK},
		"another site":         {host, "cross-site", good, http.StatusForbidden},
		"another port":         {host, "same-site", good, http.StatusForbidden},
		"typed by hand":        {host, "none", good, http.StatusForbidden},
		"no browser":           {host, "", good, http.StatusForbidden},
		"a name for 127.0.0.1": {"evil.example:3000", "same-origin", good, http.StatusForbidden},
		"127.0.0.1":            {"127.0.0.1:3000", "same-origin", good, http.StatusForbidden},
		"no key":               {host, "same-origin", `{"publicKey":"zz"}`, http.StatusBadRequest},
		"no JSON":              {host, "same-origin", `publicKey`, http.StatusBadRequest},
		"too much":             {host, "same-origin", `{"x":"` + strings.Repeat("x", maxBody) + `"}`, http.StatusBadRequest},
	} {
		code, body := call(tc.host, tc.site, tc.body)
		if code != tc.want || (code == http.StatusOK) != strings.Contains(body, `{"did":"did:plc:`) {
			t.Errorf("%s: %d %s", name, code, body)
		}
	}
}
