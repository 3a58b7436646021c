package messages

import (
	"context"
	"fmt"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/bus"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// statements counts the statements of queries/ that a pool runs, by name, and
// how many of each ran at once at most.
type statements struct {
	mu                   sync.Mutex
	count, running, most map[string]int
}

var statementName = regexp.MustCompile(`name: (\w+) `)

type statementKey struct{}

func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	m := statementName.FindStringSubmatch(data.SQL)
	if m == nil {
		return ctx
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count[m[1]]++
	s.running[m[1]]++
	s.most[m[1]] = max(s.most[m[1]], s.running[m[1]])
	return context.WithValue(ctx, statementKey{}, m[1])
}

func (s *statements) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryEndData) {
	name, ok := ctx.Value(statementKey{}).(string)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running[name]--
}

// since gives how often a statement ran since the last call.
func (s *statements) since(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.count[name]
	s.count[name] = 0
	return n
}

// newCountedServer is newLiveServer with a count of what it asks of the database.
func newCountedServer(t testing.TB, opts ...func(*Config)) (*Server, *statements) {
	t.Helper()
	count := &statements{count: map[string]int{}, running: map[string]int{}, most: map[string]int{}}
	cfg := dbtest.Pool(t).Config()
	cfg.ConnConfig.Tracer = count
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return newLiveServerOn(t, pool, pool, opts...), count
}

// waits are long polls of an account that last until something comes.
type waits struct {
	t testing.TB
	s *Server
	a *accountSyncs
	// out has the answers.
	out chan *gen.SyncOutput
}

// newWaits makes no wait yet, and keeps the account in mind.
func newWaits(t testing.TB, s *Server, did string) *waits {
	t.Helper()
	a, leave, err := s.syncs.enter(did)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(leave)
	return &waits{t: t, s: s, a: a, out: make(chan *gen.SyncOutput, 100)}
}

// hold keeps reads of the account from beginning until it is called again.
func (w *waits) hold() (release func()) {
	w.a.turn <- struct{}{}
	return func() { <-w.a.turn }
}

// start makes n waits that ask the same, and returns when all of them have
// joined a read, which must be held.
func (w *waits) start(n int, in *gen.SyncInput) {
	w.t.Helper()
	r, err := newSyncRequest(w.a.did, in)
	if err != nil {
		w.t.Fatal(err)
	}
	for range n {
		go func() {
			out, err := w.s.waitFor(w.t.Context(), w.a, r, time.Hour)
			if err != nil {
				w.t.Error(err)
			}
			w.out <- out
		}()
	}
	w.joined(r.asked, n)
}

// joined waits until n calls have joined one read that has not begun.
func (w *waits) joined(asked syncAsked, n int) {
	w.t.Helper()
	servertest.Eventually(w.t, func() bool {
		w.a.mu.Lock()
		defer w.a.mu.Unlock()
		return w.a.next != nil && w.a.next.reads[asked] != nil && w.a.next.reads[asked].calls == n
	})
}

// answers takes n answers, which must tell this.
func (w *waits) answers(n int, want string, convos ...xrpc.ConvoID) {
	w.t.Helper()
	for i := range n {
		select {
		case out := <-w.out:
			if got := servertest.Shape(out, convos...); got != want {
				w.t.Errorf("answer %d is %q, want %q", i, got, want)
			}
		case <-time.After(time.Minute):
			w.t.Fatalf("answer %d does not come", i)
		}
	}
}

func syncCursor(t testing.TB, s *Server, who string) *string {
	t.Helper()
	servertest.Settled(t, s.Pool)
	out, err := s.Sync(t.Context(), servertest.As(who), &gen.SyncInput{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	return &out.Cursor
}

// TestWaitsShareReads: what the long polls of an account ask of the database does
// not depend on how many there are, when they come and when something happens.
func TestWaitsShareReads(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, int(limit.WaitsAndStreams.Amount)} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			s, count := newCountedServer(t)
			alice, bob := servertest.DID("alice"), servertest.DID("bob")
			convo, w := servertest.AddConvo(t, s.Pool, 1, alice, bob), newWaits(t, s, bob)
			cursor := syncCursor(t, s, bob)
			release := w.hold()
			count.since("SyncConvos")
			count.since("WindowsOf")
			w.start(n, &gen.SyncInput{Limit: 10, Cursor: cursor})
			if got := count.since("WindowsOf"); got != 1 {
				t.Errorf("memberships were read %d times", got)
			}
			release()
			servertest.Settled(t, s.Pool)
			servertest.Talk(t, s, convo, alice, 1)
			w.answers(n, "0:[1]/1 ", convo)
			// One look when they came, and one for the message. A message that
			// comes before all have had their first answer is in that.
			if got := count.since("SyncConvos"); got > 2 {
				t.Errorf("the database was asked %d times for %d waits", got, n)
			}
		})
	}
}

// TestOneReadAtATime: calls of an account that ask different things are answered
// one after the other, those of others meanwhile.
func TestOneReadAtATime(t *testing.T) {
	t.Parallel()
	s, count := newCountedServer(t)
	alice, bob := servertest.DID("alice"), servertest.DID("bob")
	convo, w := servertest.AddConvo(t, s.Pool, 1, alice, bob), newWaits(t, s, bob)
	cursor := syncCursor(t, s, bob)
	count.since("SyncConvos")
	const each = 4
	release := w.hold()
	for i := range each {
		w.start(each, &gen.SyncInput{Limit: int64(1 + i), Cursor: cursor})
	}
	if _, err := s.Sync(t.Context(), servertest.As(alice), &gen.SyncInput{Limit: 1}); err != nil || count.since("SyncConvos") != 1 {
		t.Errorf("another account is held up: %v", err)
	}
	release()
	servertest.Talk(t, s, convo, alice, 1)
	w.answers(each*each, "0:[1]/1 ", convo)
	if got := count.since("SyncConvos"); got > 2*each {
		t.Errorf("the database was asked %d times, want once for each of %d questions and once more", got, each)
	}
	if got := count.most["SyncConvos"]; got != 1 {
		t.Errorf("%d reads were under way at once", got)
	}
}

// TestWaitsSleep: what sync does not tell wakes no long poll, and asks nothing of
// the database.
func TestWaitsSleep(t *testing.T) {
	t.Parallel()
	s, count := newCountedServer(t)
	alice, bob := servertest.DID("alice"), servertest.DID("bob")
	convo, other := servertest.AddConvo(t, s.Pool, 1, alice, bob), servertest.AddConvo(t, s.Pool, 1, alice, bob)
	w, watcher := newWaits(t, s, bob), servertest.Listen(t, s.Pool, s.config.Hub, bob)
	cursor := syncCursor(t, s, bob)
	release := w.hold()
	w.start(4, &gen.SyncInput{Limit: 10, Cursor: cursor, Positions: []gen.SyncPosition{{ConvoID: convo, Seq: 5}}})
	release()
	w.hold()() // their look is over
	count.since("SyncConvos")
	servertest.Talk(t, s, convo, alice, 5) // that is what the client has
	if _, err := s.UpdateCursor(t.Context(), servertest.As(bob), &gen.UpdateCursorInput{ConvoID: convo, Seq: 5}); err != nil {
		t.Fatal(err)
	}
	roster := dbtest.Value[int64](t, s.Pool, "SELECT roster_version FROM conversations WHERE convo_id = $1", convo)
	if err := s.hub.Signal(t.Context(), bus.Signal{ConvoID: string(convo), RosterVersion: roster, Ciphertext: []byte("typing")}); err != nil {
		t.Fatal(err)
	}
	servertest.Eventually(t, func() bool { return watcher.Len() >= 6 })
	if got := count.since("SyncConvos"); got != 0 {
		t.Errorf("the database was asked %d times for what is no news", got)
	}
	servertest.Talk(t, s, other, alice, 1)
	w.answers(4, "1:[1]/1 ", convo, other)
	if got := count.since("SyncConvos"); got != 1 {
		t.Errorf("the database was asked %d times for one message", got)
	}
}

// TestWaitsHearOfMembership: who is added or removed is woken.
func TestWaitsHearOfMembership(t *testing.T) {
	t.Parallel()
	r, err := newSyncRequest(servertest.DID("bob"), &gen.SyncInput{Positions: []gen.SyncPosition{{ConvoID: "00aa", Seq: 7}}})
	if err != nil {
		t.Fatal(err)
	}
	message := func(convo xrpc.ConvoID, seq int64) gen.ConvoEvent {
		return &gen.MessageEvent{Message: gen.MessageView{ConvoID: convo, Seq: seq}}
	}
	for _, c := range []struct {
		ev    gen.ConvoEvent
		tells bool
	}{
		{message("00aa", 7), false},
		{message("00aa", 8), true},
		{message("00bb", 1), true},
		{&gen.MembershipChangeEvent{ConvoID: "00bb", DID: servertest.DID("bob"), Action: eventlog.ActionJoined}, true},
		{&gen.MembershipChangeEvent{ConvoID: "00aa", DID: servertest.DID("bob"), Action: eventlog.ActionRemoved}, true},
		{&gen.MembershipChangeEvent{ConvoID: "00aa", DID: servertest.DID("alice"), Action: eventlog.ActionRemoved}, false},
		{&gen.WelcomeEvent{ConvoID: "00bb"}, false},
		{&gen.ReadEvent{ConvoID: "00aa", Seq: 9}, false},
		{&gen.EphemeralEvent{ConvoID: "00bb"}, false},
	} {
		if got := r.tells(c.ev); got != c.tells {
			t.Errorf("%+v wakes: %t", c.ev, got)
		}
	}
}

// TestSharedReadOutlivesItsFirstCall: a call that leaves takes the answer from
// nobody, and the last one ends the read.
func TestSharedReadOutlivesItsFirstCall(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	bob := servertest.DID("bob")
	w := newWaits(t, s, bob)
	r, err := newSyncRequest(bob, &gen.SyncInput{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	release := w.hold()
	call := func(ctx context.Context) <-chan error {
		done := make(chan error, 1)
		go func() {
			out, err := s.Sync(ctx, servertest.As(bob), &gen.SyncInput{Limit: 1})
			if err == nil && out.Cursor == "" {
				err = fmt.Errorf("answer is %+v", out)
			}
			done <- err
		}()
		return done
	}
	first, cancel := context.WithCancel(t.Context())
	one := call(first)
	w.joined(r.asked, 1)
	two := call(t.Context())
	w.joined(r.asked, 2)
	cancel()
	if err := <-one; err == nil {
		t.Error("a call that left has an answer")
	}
	release()
	if err := <-two; err != nil {
		t.Error(err)
	}
	release = w.hold()
	last, cancel := context.WithCancel(t.Context())
	three := call(last)
	w.joined(r.asked, 1)
	cancel()
	if err := <-three; err == nil {
		t.Error("a call that left has an answer")
	}
	four := call(t.Context())
	w.joined(r.asked, 1)
	release()
	if err := <-four; err != nil {
		t.Errorf("a call gets what a read found that was given up: %v", err)
	}
}

// TestSyncCallsAtTheirLimit: an account has so many calls under way, whatever
// they ask. Others do not notice.
func TestSyncCallsAtTheirLimit(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	alice, bob := servertest.DID("alice"), servertest.DID("bob")
	w := newWaits(t, s, bob)
	release := w.hold()
	most := int(limit.SyncCalls.Amount) - 1 // one is newWaits'
	done := make(chan error, most)
	for i := range most {
		go func() {
			_, err := s.Sync(t.Context(), servertest.As(bob), &gen.SyncInput{Limit: int64(1 + i)})
			done <- err
		}()
	}
	servertest.Eventually(t, func() bool {
		s.syncs.mu.Lock()
		defer s.syncs.mu.Unlock()
		return w.a.calls == most+1
	})
	_, err := s.Sync(t.Context(), servertest.As(bob), &gen.SyncInput{Limit: 1000})
	if e := servertest.WantError(t, err, xrpc.RateLimitExceeded); e.RetryAfter != time.Second {
		t.Errorf("to come back after %v", e.RetryAfter)
	}
	if _, err := s.Sync(t.Context(), servertest.As(alice), &gen.SyncInput{Limit: 1}); err != nil {
		t.Errorf("another account: %v", err)
	}
	release()
	for range most {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Sync(t.Context(), servertest.As(bob), &gen.SyncInput{Limit: 1000}); err != nil {
		t.Errorf("after the others: %v", err)
	}
}

// TestWaitsAtTheirLimit: the wait that is one too many ends the oldest one, which
// answers that nothing is new; its cursor is good.
func TestWaitsAtTheirLimit(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	alice, bob := servertest.DID("alice"), servertest.DID("bob")
	convo, w := servertest.AddConvo(t, s.Pool, 1, alice, bob), newWaits(t, s, bob)
	cursor, most := syncCursor(t, s, bob), int(limit.WaitsAndStreams.Amount)
	release := w.hold()
	w.start(most, &gen.SyncInput{Limit: 10, Cursor: cursor})
	release()
	release = w.hold()
	w.start(1, &gen.SyncInput{Limit: 20, Cursor: cursor})
	select {
	case out := <-w.out:
		if got := servertest.Shape(out, convo); got != "" || out.Cursor == "" {
			t.Errorf("the oldest wait got %q, cursor %q", got, out.Cursor)
		}
	case <-time.After(time.Minute):
		t.Fatal("no wait has ended")
	}
	release()
	servertest.Talk(t, s, convo, alice, 1)
	w.answers(most, "0:[1]/1 ", convo)
}

// TestWaitsEndWithTheirGeneration: where the log begins anew, long polls answer,
// and those that come then are woken as ever.
func TestWaitsEndWithTheirGeneration(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	alice, bob := servertest.DID("alice"), servertest.DID("bob")
	convo, w := servertest.AddConvo(t, s.Pool, 1, alice, bob), newWaits(t, s, bob)
	in := &gen.SyncInput{Limit: 10, Cursor: syncCursor(t, s, bob), Positions: []gen.SyncPosition{{ConvoID: convo, Seq: 0}}}
	release := w.hold()
	w.start(3, in)
	release()
	if err := eventlog.BeginGeneration(t.Context(), s.Pool); err != nil {
		t.Fatal(err)
	}
	s.config.Hub.Notify()
	w.answers(3, "", convo)
	in.Cursor = syncCursor(t, s, bob)
	release = w.hold()
	w.start(3, in)
	release()
	servertest.Talk(t, s, convo, alice, 1)
	for range 3 {
		if out := <-w.out; len(out.Convos) != 1 || len(out.Convos[0].Messages) != 1 {
			t.Errorf("answer is %q, want one message", servertest.Shape(out, convo))
		}
	}
}

// TestLooksArePaced: long polls that come or are woken soon after others were told
// something look later, all at once; without that, at once.
func TestLooksArePaced(t *testing.T) {
	t.Parallel()
	a := &accountSyncs{}
	woken := func() time.Time {
		t.Helper()
		w := &syncWait{wakes: make(chan wake, 1)}
		a.mu.Lock()
		defer a.mu.Unlock()
		a.wakeLocked(w)
		return (<-w.wakes).due
	}
	start := time.Now()
	if due := woken(); due.After(start) {
		t.Errorf("the first look is after %v", due.Sub(start))
	}
	for range 3 {
		a.told(start)
	}
	a.told(start.Add(lookGap)) // of the same look, by a goroutine that was slow
	for range 2 {
		if due := woken(); due.Sub(start) != 4*lookGap {
			t.Errorf("after four answers the next look is after %v", due.Sub(start))
		}
	}
	a.told(start.Add(time.Hour))
	if due := woken(); due.Sub(start) != time.Hour+lookGap {
		t.Errorf("an hour later the next look is after %v", due.Sub(start))
	}
}
