package messages

import (
	"context"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// statements counts the statements of queries/ that a pool runs, by name, and the
// maximum of each that ran at the same time.
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

// since returns how often a statement ran since the last call.
func (s *statements) since(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.count[name]
	s.count[name] = 0
	return n
}

// newCountedServer is newLiveServer with a count of its statements.
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

// waits has long polls of an account that last until there is news.
type waits struct {
	t testing.TB
	s *Server
	a *accountSyncs
	// out has the answers.
	out chan *gen.SyncOutput
}

// newWaits starts no long poll yet, but keeps the account's entry alive.
func newWaits(t testing.TB, s *Server, did string) *waits {
	t.Helper()
	a, leave, err := s.syncs.enter(did)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(leave)
	return &waits{t: t, s: s, a: a, out: make(chan *gen.SyncOutput, 100)}
}

// hold keeps reads of the account from beginning until the returned function is
// called.
func (w *waits) hold() (release func()) {
	w.a.turn <- struct{}{}
	return func() { <-w.a.turn }
}

// start makes n waits with the same question, and returns when all of them have
// joined a read. Reads must be held.
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
	w.joined(r.question, n)
}

// joined waits until n calls have joined one read that has not begun.
func (w *waits) joined(asked syncQuestion, n int) {
	w.t.Helper()
	servertest.Eventually(w.t, func() bool {
		w.a.mu.Lock()
		defer w.a.mu.Unlock()
		return w.a.next != nil && w.a.next.reads[asked] != nil && w.a.next.reads[asked].calls == n
	})
}

// answers takes n answers, which must be equal to this text.
func (w *waits) answers(n int, want string, convos ...xrpc.ConvoID) {
	w.t.Helper()
	for i := range n {
		select {
		case out := <-w.out:
			if got := servertest.SyncText(out, convos...); got != want {
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
