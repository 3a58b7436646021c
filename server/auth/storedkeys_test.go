package auth

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// addMember makes an account a member of a conversation, accepted or not.
func addMember(t testing.TB, pool *pgxpool.Pool, did string, accepted bool) {
	t.Helper()
	dbtest.Exec(t, pool, `INSERT INTO conversations (convo_id, creator_did, cipher_suite, epoch, created_at, last_activity_at)
		VALUES (sha256($1::text::bytea), $1, 1, 0, now(), now())`, did)
	dbtest.Exec(t, pool, `INSERT INTO memberships (convo_id, did, joined_seq, joined_at, joined_n, joined_gen, joined_pos, accepted_at)
		VALUES (sha256($1::text::bytea), $1, 0, now(), 0, 1, 0, CASE WHEN $2 THEN now() END)`, did, accepted)
}

// addPackage publishes a key package of an account some time ago.
func addPackage(t testing.TB, pool *pgxpool.Pool, did string, ago time.Duration) {
	t.Helper()
	dbtest.Exec(t, pool, `INSERT INTO accounts (did, created_at) VALUES ($1, now())`, did)
	dbtest.Exec(t, pool, `INSERT INTO devices (did, device_id, created_at) VALUES ($1, 'd', now())`, did)
	dbtest.Exec(t, pool, `INSERT INTO key_packages (did, ref, device_id, cipher_suite, key_package, last_resort, created_at, expires_at)
		VALUES ($1, 'r', 'd', 1, 'k', FALSE, now() - make_interval(secs => $2), now())`, did, ago.Seconds())
}

// instanceWith starts an instance with a key store.
func (w *world) instanceWith(t testing.TB, store KeyStore) (*Authenticator, *Directory, *Metrics) {
	t.Helper()
	m := NewMetrics(nil)
	dir := newTestDirectory(t, DirectoryConfig{PLCURL: w.plc.URL, Dev: true, Metrics: m, Store: store, now: w.now})
	a, err := New(Config{Audiences: Audiences(service), Directory: dir, Replay: w.replay, Metrics: m, now: w.now})
	if err != nil {
		t.Fatal(err)
	}
	return a, dir, m
}

// read returns a token for a query, by the clock of the world.
func (w *world) read(a *authtest.Account) string { return w.readWith(a, a) }

// readWith returns a token that is signed with the key of another account.
func (w *world) readWith(a, signer *authtest.Account) string {
	claims := a.Claims(service, getMessages.NSID)
	claims["iat"], claims["exp"] = w.now().Unix(), w.now().Unix()+60
	return authtest.Sign(signer.Key, signer.Header(), claims)
}

func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for range 12_000 {
		if is() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("waited in vain for %s", what)
}

func TestKnownAccounts(t *testing.T) {
	pool := dbtest.Pool(t)
	store := NewDBKeys(pool)
	for name, c := range map[string]struct {
		known bool
		make  func(did string)
	}{
		"nothing known":           {false, func(string) {}},
		"was added":               {false, func(did string) { addMember(t, pool, did, false) }},
		"accepted a conversation": {true, func(did string) { addMember(t, pool, did, true) }},
		"packages of now":         {false, func(did string) { addPackage(t, pool, did, 0) }},
		"packages of an hour ago": {true, func(did string) { addPackage(t, pool, did, 61*time.Minute) }},
		"packages of 59 minutes":  {false, func(did string) { addPackage(t, pool, did, 59*time.Minute) }},
		"key stored, nothing since": {true, func(did string) {
			dbtest.Exec(t, pool, `INSERT INTO account_keys VALUES ($1, 'old', now() - INTERVAL '1 day')`, did)
		}},
	} {
		did := authtest.NewDID()
		c.make(did)
		known, _, err := store.Keep(t.Context(), did, StoredKey{Multibase: "key"})
		if err != nil || known != c.known {
			t.Errorf("%s: known %v, %v", name, known, err)
		}
		key, ok, err := store.Find(t.Context(), did, time.Hour)
		if err != nil || ok != c.known || ok && key.Multibase != "key" {
			t.Errorf("%s: stored %v, %v", name, key, err)
		}
	}
}

// TestStoredKeyFollows: the newest key is kept even if an instance stores an
// older one later; an unchanged key is written once an hour.
func TestStoredKeyFollows(t *testing.T) {
	pool := dbtest.Pool(t)
	store, did := NewDBKeys(pool), authtest.NewDID()
	addMember(t, pool, did, true)
	for i, c := range []struct {
		key     string
		age     time.Duration
		changed bool
		want    string // and its age in minutes
		minutes int
	}{
		{"a", 30 * time.Minute, false, "a", 30},
		{"a", 10 * time.Minute, false, "a", 30},
		{"b", 20 * time.Minute, true, "b", 20},
		{"a", 25 * time.Minute, false, "b", 20},
		{"", 15 * time.Minute, true, "", 15},
		{"b", 16 * time.Minute, false, "", 15},
		{"c", 5 * time.Minute, true, "c", 5},
	} {
		_, changed, err := store.Keep(t.Context(), did, StoredKey{Multibase: c.key, Age: c.age})
		if err != nil || changed != c.changed {
			t.Errorf("step %d: changed %v, %v", i, changed, err)
		}
		var key string
		var minutes float64
		if err := pool.QueryRow(t.Context(), `SELECT public_key, EXTRACT(EPOCH FROM now() - fetched_at) / 60 FROM account_keys WHERE did = $1`,
			did).Scan(&key, &minutes); err != nil {
			t.Fatal(err)
		}
		if key != c.want || int(minutes) != c.minutes {
			t.Errorf("step %d: %q of %.1f minutes ago", i, key, minutes)
		}
		if _, ok, err := store.Find(t.Context(), did, time.Hour); err != nil || ok != (c.want != "") {
			t.Errorf("step %d: found %v, %v", i, ok, err)
		}
	}
	dbtest.Exec(t, pool, `UPDATE account_keys SET fetched_at = now() - INTERVAL '61 minutes'`)
	if _, _, err := store.Keep(t.Context(), did, StoredKey{Multibase: "c"}); err != nil {
		t.Fatal(err)
	}
	if key, ok, _ := store.Find(t.Context(), did, time.Minute); !ok || key.Multibase != "c" {
		t.Error("the key was not written anew after an hour")
	}
}

// TestStoredKeyIsUsedInOutage: an instance that starts while the directory does
// not respond accepts tokens of known accounts, with keys of the last 24 hours.
func TestStoredKeyIsUsedInOutage(t *testing.T) {
	w := newWorld(t)
	pool := dbtest.Pool(t)
	store := NewDBKeys(pool)
	known, stranger := w.plc.NewAccount(), w.plc.NewAccount()
	addMember(t, pool, known.DID, true)
	addMember(t, pool, stranger.DID, false)
	before, _, m := w.instanceWith(t, store)
	for _, a := range []*authtest.Account{known, stranger} {
		if got := call(t, before, w.read(a), getMessages); got != a.DID {
			t.Fatal(got)
		}
	}
	eventually(t, "both keys to be offered", func() bool {
		return value(t, m.KeysStored.WithLabelValues("known"))+value(t, m.KeysStored.WithLabelValues("unknown")) == 2
	})
	w.plc.Close()
	dbtest.Exec(t, pool, `UPDATE account_keys SET fetched_at = now() - INTERVAL '1 hour'`)

	after, _, m := w.instanceWith(t, store)
	if got := call(t, after, w.read(stranger), getMessages); got != xrpc.UpstreamFailure {
		t.Errorf("an account that is not known: %s", got)
	}
	for range 5 {
		if got := call(t, after, w.read(known), getMessages); got != known.DID {
			t.Errorf("a known account: %s", got)
		}
	}
	if n := value(t, m.DocumentCache.WithLabelValues("stored")); n != 5 {
		t.Errorf("the metric says %v", n)
	}
	if got := call(t, after, w.readWith(known, stranger), getMessages); got != BadJwtSignature {
		t.Errorf("with another's key: %s", got)
	}
	w.advance(23 * time.Hour)
	for name, a := range map[string]*Authenticator{"started in the outage": after, "known before it": before} {
		if got := call(t, a, w.read(known), getMessages); got != known.DID {
			t.Errorf("%s, 23 hours later: %s", name, got)
		}
	}
	for hours, want := range map[int]string{23: known.DID, 24: xrpc.UpstreamFailure} {
		dbtest.Exec(t, pool, `UPDATE account_keys SET fetched_at = now() - make_interval(hours => $1)`, hours)
		late, _, _ := w.instanceWith(t, store)
		if got := call(t, late, w.read(known), getMessages); got != want {
			t.Errorf("%d hours old: %s", hours, got)
		}
	}
}

// TestDeletedIsNotUsedInOutage: once the directory has said that a DID does not
// exist, its key is not used in an outage.
func TestDeletedIsNotUsedInOutage(t *testing.T) {
	for name, status := range map[string]int{"plc.directory": 410, "npm release": 404} {
		w := newWorld(t)
		pool := dbtest.Pool(t)
		store := NewDBKeys(pool)
		a := w.plc.NewAccount()
		addMember(t, pool, a.DID, true)
		first, _, m := w.instanceWith(t, store)
		second, _, _ := w.instanceWith(t, store)
		if got := call(t, first, w.read(a), getMessages); got != a.DID {
			t.Fatal(got)
		}
		eventually(t, "the key to be stored", func() bool { return value(t, m.KeysStored.WithLabelValues("known")) == 1 })
		w.plc.Tombstone(a.DID, status)
		if got := call(t, second, w.read(a), getMessages); got != UntrustedIss {
			t.Errorf("%s: %s", name, got)
		}
		// An instance that stores late what it fetched before the deletion.
		pub, err := a.Key.PublicKey()
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := store.Keep(t.Context(), a.DID, StoredKey{Multibase: pub.Multibase(), Age: time.Minute}); err != nil {
			t.Fatal(err)
		}
		w.plc.Close()
		w.advance(unknownTTL)
		third, _, _ := w.instanceWith(t, store)
		for _, i := range []*Authenticator{second, third} {
			if got := call(t, i, w.read(a), getMessages); got != xrpc.UpstreamFailure {
				t.Errorf("%s, in an outage: %s", name, got)
			}
		}
	}
}

// countingStore knows every account and counts calls of Keep.
type countingStore struct {
	mu   sync.Mutex
	keys map[string]string
	kept int
}

func (s *countingStore) Known(context.Context, string) (bool, error) { return true, nil }

func (s *countingStore) Keep(_ context.Context, did string, key StoredKey) (known, changed bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept++
	old, ok := s.keys[did]
	s.keys[did] = key.Multibase
	return true, ok && old != key.Multibase, nil
}

func (s *countingStore) Find(context.Context, string, time.Duration) (StoredKey, bool, error) {
	return StoredKey{}, false, nil
}

func (s *countingStore) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept
}

// TestKeysAreStoredRarely: a key is stored once an hour, however often it is
// fetched.
func TestKeysAreStoredRarely(t *testing.T) {
	w := newWorld(t)
	store := &countingStore{keys: map[string]string{}}
	i, _, m := w.instanceWith(t, store)
	a := w.plc.NewAccount()
	for fetch := range 12 {
		if got := call(t, i, w.read(a), getMessages); got != a.DID {
			t.Fatal(got)
		}
		want := 1 + fetch*int(keyTTL)/int(storePause)
		eventually(t, "the store", func() bool { return value(t, m.KeysStored.WithLabelValues("known")) >= float64(want) })
		if n := store.count(); n != want {
			t.Fatalf("after %d fetches %d were stored, want %d", fetch+1, n, want)
		}
		w.advance(keyTTL)
	}
	if n := w.plc.Requests(); n != 12 {
		t.Errorf("%d look-ups", n)
	}
}

// TestChangeIsPublished: when an instance learns of a new key, or that there is none
// any more, the other instances look the key up again at once.
func TestChangeIsPublished(t *testing.T) {
	for name, learn := range map[string]func(w *world, a *authtest.Account, first *Authenticator) string{
		"new key, by a token that it signed": func(w *world, a *authtest.Account, first *Authenticator) string {
			a.Rotate()
			return call(t, first, w.read(a), getMessages)
		},
		"no key": func(w *world, a *authtest.Account, first *Authenticator) string {
			w.plc.Tombstone(a.DID, http.StatusGone)
			return call(t, first, w.readWith(a, w.plc.NewAccount()), getMessages)
		},
	} {
		w := newWorld(t)
		a := w.plc.NewAccount()
		first, dir1, _ := w.instanceWith(t, nil)
		second, dir2, m := w.instanceWith(t, nil)
		dir1.publish, dir2.publish = dir2.Forget, dir1.Forget
		old := *a
		for _, i := range []*Authenticator{first, second} {
			if got := call(t, i, w.read(a), getMessages); got != a.DID {
				t.Fatal(got)
			}
		}
		learn(w, a, first)
		if got := call(t, second, w.readWith(a, &old), getMessages); got == a.DID {
			t.Errorf("%s: the old key at the other instance", name)
		}
		if n := value(t, m.KeysForgotten); n != 1 {
			t.Errorf("%s: forgot %v keys", name, n)
		}
	}
}

// TestChangeFoundByTheStoreIsPublished: an instance that has never seen the old key
// learns from the store that the key changed.
func TestChangeFoundByTheStoreIsPublished(t *testing.T) {
	w := newWorld(t)
	store := &countingStore{keys: map[string]string{}}
	a := w.plc.NewAccount()
	first, _, m := w.instanceWith(t, store)
	if got := call(t, first, w.read(a), getMessages); got != a.DID {
		t.Fatal(got)
	}
	eventually(t, "the store", func() bool { return value(t, m.KeysStored.WithLabelValues("known")) == 1 })
	a.Rotate()
	told := make(chan KeyID, 1)
	dir := newTestDirectory(t, DirectoryConfig{
		PLCURL: w.plc.URL, Dev: true, Store: store, now: w.now, Publish: func(id KeyID) { told <- id },
	})
	if _, err := dir.SigningKey(t.Context(), a.DID); err != nil {
		t.Fatal(err)
	}
	if id := <-told; id != keyIDOf(a.DID) {
		t.Error("it told of another account")
	}
}

// TestOldKeyEndsUnderLoad: an old key does not remain in use because this
// service has no turn for a look-up. It does remain in use while the directory
// does not respond.
func TestOldKeyEndsUnderLoad(t *testing.T) {
	w := newWorld(t)
	store := &countingStore{keys: map[string]string{}}
	i, dir, m := w.instanceWith(t, store)
	a := w.plc.NewAccount()
	if got := call(t, i, w.read(a), getMessages); got != a.DID {
		t.Fatal(got)
	}
	eventually(t, "the store", func() bool { return value(t, m.KeysStored.WithLabelValues("known")) == 1 })
	for range limit.LookupPLC.Amount {
		<-dir.turns.known.Enter("another", limit.Resource{Row: limit.LookupPLC}).Ready()
	}
	w.advance(keyTTL)
	if got := call(t, i, w.read(a), getMessages); got != xrpc.RateLimitExceeded {
		t.Errorf("without a turn: %s", got)
	}
	w.advance(failureTTL)
	dir.resolver.plcUnresponsive.Store(true)
	if got := call(t, i, w.read(a), getMessages); got != a.DID {
		t.Errorf("while the directory does not answer: %s", got)
	}
}

// TestKeyIsFetchedInBackground: a key in use is fetched again before it expires, and
// no request waits for that.
func TestKeyIsFetchedInBackground(t *testing.T) {
	w := newWorld(t)
	a := w.plc.NewAccount()
	if got := call(t, w.auth, w.read(a), getMessages); got != a.DID {
		t.Fatal(got)
	}
	release := make(chan struct{})
	w.plc.Intercept(func(http.ResponseWriter, *http.Request) bool { <-release; return false })
	old := *a
	a.Rotate()
	w.advance(refreshAfter)
	for range 3 {
		if got := call(t, w.auth, w.readWith(a, &old), getMessages); got != a.DID {
			t.Errorf("while it is being fetched: %s", got)
		}
	}
	close(release)
	eventually(t, "the new key", func() bool {
		key, err := w.dir.SigningKey(t.Context(), a.DID)
		pub, _ := a.Key.PublicKey()
		return err == nil && key.Equal(pub)
	})
	if n := w.plc.Requests(); n != 2 {
		t.Errorf("%d look-ups", n)
	}
	if got := call(t, w.auth, w.readWith(a, &old), getMessages); got != BadJwtSignature {
		t.Errorf("the old key: %s", got)
	}
}
