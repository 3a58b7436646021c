package eventlog_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/bus"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/server/stream/streamtest"
	"catbird.blue/mls/xrpc"
)

// TestWindowsLive: who joins sees what is after, who is removed sees its removal
// and nothing after.
func TestWindowsLive(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice)
	hub := w.hub()
	a, b := w.client(alice), w.client(bob)
	a.MustConnect(hub, "")
	b.MustConnect(hub, "")
	step := func(f func()) { f(); hub.Hint() }
	step(func() { w.send(w.pool, convo, alice) })
	step(func() { w.join(convo, bob) })
	step(func() { w.send(w.pool, convo, alice) })
	step(func() { w.send(w.pool, convo, bob) })
	step(func() { w.remove(convo, bob) })
	step(func() { w.send(w.pool, convo, alice) })
	step(func() { w.join(convo, carol) })
	step(func() { w.join(convo, bob) })
	step(func() { w.send(w.pool, convo, alice) })
	w.wait(a, b)
	// joined, two messages, the commit and the event of the removal; joined,
	// one message.
	if n := b.Len(); n != 7 {
		t.Errorf("bob got %d events, want 7", n)
	}
}

// TestWindowsReplayed: the same, told afterwards.
func TestWindowsReplayed(t *testing.T) {
	w := newWorld(t)
	hub := w.hub()
	b := w.client(bob)
	b.MustConnect(hub, "")
	b.Cut()
	convo := w.convo(alice)
	w.send(w.pool, convo, alice)
	w.join(convo, bob)
	w.send(w.pool, convo, alice)
	w.remove(convo, bob)
	w.send(w.pool, convo, alice)
	w.join(convo, carol)
	w.settle()
	other := w.hub()
	b.MustConnect(other, b.Cursor())
	w.wait(b)
	if n := b.Len(); n != 4 {
		t.Errorf("bob got %d events, want 4", n)
	}
	if b.Info("live") != 1 {
		t.Error("the stream did not say that it had caught up")
	}
}

// TestReplayJoinsLive: connections come and go, from random earlier cursors,
// while messages are sent over two instances; a slow replay lets go of what it
// holds back and reads it again.
func TestReplayJoinsLive(t *testing.T) {
	w := newWorld(t)
	dids := []string{alice, bob, carol}
	var convos []string
	for range 10 {
		convos = append(convos, w.convo(dids...))
	}
	hubs := []*eventlog.Hub{w.hub(), w.hub()}
	var clients []*streamtest.Client
	for range 6 {
		for _, did := range dids {
			c := w.client(did)
			c.MustConnect(hubs[rand.IntN(2)], "")
			clients = append(clients, c)
		}
	}
	var senders, readers sync.WaitGroup
	stop := make(chan struct{})
	for i := range 8 {
		senders.Go(func() {
			for range 150 {
				w.send(w.pool, convos[rand.IntN(len(convos))], dids[rand.IntN(3)])
				hubs[i%2].Hint()
			}
		})
	}
	for _, c := range clients {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(time.Duration(rand.IntN(60)) * time.Millisecond):
				}
				c.Cut()
				cursor := c.Rewind(rand.IntN(20))
				if err := c.Connect(hubs[rand.IntN(2)], cursor); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	senders.Wait()
	close(stop)
	readers.Wait()
	for _, h := range hubs {
		h.Hint()
	}
	w.wait(clients...)
}

// TestMembersComeAndGo: joins and removals at random while messages are sent.
func TestMembersComeAndGo(t *testing.T) {
	w := newWorld(t)
	var dids []string
	for _, n := range []string{"a", "b", "c", "d", "e", "f"} {
		dids = append(dids, "did:web:"+n+".example")
	}
	var convos []string
	for range 5 {
		convos = append(convos, w.convo(alice))
	}
	hubs := []*eventlog.Hub{w.hub(), w.hub()}
	var clients []*streamtest.Client
	for i, did := range slices.Concat(dids, dids) {
		c := w.client(did)
		c.MustConnect(hubs[i%2], "")
		clients = append(clients, c)
	}
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for i, convo := range convos {
		wg.Go(func() { // one commits, so no membership is ended twice
			in := map[string]bool{}
			for range 30 {
				did := dids[rand.IntN(len(dids))]
				if in[did] {
					w.remove(convo, did)
				} else {
					w.join(convo, did)
				}
				in[did] = !in[did]
				hubs[i%2].Hint()
			}
		})
	}
	senders := append([]string{alice}, dids...)
	var sending sync.WaitGroup
	for range 4 {
		sending.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				w.send(w.pool, convos[rand.IntN(len(convos))], senders[rand.IntN(len(senders))])
				hubs[rand.IntN(2)].Hint()
			}
		})
	}
	wg.Wait()
	close(stop)
	sending.Wait()
	for _, h := range hubs {
		h.Hint()
	}
	w.wait(clients...)
}

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
	hub.Hint()
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
	w.join(one, bob) // who has been a member twice
	wantError(t, w.client(bob, one, "00").Connect(hub, ""), gen.ErrConvoNotFound)
	wantError(t, w.client(bob, one, two, w.convo(alice)).Connect(hub, ""), gen.ErrConvoNotFound)
	w.client(bob, one, two).MustConnect(hub, "")
	w.remove(one, bob)
	w.client(bob, one, two).MustConnect(hub, "") // of one of them it is
}

// TestScopedWhileRemoved: a removal that comes while a stream for one
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
			hub.Hint()
			w.wait(a)
		}
		b.MustConnect(hub, cursor)
		eventually(t, "the end of the stream", b.Ended)
		w.wait(b)
	}
}

// afterQuery runs something once, after a query of a name.
type afterQuery struct {
	name string
	run  func()
	once sync.Once
}

type queryName struct{}

func (q *afterQuery) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	return context.WithValue(ctx, queryName{}, strings.Contains(data.SQL, "name: "+q.name+" "))
}

func (q *afterQuery) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryEndData) {
	if ctx.Value(queryName{}) == true {
		q.once.Do(q.run)
	}
}

func wantError(t *testing.T, err error, name string) {
	t.Helper()
	var e *xrpc.Error
	if !errors.As(err, &e) || e.Name != name {
		t.Errorf("error is %v, want %s", err, name)
	}
}

// TestSignals: members of that moment hear them, and nobody else.
func TestSignals(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	hub := w.hub()
	a, b, c := w.client(alice), w.client(bob), w.client(carol)
	for _, x := range []*streamtest.Client{a, b, c} {
		x.MustConnect(hub, "")
	}
	signal := func() {
		t.Helper()
		var version int64
		if err := w.pool.QueryRow(t.Context(), "SELECT roster_version FROM conversations WHERE convo_id = $1", convo).Scan(&version); err != nil {
			t.Fatal(err)
		}
		err := hub.Signal(t.Context(), bus.Signal{ConvoID: convo, RosterVersion: version, Ciphertext: []byte("typing")})
		if err != nil {
			t.Fatal(err)
		}
	}
	signal()
	if a.Ephemerals() != 1 || b.Ephemerals() != 1 || c.Ephemerals() != 0 {
		t.Errorf("signals: %d %d %d", a.Ephemerals(), b.Ephemerals(), c.Ephemerals())
	}
	w.remove(convo, bob) // and the hub has not heard of it yet
	signal()
	if a.Ephemerals() != 2 || b.Ephemerals() != 1 {
		t.Errorf("signals after a removal: %d %d", a.Ephemerals(), b.Ephemerals())
	}
}

// TestSignalBehind: at an instance that is behind the client's cursor, a signal
// does not take the client back.
func TestSignalBehind(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	w.settle()
	behind := eventlog.NewHub(eventlog.Config{Pool: w.pool})
	w.run(behind)() // it has its place, and reads nothing more
	w.send(w.pool, convo, alice)
	w.settle()
	b := w.client(bob)
	b.MustConnect(w.hub(), "")
	b.Cut()
	b.MustConnect(behind, b.Cursor())
	eventually(t, "the stream is live", func() bool { return b.Info("live") == 1 })
	if err := behind.Signal(t.Context(), bus.Signal{ConvoID: convo, Ciphertext: []byte("typing")}); err != nil {
		t.Fatal(err)
	}
	if err := b.Err(); err != nil || b.Ephemerals() != 1 {
		t.Errorf("%d signals, %v", b.Ephemerals(), err)
	}
}

// TestRemovedTogether: of several that one commit removes each is told of all,
// live as in a replay.
func TestRemovedTogether(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob, carol)
	hub := w.hub()
	b, c, scoped := w.client(bob), w.client(carol), w.client(bob, convo)
	for _, x := range []*streamtest.Client{b, c, scoped} {
		x.MustConnect(hub, "")
	}
	w.remove(convo, bob, carol)
	w.send(w.pool, convo, alice)
	hub.Hint()
	w.wait(b, c, scoped)
	eventually(t, "the end of the scoped stream", scoped.Ended)
}
