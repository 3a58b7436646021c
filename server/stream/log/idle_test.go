package eventlog_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/server/stream/streamtest"
)

// TestNoSubscribers: without a stream the rows of the log are not read, however
// many notifications come. A stream that is opened then begins at the end of the
// log, or at its cursor.
func TestNoSubscribers(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	hub, metrics := w.hubWithMetrics()
	early := w.client(alice)
	early.MustConnect(hub, "")
	early.Cut()
	eventually(t, "the read for the first stream", func() bool { return value(t, metrics.Polls) > 0 })
	before, start := value(t, metrics.Polls), time.Now()
	w.join(convo, carol)
	for range 20 {
		w.send(w.pool, convo, alice)
		hub.Notify()
		time.Sleep(5 * time.Millisecond)
	}
	w.settle()
	if n, took := value(t, metrics.Polls)-before, time.Since(start); n > 3+took.Seconds() {
		t.Errorf("%v reads in %v without a stream", n, took)
	}
	if n := value(t, metrics.Rows); n != 0 {
		t.Errorf("%v rows were read without a stream", n)
	}
	b, c := w.client(bob), w.client(carol)
	b.MustConnect(hub, "")
	c.MustConnect(hub, "")
	early.MustConnect(hub, early.Cursor())
	w.send(w.pool, convo, bob)
	hub.Notify()
	w.wait(early, b, c)
	if n := b.Len(); n != 1 {
		t.Errorf("%d events came, want the one since the stream was opened", n)
	}
	if n := early.Len(); n != 23 { // two are of the commit that adds carol
		t.Errorf("%d events came to the stream that went on, want 23", n)
	}
}

// TestSubscriberComesAndGoes: the only account with a stream connects and
// disconnects while its windows begin and end.
func TestSubscriberComesAndGoes(t *testing.T) {
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

// TestMetricsWithoutSubscribers: the metrics report that a transaction hides rows
// also without a stream, and no lag for the time without one.
func TestMetricsWithoutSubscribers(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice)
	hub, metrics := w.hubWithMetrics()
	long := w.begin()
	w.send(w.pool, convo, alice)
	eventually(t, "the metric says that rows are hidden", func() bool { return value(t, metrics.Behind) == 1 })
	w.end(long)
	w.settle()
	eventually(t, "the metric says that none are", func() bool { return value(t, metrics.Behind) == 0 })
	polls := value(t, metrics.Polls)
	eventually(t, "a read", func() bool { return value(t, metrics.Polls) > polls })
	w.send(w.pool, convo, alice) // and the next read is a second away
	w.settle()
	time.Sleep(600 * time.Millisecond)
	c := w.client(alice)
	c.MustConnect(hub, "")
	polls = value(t, metrics.Polls)
	eventually(t, "a read", func() bool { return value(t, metrics.Polls) > polls })
	if n := value(t, metrics.Rows); n != 0 {
		t.Errorf("%v rows from before the stream were read", n)
	}
	if lag := value(t, metrics.Lag); lag > 0.5 {
		t.Errorf("a lag of %v s", lag)
	}
}

// TestSubscriberInNewGeneration: a stream that is opened after a generation has
// begun, while rows were hidden, does not wait for the next poll.
func TestSubscriberInNewGeneration(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice)
	hub := w.hubWithoutPolling()
	old := w.client(alice)
	old.MustConnect(hub, "")
	long := w.begin()
	w.send(w.pool, convo, alice)
	hub.Notify()
	time.Sleep(500 * time.Millisecond) // the tailer ignores notifications now
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
	hub.Notify()
	eventually(t, "the message", func() bool { return c.Len() == 1 })
}

// TestSubscriberAtSlowDatabase: the first stream of an instance is opened at the
// first try, though the tailer polls the log while the windows of the account are
// read.
func TestSubscriberAtSlowDatabase(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	w.settle()
	metrics := eventlog.NewMetrics(nil)
	tries := 0
	cfg := w.pool.Config()
	cfg.ConnConfig.Tracer = &everyQuery{name: "WindowsOf", run: func() {
		tries++
		w.send(w.pool, convo, alice)
		polls := value(t, metrics.Polls)
		eventually(t, "a poll", func() bool { return value(t, metrics.Polls) > polls })
		time.Sleep(50 * time.Millisecond)
	}}
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	hub := eventlog.NewHub(eventlog.Config{Pool: pool, Metrics: metrics})
	w.run(hub)
	c := w.client(bob)
	c.MustConnect(hub, "")
	w.wait(c)
	if tries != 1 {
		t.Errorf("the windows were read %d times", tries)
	}
}

// TestIdle: without traffic the log is polled once a second.
func TestIdle(t *testing.T) {
	w := newWorld(t)
	w.convo(alice)
	start := time.Now()
	_, metrics := w.hubWithMetrics()
	time.Sleep(2500 * time.Millisecond)
	if n, took := value(t, metrics.Polls), time.Since(start); n > 1+took.Seconds() {
		t.Errorf("%v reads in %v", n, took)
	}
}
