package eventlog_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/server/stream/streamtest"
)

// TestUnheard: where nobody has a stream, the log is not read, however many
// hints come; who comes begins behind all that was there, or at a cursor from
// before it.
func TestUnheard(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	hub, count := w.counted()
	early := w.client(alice)
	early.MustConnect(hub, "")
	early.Cut()
	eventually(t, "the read for the stream that was there", func() bool { return value(t, count.Polls) > 0 })
	before, start := value(t, count.Polls), time.Now()
	w.join(convo, carol)
	for range 20 {
		w.send(w.pool, convo, alice)
		hub.Hint()
		time.Sleep(5 * time.Millisecond)
	}
	w.settle()
	if n, took := value(t, count.Polls)-before, time.Since(start); n > 3+took.Seconds() {
		t.Errorf("%v reads in %v without a stream", n, took)
	}
	if n := value(t, count.Rows); n != 0 {
		t.Errorf("%v rows were read for nobody", n)
	}
	b, c := w.client(bob), w.client(carol)
	b.MustConnect(hub, "")
	c.MustConnect(hub, "")
	early.MustConnect(hub, early.Cursor())
	w.send(w.pool, convo, bob)
	hub.Hint()
	w.wait(early, b, c)
	if n := b.Len(); n != 1 {
		t.Errorf("%d events came, want the one since the stream was opened", n)
	}
	if n := early.Len(); n != 23 { // two are of the commit that lets carol in
		t.Errorf("%d events came to the stream that went on, want 23", n)
	}
}

// TestHeardNowAndThen: one account is there by turns, while its windows begin
// and end.
func TestHeardNowAndThen(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice)
	hub := w.hub()
	stop := w.churn(hub, convo, bob)
	c := w.client(bob)
	c.MustConnect(hub, "")
	for range 100 {
		time.Sleep(rand.N(8 * time.Millisecond))
		c.Cut()
		time.Sleep(rand.N(8 * time.Millisecond))
		c.MustConnect(hub, c.Cursor())
	}
	stop()
	w.wait(c)
}

// TestUnheardMetrics: operators hear of a transaction that hides rows while
// nobody has a stream, and of no lag that nobody had to wait for.
func TestUnheardMetrics(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice)
	hub, count := w.counted()
	long := w.begin()
	w.send(w.pool, convo, alice)
	eventually(t, "the metric says that rows are hidden", func() bool { return value(t, count.Behind) == 1 })
	w.end(long)
	w.settle()
	eventually(t, "the metric says that none are", func() bool { return value(t, count.Behind) == 0 })
	polls := value(t, count.Polls)
	eventually(t, "a read", func() bool { return value(t, count.Polls) > polls })
	w.send(w.pool, convo, alice) // and the next read is a second away
	w.settle()
	time.Sleep(600 * time.Millisecond)
	c := w.client(alice)
	c.MustConnect(hub, "")
	polls = value(t, count.Polls)
	eventually(t, "a read", func() bool { return value(t, count.Polls) > polls })
	if n := value(t, count.Rows); n != 0 {
		t.Errorf("%v rows were read that were there before anybody", n)
	}
	if lag := value(t, count.Lag); lag > 0.5 {
		t.Errorf("a lag of %v s", lag)
	}
}

// TestHeardInNewGeneration: who comes when a generation has begun, while rows
// were hidden, does not wait for the tailer's clock.
func TestHeardInNewGeneration(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice)
	hub := w.hintedHub()
	old := w.client(alice)
	old.MustConnect(hub, "")
	long := w.begin()
	w.send(w.pool, convo, alice)
	hub.Hint()
	time.Sleep(500 * time.Millisecond) // the tailer has lost its patience
	if err := eventlog.BeginGeneration(t.Context(), w.pool); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the end of the old stream", old.Ended)
	w.end(long)
	var err error
	if w.codec, err = streamtest.Codec(t.Context(), w.pool); err != nil {
		t.Fatal(err)
	}
	c := w.client(alice)
	c.MustConnect(hub, "")
	w.send(w.pool, convo, alice)
	w.settle()
	hub.Hint()
	eventually(t, "the message", func() bool { return c.Len() == 1 })
}

// TestHeardBySlowDatabase: who comes to an instance without streams is let in,
// though the tailer looks at the log while the account's windows are read.
func TestHeardBySlowDatabase(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	w.settle()
	count := eventlog.NewMetrics(nil)
	tries := 0
	cfg := w.pool.Config()
	cfg.ConnConfig.Tracer = &everyQuery{name: "WindowsOf", run: func() {
		tries++
		w.send(w.pool, convo, alice)
		polls := value(t, count.Polls)
		eventually(t, "a look at the log", func() bool { return value(t, count.Polls) > polls })
		time.Sleep(50 * time.Millisecond)
	}}
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	hub := eventlog.NewHub(eventlog.Config{Pool: pool, Metrics: count})
	w.run(hub)
	c := w.client(bob)
	c.MustConnect(hub, "")
	w.wait(c)
	if tries != 1 {
		t.Errorf("the windows were read %d times", tries)
	}
}

// everyQuery runs something after each query of a name.
type everyQuery struct {
	name string
	run  func()
}

func (q *everyQuery) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	return context.WithValue(ctx, queryName{}, strings.Contains(data.SQL, "name: "+q.name+" "))
}

func (q *everyQuery) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryEndData) {
	if ctx.Value(queryName{}) == true {
		q.run()
	}
}
