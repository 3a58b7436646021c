package eventlog_test

import (
	"testing"

	"catbird.blue/mls/gen"
	eventlog "catbird.blue/mls/server/stream/log"
)

// watcher records the calls of its methods.
type watcher struct {
	observed chan gen.ConvoEvent
	lost     chan struct{}
}

func newWatcher() *watcher {
	return &watcher{observed: make(chan gen.ConvoEvent, 100), lost: make(chan struct{}, 100)}
}

func (w *watcher) Observe(ev gen.ConvoEvent) { w.observed <- ev }

func (w *watcher) Lost() { w.lost <- struct{}{} }

// TestWatch: a watcher observes the events that a stream of its account would get,
// from the moment at which it began until it is stopped.
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
	hub.Notify()
	if ev, ok := (<-to.observed).(*gen.MessageEvent); !ok || ev.Message.ConvoID != convo {
		t.Errorf("observed %+v, want the message", ev)
	}
	stop()
	c := w.client(bob)
	c.MustConnect(hub, "")
	w.send(w.pool, convo, alice)
	hub.Notify()
	w.wait(c)
	if n := len(to.observed); n > 0 {
		t.Errorf("observed %d events after it was stopped", n)
	}
}

// TestWatchLost: Lost is called at the end of the generation.
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
	hub.Notify()
	<-to.lost
}
