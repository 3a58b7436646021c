package eventlog_test

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/gen"
	eventlog "catbird.blue/mls/server/stream/log"
)

// TestScopedWhileHidden: a stream for one conversation resumes while an older
// transaction hides the removal of its account. It is complete when it has
// delivered the removal, not before.
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
		t.Error("the stream is complete before anything was delivered")
	}
	w.end(long)
	w.wait(c)
	eventually(t, "the end of the stream", c.Complete)
	if n := c.Len(); n != 3 {
		t.Errorf("%d events, want a message, a commit and a removal", n)
	}
}

// TestScopedAfterRejoin: an earlier removal that the instance has not read yet does
// not end a stream that was opened after the account had joined again.
func TestScopedAfterRejoin(t *testing.T) {
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
		hub.Notify()
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
		hub.Notify()
		w.wait(all, c)
		w.remove(convo, bob)
		hub.Notify()
		w.wait(all, c)
		eventually(t, "the end of the stream", c.Complete)
	}
}

// TestScopedStreams: a stream for some conversations gets only their events, and
// ends when its account is a member of none of them any more.
func TestScopedStreams(t *testing.T) {
	w := newWorld(t)
	one, two := w.convo(alice, bob), w.convo(alice, bob)
	hub := w.hub()
	c := w.client(bob, one)
	c.MustConnect(hub, "")
	early := c.Cursor()
	w.send(w.pool, one, alice)
	w.send(w.pool, two, alice)
	w.remove(one, bob)
	hub.Notify()
	w.wait(c)
	eventually(t, "the end of the stream", c.Complete)
	if n := c.Len(); n != 3 {
		t.Errorf("%d events, want a message, a commit and a removal", n)
	}
	c.Cut()
	again := w.client(bob, one)
	wantError(t, again.Connect(hub, ""), gen.ErrNotMember)
	again.MustConnect(hub, early)
	w.wait(again)
	eventually(t, "the end of the replay", again.Complete)
	wantError(t, w.client(carol, one).Connect(hub, ""), gen.ErrConvoNotFound)
	wantError(t, w.client(carol, "00").Connect(hub, ""), gen.ErrConvoNotFound)
	w.join(one, bob) // bob has been a member twice
	wantError(t, w.client(bob, one, "00").Connect(hub, ""), gen.ErrConvoNotFound)
	wantError(t, w.client(bob, one, two, w.convo(alice)).Connect(hub, ""), gen.ErrConvoNotFound)
	w.client(bob, one, two).MustConnect(hub, "")
	w.remove(one, bob)
	w.client(bob, one, two).MustConnect(hub, "") // bob is a member of one of them
}

// TestScopedWhileRemoved: a removal that is committed while a stream for one
// conversation is opened ends it too.
func TestScopedWhileRemoved(t *testing.T) {
	for _, resumes := range []bool{false, true} {
		w := newWorld(t)
		convo := w.convo(alice, bob)
		w.settle()
		cfg, hook := w.pool.Config(), &afterQuery{name: "ScopeState"}
		cfg.ConnConfig.Tracer = hook
		pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(pool.Close)
		hub := eventlog.NewHub(eventlog.Config{Pool: pool})
		w.run(hub)
		a, b := w.client(alice), w.client(bob, convo)
		a.MustConnect(hub, "")
		cursor := ""
		if resumes {
			cursor = a.Cursor()
		}
		hook.run = func() {
			w.remove(convo, bob)
			hub.Notify()
			w.wait(a)
		}
		b.MustConnect(hub, cursor)
		eventually(t, "the end of the stream", b.Ended)
		w.wait(b)
	}
}
