package eventlog_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	eventlog "catbird.blue/mls/server/stream/log"
)

// TestScopedWhileHidden: an older transaction hides a removal when a stream for
// that conversation goes on. It is complete when all was told, not before.
func TestScopedWhileHidden(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	hub := w.hub()
	c := w.client(bob, convo)
	c.MustConnect(hub, "")
	c.Cut()
	long := w.begin()
	w.send(w.pool, convo, alice)
	w.remove(convo, bob)
	c.MustConnect(hub, c.Cursor())
	eventually(t, "the stream is live", func() bool { return c.Info("live") == 1 || c.Ended() })
	if c.Complete() {
		t.Error("the stream is complete before anything was told")
	}
	w.end(long)
	w.wait(c)
	eventually(t, "the end of the stream", c.Complete)
	if n := c.Len(); n != 3 {
		t.Errorf("%d events, want a message, a commit and a removal", n)
	}
}

// TestScopedBackAgain: a stream that is opened by a member is not ended by an
// earlier removal which the instance has yet to read.
func TestScopedBackAgain(t *testing.T) {
	for _, resumes := range []bool{false, true} {
		w := newWorld(t)
		convo := w.convo(alice, bob)
		w.settle()
		cfg, reads := w.pool.Config(), &gate{name: "ReadLog", closed: make(chan struct{}), opened: make(chan struct{})}
		cfg.ConnConfig.Tracer = reads
		pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(pool.Close)
		hub := eventlog.NewHub(eventlog.Config{Pool: pool})
		w.run(hub)
		all, c := w.client(bob), w.client(bob, convo)
		all.MustConnect(hub, "")
		cursor := ""
		if resumes {
			cursor = all.Cursor()
		}
		reads.wanted.Store(true)
		hub.Hint()
		<-reads.closed
		w.remove(convo, bob)
		w.join(convo, bob)
		w.settle()
		c.MustConnect(hub, cursor)
		close(reads.opened)
		w.wait(all)
		if c.Ended() {
			t.Errorf("resumes %v: the stream of a member was ended", resumes)
			continue
		}
		w.send(w.pool, convo, alice)
		hub.Hint()
		w.wait(all, c)
		w.remove(convo, bob)
		hub.Hint()
		w.wait(all, c)
		eventually(t, "the end of the stream", c.Complete)
	}
}

// gate holds one query of a name back, when that is wanted.
type gate struct {
	name           string
	wanted         atomic.Bool
	closed, opened chan struct{}
}

func (g *gate) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	if strings.Contains(data.SQL, "name: "+g.name+" ") && g.wanted.CompareAndSwap(true, false) {
		close(g.closed)
		<-g.opened
	}
	return ctx
}

func (g *gate) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
