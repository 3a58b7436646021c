package eventlog_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/server/stream/streamtest"
)

// TestOneReadForAll: a row is read and encoded once, however many streams.
func TestOneReadForAll(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice, bob)
	hub, count := w.counted()
	var clients []*streamtest.Client
	for i := range 200 {
		c := w.client([]string{alice, bob}[i%2])
		c.MustConnect(hub, "")
		clients = append(clients, c)
	}
	for range 10 {
		w.send(w.pool, convo, alice)
		hub.Hint()
	}
	w.wait(clients...)
	if n := value(t, count.Rows); n != 10 {
		t.Errorf("%v rows were read for 10 messages", n)
	}
}

// TestIdle: without traffic there is one read a second.
func TestIdle(t *testing.T) {
	w := newWorld(t)
	w.convo(alice)
	start := time.Now()
	_, count := w.counted()
	time.Sleep(2500 * time.Millisecond)
	if n, took := value(t, count.Polls), time.Since(start); n > 1+took.Seconds() {
		t.Errorf("%v reads in %v", n, took)
	}
}

// watcher notes what it is told.
type watcher struct {
	told chan gen.ConvoEvent
	lost chan struct{}
}

func newWatcher() *watcher {
	return &watcher{told: make(chan gen.ConvoEvent, 100), lost: make(chan struct{}, 100)}
}

func (w *watcher) Observe(ev gen.ConvoEvent) { w.told <- ev }

func (w *watcher) Lost() { w.lost <- struct{}{} }

// TestWatch: a watcher is told what a stream of its account would get, from the
// moment at which it began, until it is stopped.
func TestWatch(t *testing.T) {
	w := newWorld(t)
	convo, other := w.convo(alice, bob), w.convo(alice)
	hub := w.hub()
	to := newWatcher()
	stop, err := hub.Watch(t.Context(), bob, to)
	if err != nil {
		t.Fatal(err)
	}
	w.send(w.pool, other, alice)
	w.send(w.pool, convo, alice)
	hub.Hint()
	if ev, ok := (<-to.told).(*gen.MessageEvent); !ok || ev.Message.ConvoID != convo {
		t.Errorf("told %+v, want the message", ev)
	}
	stop()
	c := w.client(bob)
	c.MustConnect(hub, "")
	w.send(w.pool, convo, alice)
	hub.Hint()
	w.wait(c)
	if n := len(to.told); n > 0 {
		t.Errorf("told %d events when it was over", n)
	}
}

// TestWatchLost: a watcher hears of the end of its generation, after which it is
// told nothing.
func TestWatchLost(t *testing.T) {
	w := newWorld(t)
	w.convo(alice)
	hub := w.hub()
	to := newWatcher()
	stop, err := hub.Watch(t.Context(), alice, to)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if err := eventlog.BeginGeneration(t.Context(), w.pool); err != nil {
		t.Fatal(err)
	}
	hub.Hint()
	<-to.lost
}

// TestAttachWhileBusy: windows are read while they change.
func TestAttachWhileBusy(t *testing.T) {
	w := newWorld(t)
	convo := w.convo(alice)
	hub := w.hub()
	stop := w.churn(hub, convo, bob)
	var clients []*streamtest.Client
	for range 50 {
		c := w.client(bob)
		c.MustConnect(hub, "")
		clients = append(clients, c)
		time.Sleep(2 * time.Millisecond)
		if rand.IntN(2) == 0 {
			c.Cut() // so that the account is forgotten now and then
			c.MustConnect(hub, c.Cursor())
		}
	}
	stop()
	w.wait(clients...)
}
