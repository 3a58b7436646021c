package stream

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// state is what an outbox is doing.
type state uint8

const (
	// opening: the connection was not taken over yet; all events wait.
	opening state = iota
	// idle: no event waits, and the caller of Deliver writes to the connection.
	idle
	// draining: a goroutine writes the waiting events.
	draining
	// over: the connection is closed.
	over
)

// outbox is one open stream: a Sink that writes to a transport.
//
// It is a field of its transport, and the fields that an event in an idle stream
// needs come first: if a thousand streams get one event, most of the cost besides
// the writes is loading their memory.
type outbox struct {
	mu    sync.Mutex
	state state
	// ending: no more events are accepted, and the stream ends behind those that
	// wait. complete is that of transport.finish. broken: the connection cannot
	// be written to any more.
	ending, complete, broken bool
	// cursor of the last event that was written.
	cursor  string
	t       transport
	counts  counts
	pending pending
	// cause is the error that ends the stream, reason that of the metric.
	cause  *xrpc.Error
	reason string
	// space is closed when pending may have space for Send. It is nil if no Send
	// waits.
	space  chan struct{}
	detach func()

	streams *Streams
	did     string
	// beatGroup is the group of streams with which it gets heartbeats.
	beatGroup int
	// endsAt is the age of streams at which this one ends.
	endsAt time.Duration
	done   chan struct{}
}

// counts are the counters of a transport.
type counts struct {
	delivered prometheus.Counter
	bytes     prometheus.Counter
	open      prometheus.Gauge
	transport string
}

var (
	_ Sink    = (*outbox)(nil)
	_ session = (*outbox)(nil)
)

// Done implements Sink.
func (o *outbox) Done() <-chan struct{} { return o.done }

// Deliver implements Sink.
func (o *outbox) Deliver(ev *Event) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ending || o.broken || o.state == over {
		return false
	}
	if o.state == idle {
		return o.writeNow(ev)
	}
	size := o.t.size(ev)
	if o.pending.size > 0 && o.pending.size+size > o.streams.buffer {
		o.endTooSlow()
		return false
	}
	o.pending.push(ev, size)
	return true
}

// Send implements Sink.
func (o *outbox) Send(ctx context.Context, ev *Event) error {
	size := o.t.size(ev)
	for {
		o.mu.Lock()
		if o.ending || o.broken || o.state == over {
			o.mu.Unlock()
			return ErrOver
		}
		// Half of the buffer is kept for events that happen meanwhile.
		if o.pending.size == 0 || o.pending.size+size <= o.streams.buffer/2 {
			o.pending.push(ev, size)
			if o.state == idle {
				o.startDraining()
			}
			o.mu.Unlock()
			return nil
		}
		if o.space == nil {
			o.space = make(chan struct{})
		}
		space := o.space
		o.mu.Unlock()
		select {
		case <-space:
		case <-o.done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// End implements Sink.
func (o *outbox) End(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ending || o.broken || o.state == over {
		return
	}
	if errors.Is(err, ErrComplete) {
		o.complete, err = true, nil
	}
	cause, reason := xrpc.AsError(err), reasonClosing
	if cause != nil {
		reason = reasonError
	}
	o.end(cause, reason)
}

// start lets the waiting events out: the connection was taken over.
func (o *outbox) start(detach func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.detach = detach
	o.startDraining()
}

// writeNow writes an event to an idle stream. A goroutine writes what the
// connection does not take at once.
func (o *outbox) writeNow(ev *Event) bool {
	if !o.t.admit(ev) {
		o.ending, o.reason = true, reasonClosing
		o.startDraining()
		return false
	}
	rest, err := o.t.try(ev)
	switch {
	case err != nil:
		o.broken, o.reason = true, reasonClient
		o.startDraining()
		return false
	case len(rest) > 0:
		o.pending.setRest(ev, rest)
		o.startDraining()
	default:
		o.countWritten(ev)
	}
	return true
}

// countWritten notes that the connection has taken an event.
func (o *outbox) countWritten(ev *Event) {
	if ev == heartbeat {
		return
	}
	o.cursor = ev.Cursor()
	o.counts.delivered.Inc()
}

// endTooSlow drops the waiting events and ends the stream. What is being written
// is still written, unless it takes too long.
func (o *outbox) endTooSlow() {
	o.pending.drop()
	o.end(xrpc.Errorf(http.StatusBadRequest, gen.ErrConsumerTooSlow,
		"more than %d bytes waited to be read: go on from the last cursor", o.streams.buffer), reasonSlow)
}

// end makes the stream end behind the waiting events.
func (o *outbox) end(cause *xrpc.Error, reason string) {
	o.ending, o.cause, o.reason = true, cause, reason
	o.signalSpace()
	if o.state == idle {
		o.startDraining()
	}
}

// endNow ends a stream in good order and drops the waiting events: the client
// gets them again from the cursor of its last event.
func (o *outbox) endNow(reason string) {
	if o.broken || o.state == over {
		return
	}
	o.pending.drop()
	if !o.ending {
		o.end(nil, reason)
	}
}

// evict implements session.
func (o *outbox) evict() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.streams.metrics.Evicted.WithLabelValues("stream").Inc()
	o.endNow(reasonEvicted)
}

// refuse implements session. Events that wait are dropped.
func (o *outbox) refuse(why *xrpc.Error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.broken || o.state == over {
		return
	}
	o.pending.drop()
	if !o.ending {
		o.end(why, reasonRefused)
	}
}

// leaving implements session: only the end of the stream is left to be written.
func (o *outbox) leaving() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.broken || o.state == over || o.ending && o.pending.size == 0
}

// clientLeft ends a stream whose client has closed the connection.
func (o *outbox) clientLeft() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cut()
}

// cut ends a stream without writing anything more.
func (o *outbox) cut() {
	if o.state == over || o.broken {
		return
	}
	o.broken, o.reason = true, cmp.Or(o.reason, reasonClient)
	o.signalSpace()
	switch o.state {
	case idle:
		o.startDraining()
	case draining:
		// The write that is under way fails now.
		o.t.abort()
	}
}

// beat sends a heartbeat, or asks the client for one. It ends the stream when it
// is old enough, and cuts it if writing the end takes too long. age is that of
// all streams.
func (o *outbox) beat(age time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case age >= o.endsAt+ageGrace && o.ending:
		o.cut()
		return
	case age >= o.endsAt:
		o.endNow(reasonAged)
		return
	}
	if o.state != idle || o.ending || o.broken {
		return // a write that is under way has its own deadline
	}
	if p, ok := o.t.(interface{ ping(failed func()) }); ok {
		p.ping(o.clientLeft)
	} else {
		o.writeNow(heartbeat)
	}
}

// signalSpace wakes the callers of Send that wait for space.
func (o *outbox) signalSpace() {
	if o.space != nil {
		close(o.space)
		o.space = nil
	}
}

func (o *outbox) startDraining() {
	o.state = draining
	go drainer{o}.run()
}

// close ends the stream, whose connection is closed. The caller holds no locks.
func (o *outbox) close() {
	o.mu.Lock()
	o.state = over
	o.pending.clear()
	detach, reason := o.detach, o.reason
	o.signalSpace()
	close(o.done)
	o.mu.Unlock()
	if detach != nil {
		detach()
	}
	o.streams.remove(o, reason)
}
