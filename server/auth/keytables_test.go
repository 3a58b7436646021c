package auth

import (
	"testing"
	"time"

	"catbird.blue/mls/server/auth/authtest"
)

// calls makes n calls with new tokens of an account, which must be accepted.
func (w *world) calls(t *testing.T, a *authtest.Account, n int) {
	t.Helper()
	for range n {
		if got := call(t, w.auth, a.Token(service, sendMessage.NSID), sendMessage); got != a.DID {
			t.Fatalf("%s", got)
		}
	}
}

// tabled reports whether there is a table of the account's key, without using it.
func (w *world) tabled(a *authtest.Account) bool { return w.auth.tables.cache.Contains(a.DID) }

// TestTableOfAnActiveKey: the key gets a table after some tokens, and from then on the
// verdicts are the same.
func TestTableOfAnActiveKey(t *testing.T) {
	w := newWorld(t)
	a, other := w.plc.NewAccount(), w.plc.NewAccount()
	w.calls(t, a, tableAfter-1)
	if w.tabled(a) {
		t.Error("a table was made early")
	}
	for range 3 {
		w.calls(t, a, 1)
		if !w.tabled(a) {
			t.Fatal("no table was made")
		}
	}
	token := func() string { return a.TokenFor(service, sendMessage.NSID, 2*time.Minute) }
	forged := authtest.Sign(other.Key, a.Header(), a.Claims(service, sendMessage.NSID))
	for what, c := range map[string]struct{ token, want string }{
		"high s":         {resign(token(), highS(orderOf(a.Key))), a.DID},
		"a flipped bit":  {resign(token(), flipBit), BadJwtSignature},
		"of another key": {forged, BadJwtSignature},
	} {
		if got := call(t, w.auth, c.token, sendMessage); got != c.want {
			t.Errorf("%s: %s", what, got)
		}
	}
	if w.tabled(other) {
		t.Error("another account has a table")
	}
}

// TestTableOfAReplacedKey: the table ends with its key, and the next key gets one.
func TestTableOfAReplacedKey(t *testing.T) {
	w := newWorld(t)
	a := w.plc.NewAccount()
	w.calls(t, a, tableAfter)
	w.advance(2 * time.Second) // the document was fetched before the request
	old := *a
	old.Key = a.Rotate()
	w.calls(t, a, 1)
	if got := call(t, w.auth, old.Token(service, sendMessage.NSID), sendMessage); got != BadJwtSignature {
		t.Errorf("the old key: %s", got)
	}
	w.calls(t, a, tableAfter)
	key, err := w.dir.SigningKey(t.Context(), a.DID)
	if err != nil {
		t.Fatal(err)
	}
	if made, ok := w.auth.tables.cache.Peek(a.DID); !ok || !made.key.public.Equal(key) {
		t.Error("the new key has no table")
	}
}

// TestNoTableWithoutVerifiedTokens: tokens that are refused cause none, and no key of
// another curve has one.
func TestNoTableWithoutVerifiedTokens(t *testing.T) {
	w := newWorld(t)
	a, p256 := w.plc.NewAccount(), w.plc.NewAccountP256()
	for range 3 * tableAfter {
		if got := call(t, w.auth, resign(a.Token(service, sendMessage.NSID), flipBit), sendMessage); got != BadJwtSignature {
			t.Fatal(got)
		}
	}
	w.calls(t, p256, 3*tableAfter)
	if n := w.auth.tables.cache.Len(); n != 0 {
		t.Errorf("%d tables", n)
	}
}

// TestTablesAreBounded: a table makes way for another only after it was not used for
// a while.
func TestTablesAreBounded(t *testing.T) {
	w := newWorld(t)
	w.auth.tables.most = 2
	w.auth.tables.cache.Resize(2)
	a, b, c := w.plc.NewAccount(), w.plc.NewAccount(), w.plc.NewAccount()
	want := func(what string, tabled ...*authtest.Account) {
		t.Helper()
		if w.auth.tables.cache.Len() != len(tabled) {
			t.Errorf("%s: %d tables", what, w.auth.tables.cache.Len())
		}
		for _, a := range tabled {
			if !w.tabled(a) {
				t.Errorf("%s: a table is missing", what)
			}
		}
	}
	w.calls(t, a, tableAfter)
	w.calls(t, b, tableAfter)
	w.calls(t, c, 2*tableAfter)
	want("both in use", a, b)
	w.advance(tableIdle - time.Second)
	w.calls(t, a, 1)
	w.calls(t, c, tableAfter)
	want("both used within the time", a, b)
	w.advance(2 * time.Second)
	w.calls(t, c, tableAfter)
	want("one not used for a while", a, c)
	if got := newKeyTables(tableMemory, time.Now).most; got < 200 || got > 400 {
		t.Errorf("%d tables fit", got)
	}
}
