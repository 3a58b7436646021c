package relay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bluesky-social/indigo/api/atproto"
	"github.com/coder/websocket"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"catbird.blue/mls/internal/dbtest"
)

// fakeRelay has #account events numbered from 1, and sends those after the cursor.
type fakeRelay struct {
	*httptest.Server
	t testing.TB

	mu      sync.Mutex
	frames  [][]byte
	cursors []string
	conns   map[*websocket.Conn]context.CancelFunc
	grown   *sync.Cond
}

func newRelay(t testing.TB) *fakeRelay {
	r := &fakeRelay{t: t, conns: map[*websocket.Conn]context.CancelFunc{}}
	r.grown = sync.NewCond(&r.mu)
	r.Server = httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(func() {
		r.cut()
		r.Close()
	})
	return r
}

func (r *fakeRelay) serve(w http.ResponseWriter, req *http.Request) {
	cursor := req.URL.Query().Get("cursor")
	ws, err := websocket.Accept(w, req, nil)
	if err != nil {
		return
	}
	ctx, cancel := context.WithCancel(ws.CloseRead(context.Background()))
	defer cancel()
	at, _ := strconv.Atoi(cursor)
	r.mu.Lock()
	r.cursors = append(r.cursors, cursor)
	r.conns[ws] = cancel
	stop := context.AfterFunc(ctx, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.grown.Broadcast()
	})
	defer stop()
	future := at > len(r.frames)
	r.mu.Unlock()
	if future {
		_ = ws.Write(ctx, websocket.MessageBinary, errorFrame(r.t, "FutureCursor"))
		_ = ws.CloseNow()
		return
	}
	for ; ; at++ {
		r.mu.Lock()
		for at >= len(r.frames) && ctx.Err() == nil {
			r.grown.Wait()
		}
		var next []byte
		if ctx.Err() == nil {
			next = r.frames[at]
		}
		r.mu.Unlock()
		if next == nil || ws.Write(ctx, websocket.MessageBinary, next) != nil {
			return
		}
	}
}

// say adds an event about an account.
func (r *fakeRelay) say(did string, active bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	seq := int64(len(r.frames) + 1)
	r.frames = append(r.frames, frame(r.t, "#account", &atproto.SyncSubscribeRepos_Account{Seq: seq, Did: did, Active: active, Time: "2026-01-01T00:00:00Z"}))
	r.grown.Broadcast()
}

// cut ends all connections.
func (r *fakeRelay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for ws, cancel := range r.conns {
		_ = ws.CloseNow()
		cancel()
		delete(r.conns, ws)
	}
}

func (r *fakeRelay) lastCursor() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.cursors) == 0 {
		return "none"
	}
	return r.cursors[len(r.cursors)-1]
}

// heard is a Handler that keeps what it is told.
type heard struct {
	mu    sync.Mutex
	dids  []string
	fails bool
}

func (h *heard) Account(_ context.Context, did string, _ bool, _ string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.fails {
		return errors.New("the database is gone")
	}
	h.dids = append(h.dids, did)
	return nil
}

func (h *heard) Identity(context.Context, string) error { return nil }

func (h *heard) all() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.dids)
}

func (h *heard) fail(fails bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.fails = fails
}

// follow runs a Follower until the returned function is called.
func follow(t *testing.T, pool *pgxpool.Pool, r *fakeRelay, h Handler) (stop func()) {
	t.Helper()
	f := New(Config{URL: r.URL, Pool: pool, Handler: h, Log: slog.New(slog.DiscardHandler),
		SaveInterval: 20 * time.Millisecond, MinPause: 10 * time.Millisecond})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for start := time.Now(); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Since(start) > time.Minute {
			t.Fatalf("%s does not happen", what)
		}
	}
}

func cursorOf(t *testing.T, pool *pgxpool.Pool) int64 {
	t.Helper()
	return dbtest.Value[int64](t, pool, `SELECT coalesce(max(seq), -2) FROM relay_cursors`)
}

// Events are handled in their order, across broken connections and restarts, by one
// of two instances; the cursor is kept in the database.
func TestFollow(t *testing.T) {
	t.Parallel()
	pool, r := dbtest.Pool(t), newRelay(t)
	one, two := &heard{}, &heard{}
	stopOne := follow(t, pool, r, one)
	r.say("did:plc:1", false)
	eventually(t, "the first event", func() bool { return len(one.all()) == 1 })
	stopTwo := follow(t, pool, r, two)
	r.say("did:plc:2", true)
	eventually(t, "the second event", func() bool { return len(one.all()) == 2 })
	eventually(t, "the cursor", func() bool { return cursorOf(t, pool) == 2 })
	r.cut()
	r.say("did:plc:3", false)
	eventually(t, "the event after a broken connection", func() bool { return len(one.all()) == 3 })
	if got := r.lastCursor(); got != "2" {
		t.Errorf("it was read on from %q", got)
	}
	if n := len(two.all()); n != 0 {
		t.Errorf("the instance without the lease handled %d events", n)
	}
	stopOne()
	r.say("did:plc:4", false)
	eventually(t, "the other instance", func() bool { return len(two.all()) == 1 })
	if got := slices.Concat(one.all(), two.all()); fmt.Sprint(got) != "[did:plc:1 did:plc:2 did:plc:3 did:plc:4]" {
		t.Errorf("handled %v", got)
	}
	stopTwo()
	if n := dbtest.Value[int](t, pool, `SELECT count(*) FROM relay_cursors WHERE holder IS NULL AND seq = 4`); n != 1 {
		t.Error("the lease was not released with the cursor")
	}
}

// An event whose handling fails is handled again, and the cursor waits for it.
func TestFailedEventIsRepeated(t *testing.T) {
	t.Parallel()
	pool, r, h := dbtest.Pool(t), newRelay(t), &heard{}
	h.fail(true)
	follow(t, pool, r, h)
	r.say("did:plc:1", false)
	eventually(t, "a second connection", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return len(r.cursors) >= 3
	})
	if got := cursorOf(t, pool); got != -1 {
		t.Errorf("the cursor is %d", got)
	}
	h.fail(false)
	eventually(t, "the event", func() bool { return len(h.all()) == 1 })
}

// A relay whose numbers have begun anew is read from now on.
func TestFutureCursor(t *testing.T) {
	t.Parallel()
	pool, r, h := dbtest.Pool(t), newRelay(t), &heard{}
	stop := follow(t, pool, r, h)
	eventually(t, "the lease", func() bool { return cursorOf(t, pool) == -1 })
	stop()
	dbtest.Exec(t, pool, `UPDATE relay_cursors SET seq = 1000`)
	follow(t, pool, r, h)
	eventually(t, "a connection without cursor", func() bool { return r.lastCursor() == "" && cursorOf(t, pool) == -1 })
	r.say("did:plc:1", false)
	eventually(t, "an event", func() bool { return len(h.all()) == 1 })
}

// The lease of an instance that vanished ends by itself.
func TestLeaseEnds(t *testing.T) {
	t.Parallel()
	pool, r, h := dbtest.Pool(t), newRelay(t), &heard{}
	host := r.Listener.Addr().String()
	dbtest.Exec(t, pool, `INSERT INTO relay_cursors (relay, seq, holder, held_until)
		VALUES ($1, -1, gen_random_uuid(), clock_timestamp() + interval '1 second')`, host)
	r.say("did:plc:1", false)
	follow(t, pool, r, h)
	eventually(t, "the event", func() bool { return len(h.all()) == 1 })
}

// The metrics tell an instance that reads from one that does not, and the log repeats
// that a relay cannot be read.
func TestReadingIsMeasured(t *testing.T) {
	t.Parallel()
	pool, r := dbtest.Pool(t), newRelay(t)
	reader, waiting := NewMetrics(nil), NewMetrics(nil)
	for _, m := range []*Metrics{reader, waiting} {
		f := New(Config{URL: r.URL, Pool: pool, Handler: &heard{}, Log: slog.New(slog.DiscardHandler), Metrics: m, SaveInterval: 20 * time.Millisecond})
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- f.Run(ctx) }()
		t.Cleanup(func() { cancel(); <-done })
		if m == reader {
			eventually(t, "an answer", func() bool { return testutil.ToFloat64(m.read) > 0 })
		}
	}
	r.say("did:plc:1", true)
	eventually(t, "the event", func() bool { return testutil.ToFloat64(reader.events.WithLabelValues(kindAccount)) == 1 })
	if at := testutil.ToFloat64(waiting.read); at != 0 || testutil.ToFloat64(waiting.configured) != 1 {
		t.Errorf("the instance without the lease read at %v", at)
	}
}

func TestFailureIsLoggedEachMinute(t *testing.T) {
	t.Parallel()
	var lines bytes.Buffer
	f := New(Config{URL: "http://relay.example", Log: slog.New(slog.NewTextHandler(&lines, nil))})
	for range 3 {
		f.report(errors.New("refused"))
	}
	f.logged = f.logged.Add(-repeatLog)
	f.report(errors.New("refused"))
	f.answered()
	f.answered()
	if got := lines.String(); strings.Count(got, "cannot be read") != 2 || strings.Count(got, "read again") != 1 {
		t.Errorf("logged:\n%s", got)
	}
}
