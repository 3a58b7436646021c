package eventlog

import (
	"context"
	"fmt"
	"sync"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/stream"
)

// Watcher is told what happens to an account. Its methods must not block, nor
// call the Hub.
type Watcher interface {
	// Observe is called for every event that a stream of the account would get.
	Observe(ev gen.ConvoEvent)
	// Lost is called when events may have been missed and no more will come.
	Lost()
}

// Watch has w told of what happens to an account, from now on: of every event
// that a look at the database which begins after Watch has returned does not
// show yet. stop has to be called.
func (h *Hub) Watch(ctx context.Context, did string, w Watcher) (stop func(), err error) {
	if _, err := h.Codec(ctx); err != nil {
		return nil, err
	}
	s := &watch{Watcher: w, done: make(chan struct{})}
	f := &feed{hub: h, sink: s, did: did}
	if _, err := h.register(ctx, f); err != nil {
		return nil, fmt.Errorf("watch the log: %w", err)
	}
	f.begin(f.since)
	return sync.OnceFunc(func() {
		close(s.done)
		h.detach(f)
	}), nil
}

// watch is the Sink of a Watcher.
type watch struct {
	Watcher
	done chan struct{}
}

func (w *watch) Deliver(ev *stream.Event) bool {
	w.Observe(ev.Value())
	return true
}

func (w *watch) Send(context.Context, *stream.Event) error { return nil }

func (w *watch) End(error) { w.Lost() }

func (w *watch) Done() <-chan struct{} { return w.done }
