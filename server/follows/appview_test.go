package follows_test

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/redis/go-redis/v9"

	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/follows"
	"catbird.blue/mls/server/follows/followstest"
	"catbird.blue/mls/server/limit"
)

const (
	alice = "did:plc:aliceaaaaaaaaaaaaaaaaaaa"
	bob   = "did:web:bob.example"
	carol = "did:web:carol.example"
)

// world is an instance with an AppView that is a stand-in.
type world struct {
	*follows.AppView
	t        testing.TB
	peer     *followstest.AppView
	registry *prometheus.Registry

	mu  sync.Mutex
	now time.Time
}

func newWorld(t testing.TB, peer *followstest.AppView, client redis.UniversalClient) *world {
	w := &world{t: t, peer: peer, registry: prometheus.NewRegistry(), now: time.Now()}
	w.AppView = follows.New(follows.Config{
		URL: peer.URL, Client: auth.NewConfiguredClient(follows.MaxAnswer), Limits: (*limit.Limits)(nil).OrDefault(), Redis: client,
		Secret: []byte("secret"), Registry: w.registry, Now: w.clock,
	})
	t.Cleanup(w.Close)
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// calls returns how many calls ended with an outcome.
func (w *world) calls(outcome string) int {
	all, err := w.registry.Gather()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, f := range all {
		for _, m := range f.GetMetric() {
			if f.GetName() == "mls_appview_calls_total" && m.GetLabel()[0].GetValue() == outcome {
				return int(m.GetCounter().GetValue())
			}
		}
	}
	w.t.Fatalf("no calls with the outcome %s are counted", outcome)
	return 0
}

// await waits until n calls have ended with an outcome, and may be made again.
func (w *world) await(outcome string, n int) {
	w.t.Helper()
	eventually(w.t, fmt.Sprintf("%d calls that are %s, now %d", n, outcome, w.calls(outcome)), func() bool { return w.calls(outcome) >= n })
	w.Idle()
}

func eventually(t testing.TB, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("timed out: %s", what)
		}
	}
}

func (w *world) want(account, other string, want follows.Relationship) {
	w.t.Helper()
	if got := w.Known(account, []string{other})[other]; got != want {
		w.t.Errorf("%s and %s: %+v, want %+v", account, other, got, want)
	}
}

// TestRelationships asks for each kind of relationship, in both directions.
func TestRelationships(t *testing.T) {
	for name, tc := range map[string]struct {
		set  func(*followstest.AppView)
		want follows.Relationship
	}{
		"none":            {func(*followstest.AppView) {}, follows.Relationship{}},
		"follows":         {func(a *followstest.AppView) { a.Follow(alice, bob, true) }, follows.Relationship{Follows: true}},
		"followed":        {func(a *followstest.AppView) { a.Follow(bob, alice, true) }, follows.Relationship{FollowedBy: true}},
		"blocks":          {func(a *followstest.AppView) { a.Block(alice, bob, true) }, follows.Relationship{Blocks: true}},
		"blocked":         {func(a *followstest.AppView) { a.Block(bob, alice, true) }, follows.Relationship{Blocks: true}},
		"blocks by list":  {func(a *followstest.AppView) { a.BlockByList(alice, bob, true) }, follows.Relationship{Blocks: true}},
		"blocked by list": {func(a *followstest.AppView) { a.BlockByList(bob, alice, true) }, follows.Relationship{Blocks: true}},
		"unknown other":   {func(a *followstest.AppView) { a.Unknown(bob) }, follows.Relationship{}},
		"unknown account": {func(a *followstest.AppView) { a.Unknown(alice) }, follows.Relationship{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			peer := followstest.New(t)
			tc.set(peer)
			w := newWorld(t, peer, nil)
			if first := w.Of(t.Context(), alice, []string{bob, alice}); len(first) != 0 {
				t.Errorf("before an answer: %v", first)
			}
			w.await("answered", 1)
			w.want(alice, bob, tc.want)
			w.want(bob, alice, follows.Relationship{Follows: tc.want.FollowedBy, FollowedBy: tc.want.Follows, Blocks: tc.want.Blocks})
			if q := peer.Questions(); len(q) != 1 || len(q[0].Others) != 1 {
				t.Errorf("the AppView was asked %v", q)
			}
		})
	}
}

// TestAge follows one pair through time: asked again after a minute, used for ten
// minutes without an answer, and then not known.
func TestAge(t *testing.T) {
	peer := followstest.New(t)
	peer.Block(bob, alice, true)
	w := newWorld(t, peer, nil)
	w.Of(t.Context(), alice, []string{bob})
	w.await("answered", 1)
	w.pass(follows.Fresh - time.Second)
	if !w.Of(t.Context(), bob, []string{alice})[alice].Blocks {
		t.Error("the block is not known from the other side")
	}
	w.Idle()
	if n := len(peer.Questions()); n != 1 {
		t.Errorf("asked %d times within a minute", n)
	}
	peer.Fail(followstest.Status(500))
	w.pass(2 * time.Second)
	if !w.Of(t.Context(), alice, []string{bob})[bob].Blocks {
		t.Error("what is older than a minute is not used")
	}
	w.await("failed", 1)
	w.pass(follows.Usable - follows.Fresh - 2*time.Second)
	w.want(alice, bob, follows.Relationship{Blocks: true})
	w.pass(time.Second)
	w.want(alice, bob, follows.Relationship{})
	peer.Fail(nil)
	peer.Block(bob, alice, false)
	peer.Follow(alice, bob, true)
	w.Of(t.Context(), alice, []string{bob})
	w.await("answered", 2)
	w.want(alice, bob, follows.Relationship{Follows: true})
	want := `# HELP mls_appview_relationships_total Pairs of accounts whose relationship was needed, by the age of what was known: ` +
		`fresh for less than a minute, old for less than 10 minutes. unknown counts as not following, not blocking.
# TYPE mls_appview_relationships_total counter
mls_appview_relationships_total{known="fresh"} 1
mls_appview_relationships_total{known="old"} 1
mls_appview_relationships_total{known="unknown"} 2
`
	if err := testutil.GatherAndCompare(w.registry, stringReader(want), "mls_appview_relationships_total"); err != nil {
		t.Error(err)
	}
}

// TestBatches asks for 100 pairs while the AppView is slow, in the middle of which
// more arrive.
func TestBatches(t *testing.T) {
	peer := followstest.New(t)
	release := make(chan struct{})
	peer.Fail(followstest.Until(release))
	w := newWorld(t, peer, nil)
	others := make([]string, 100)
	for i := range others {
		others[i] = fmt.Sprintf("did:web:o%d.example", i)
		peer.Follow(others[i], alice, i%2 == 0)
	}
	w.Of(t.Context(), alice, others)
	w.Of(t.Context(), alice, others) // joins the calls under way
	close(release)
	w.await("answered", 4)
	known := w.Known(alice, others)
	for i, did := range others {
		if known[did].FollowedBy != (i%2 == 0) {
			t.Errorf("%s: %+v", did, known[did])
		}
	}
	asked := map[string]int{}
	for _, q := range peer.Questions() {
		for _, did := range q.Others {
			asked[did]++
		}
	}
	if len(asked) != len(others) || len(peer.Questions()) != 4 {
		t.Errorf("%d calls for %d of %d accounts", len(peer.Questions()), len(asked), len(others))
	}
}

// TestOneCall lets one account ask for accounts one by one while all calls wait: its
// pairs go into one call, and a flood of another account does not delay it behind all
// of its calls.
func TestOneCall(t *testing.T) {
	peer := followstest.New(t)
	release := make(chan struct{})
	peer.Fail(followstest.Until(release))
	w := newWorld(t, peer, nil)
	flood := make([]string, 30*40)
	for i := range flood {
		flood[i] = fmt.Sprintf("did:web:f%d.example", i)
	}
	w.Of(t.Context(), carol, flood)
	eventually(t, "the flood takes all turns", func() bool { return len(peer.Questions()) == int(limit.AppViewOpen.Amount) })
	for i := range 20 {
		w.Of(t.Context(), alice, []string{fmt.Sprintf("did:web:o%d.example", i)})
	}
	close(release)
	w.await("answered", 41)
	for i, q := range peer.Questions() {
		if q.Actor == alice {
			if len(q.Others) != 20 {
				t.Errorf("a call for %d of 20 pairs", len(q.Others))
			}
			if i > 2*int(limit.AppViewOpen.Amount) {
				t.Errorf("the call was the %dth, behind the flood", i+1)
			}
			return
		}
	}
	t.Error("the account's pairs were not asked for")
}

// TestWrongAnswers gives answers that must not be believed.
func TestWrongAnswers(t *testing.T) {
	entry := func(did, more string) string {
		return `{"$type":"app.bsky.graph.defs#relationship","did":"` + did + `"` + more + `}`
	}
	answer := func(actor string, entries string) string {
		return `{"actor":"` + actor + `","relationships":[` + entries + `]}`
	}
	follow := func(by string) string { return `,"followedBy":"at://` + by + `/app.bsky.graph.follow/1"` }
	for name, tc := range map[string]struct {
		fault followstest.Fault
		want  string
	}{
		"another account":      {followstest.Body(answer(carol, entry(bob, follow(bob)))), "wrong"},
		"another other":        {followstest.Body(answer(alice, entry(carol, follow(carol)))), "wrong"},
		"twice":                {followstest.Body(answer(alice, entry(bob, "")+","+entry(bob, follow(bob)))), "wrong"},
		"nobody":               {followstest.Body(answer(alice, "")), "wrong"},
		"another one's follow": {followstest.Body(answer(alice, entry(bob, follow(carol)))), "wrong"},
		"another kind":         {followstest.Body(answer(alice, `{"$type":"app.bsky.actor.defs#profileView","did":"`+bob+`"}`)), "wrong"},
		"a number":             {followstest.Body(answer(alice, entry(bob, `,"followedBy":1`))), "wrong"},
		"no JSON":              {followstest.Body("<html>sign in</html>"), "wrong"},
		"cut short":            {followstest.Body(answer(alice, entry(bob, follow(bob)))[:60]), "wrong"},
		"huge":                 {followstest.Body(answer(alice, entry(bob, `,"x":"`+string(make([]byte, follows.MaxAnswer))+`"`))), "failed"},
		"an error":             {followstest.Status(500), "failed"},
		"too many calls":       {followstest.Status(429, "Retry-After", "30"), "failed"},
		"a redirect":           {followstest.Status(302, "Location", "http://127.0.0.1:1/"), "failed"},
		"a question refused":   {followstest.Status(400), "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			peer := followstest.New(t)
			peer.Fail(tc.fault)
			w := newWorld(t, peer, nil)
			w.Of(t.Context(), alice, []string{bob})
			w.await(tc.want, 1)
			if known := w.Known(alice, []string{bob}); len(known) != 0 {
				t.Errorf("the answer was believed: %v", known)
			}
			peer.Fail(nil)
			peer.Follow(bob, alice, true)
			w.pass(time.Minute)
			w.Of(t.Context(), alice, []string{bob})
			w.await("answered", 1)
			w.want(alice, bob, follows.Relationship{FollowedBy: true})
		})
	}
}

// TestPause fails the AppView: calls stop for growing pauses, one call tries, and what
// one account's question causes stops nobody.
func TestPause(t *testing.T) {
	peer := followstest.New(t)
	peer.Fail(followstest.Status(503))
	w := newWorld(t, peer, nil)
	for n := 1; n <= 6; n++ {
		w.Of(t.Context(), alice, []string{bob})
		w.await("failed", n)
		w.Of(t.Context(), carol, []string{bob})
		w.await("paused", n)
		w.pass(250 * time.Millisecond << (n - 1) * 5 / 4) // the longest of the pause
	}
	w.pass(time.Second)
	before := len(peer.Questions())
	peer.Fail(followstest.Status(400))
	w.Of(t.Context(), alice, []string{bob})
	w.await("refused", 1)
	peer.Fail(nil)
	w.Of(t.Context(), carol, []string{bob})
	w.await("answered", 1)
	if got := len(peer.Questions()) - before; got != 2 {
		t.Errorf("%d calls after the pause, want 2", got)
	}
	peer.Fail(followstest.Status(429, "Retry-After", "100"))
	w.Of(t.Context(), alice, []string{carol})
	w.await("failed", 7)
	w.pass(70 * time.Second) // the shortest is 75 s
	w.Of(t.Context(), alice, []string{carol})
	w.await("paused", 7)
}

// TestSlow never gets an answer. Of returns at once, and Close ends the call.
func TestSlow(t *testing.T) {
	peer := followstest.New(t)
	never := make(chan struct{})
	peer.Fail(followstest.Until(never))
	w := newWorld(t, peer, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // the call does not belong to the caller
	if known := w.Of(ctx, alice, []string{bob}); len(known) != 0 {
		t.Errorf("known: %v", known)
	}
	eventually(t, "the call", func() bool { return len(peer.Questions()) == 1 })
	w.Close()
	if n := w.calls("failed"); n != 1 {
		t.Errorf("%d calls failed", n)
	}
	w.Of(t.Context(), alice, []string{carol})
	if n := len(peer.Questions()); n != 1 {
		t.Errorf("%d calls after Close", n)
	}
}

func TestNone(t *testing.T) {
	none := follows.OrNone(nil)
	if none.Configured() || len(none.Of(t.Context(), alice, []string{bob})) != 0 || len(none.Known(alice, []string{bob})) != 0 {
		t.Error("something is known without an AppView")
	}
	if b := follows.Blocked(nil, []string{bob}); b == nil || len(b) != 0 {
		t.Errorf("blocked without an AppView: %v", b)
	}
	known := map[string]follows.Relationship{bob: {Blocks: true}, carol: {Follows: true}}
	if b := follows.Blocked(known, []string{carol, bob}); len(b) != 1 || b[0] != bob {
		t.Errorf("of %v are blocked %v", maps.Keys(known), b)
	}
}
