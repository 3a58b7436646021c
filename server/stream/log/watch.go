package eventlog

import (
	"context"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/stream"
)

// Watcher is called for what happens to an account. Its methods must not block,
// nor call the Hub.
type Watcher interface {
	// Observe is called for every event that a stream of the account would get.
	Observe(ev gen.ConvoEvent)
	// Lost is called if events may have been missed; no more calls follow.
	Lost()
}

// watchSink is the sink of a Watcher.
type watchSink struct {
	watcher Watcher
	done    chan struct{}
}

var _ stream.Sink = (*watchSink)(nil)

// Deliver implements stream.Sink.
func (w *watchSink) Deliver(ev *stream.Event) bool {
	w.watcher.Observe(ev.Value())
	return true
}

// Send implements stream.Sink. A Watcher replays nothing.
func (w *watchSink) Send(context.Context, *stream.Event) error { return nil }

// End implements stream.Sink.
func (w *watchSink) End(error) { w.watcher.Lost() }

// Done implements stream.Sink.
func (w *watchSink) Done() <-chan struct{} { return w.done }
