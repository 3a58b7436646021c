package stream

import (
	"context"
	"errors"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// What an outbox is doing.
type state uint8

const (
	// held: the connection is not ours yet, everything waits.
	held state = iota
	// idle: nothing waits, and who delivers writes.
	idle
	// draining: a goroutine writes what waits.
	draining
	// over: the connection is closed.
	over
)

// batchBytes is about how much is written at once of what waits.
const batchBytes = 64 << 10

// outbox is a stream: the events that wait for its connection, in order. It is
// part of its transport, and what an event in an idle stream needs comes first:
// where a thousand streams get one event, most of what that costs besides the
// writes is fetching their memory.
type outbox struct {
	mu    sync.Mutex
	state state
	// ending: nothing more is taken, and behind the queue comes the end.
	ending, complete, broken bool
	// cursor of the last event that was written.
	cursor string
	t      transport
	counts counts

	// queue waits; queued is its size in bytes, with what is being written.
	queue  []*Event
	queued int
	// rest of the event unfinished, which was written in part.
	rest       []byte
	unfinished *Event
	why        *xrpc.Error
	reason     string
	// room, where somebody waits for some, is closed when there may be.
	room   chan struct{}
	detach func()

	streams *Streams
	did     string
	slot    int
	// ends is the age of streams at which this one ends.
	ends time.Duration
	done chan struct{}
}

// counts are the counters of a transport.
type counts struct {
	delivered prometheus.Counter
	bytes     prometheus.Counter
	open      prometheus.Gauge
	transport string
}

var _ Sink = (*outbox)(nil)

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
	if o.queued > 0 && o.queued+size > o.streams.buffer {
		o.tooSlow()
		return false
	}
	o.push(ev, size)
	return true
}

// writeNow writes an event in an idle stream; what the connection does not
// take at once, a goroutine writes.
func (o *outbox) writeNow(ev *Event) bool {
	if !o.t.admit(ev) {
		o.ending, o.reason = true, reasonClosing
		o.drainSoon()
		return false
	}
	rest, err := o.t.try(ev)
	switch {
	case err != nil:
		o.broken, o.reason = true, reasonClient
		o.drainSoon()
		return false
	case len(rest) > 0:
		o.rest, o.unfinished = rest, ev
		o.queued += len(rest)
		o.drainSoon()
	default:
		o.wrote(ev)
	}
	return true
}

func (o *outbox) push(ev *Event, size int) {
	o.queue = append(o.queue, ev)
	o.queued += size
}

// wrote takes note of an event that the connection has.
func (o *outbox) wrote(ev *Event) {
	if ev == heartbeat {
		return
	}
	o.cursor = ev.Cursor()
	o.counts.delivered.Inc()
}

// tooSlow gives up what waits. What is being written ends first, or not in
// time.
func (o *outbox) tooSlow() {
	o.queue = nil
	o.end(xrpc.Errorf(http.StatusBadRequest, gen.ErrConsumerTooSlow,
		"more than %d bytes waited to be read: go on from the last cursor", o.streams.buffer), reasonSlow)
}

// end lets nothing more in.
func (o *outbox) end(why *xrpc.Error, reason string) {
	o.ending, o.why, o.reason = true, why, reason
	o.signal()
	if o.state == idle {
		o.drainSoon()
	}
}

func (o *outbox) drainSoon() {
	o.state = draining
	go o.drain()
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
	why, reason := xrpc.AsError(err), reasonClosing
	if why != nil {
		reason = reasonError
	}
	o.end(why, reason)
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
		// Half of the buffer stays for events that happen meanwhile.
		if o.queued == 0 || o.queued+size <= o.streams.buffer/2 {
			o.push(ev, size)
			if o.state == idle {
				o.drainSoon()
			}
			o.mu.Unlock()
			return nil
		}
		if o.room == nil {
			o.room = make(chan struct{})
		}
		room := o.room
		o.mu.Unlock()
		select {
		case <-room:
		case <-o.done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// signal wakes those who wait for room.
func (o *outbox) signal() {
	if o.room != nil {
		close(o.room)
		o.room = nil
	}
}

// start lets out what waits: the connection is ours.
func (o *outbox) start(detach func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.detach = detach
	o.drainSoon()
}

// drain writes what waits, until nothing does or the stream is over.
func (o *outbox) drain() {
	for {
		rest, batch, last := o.take()
		if len(rest) == 0 && len(batch) == 0 {
			if last {
				return
			}
			continue
		}
		err := o.t.write(rest, batch)
		o.mu.Lock()
		if err == nil {
			o.written(rest, batch)
		} else {
			o.failed(err)
		}
		o.mu.Unlock()
	}
}

// failed takes note of a connection that takes nothing more.
func (o *outbox) failed(err error) {
	o.broken = true
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		// Also where the reader of a WebSocket, whose connection that ended,
		// was sooner to say so.
		o.reason = reasonSlow
	case o.reason == "":
		o.reason = reasonClient
	}
}

// take gives what is written next. Where that is nothing, either the stream
// has been made idle or closed, which is last, or there is more to take.
func (o *outbox) take() (rest []byte, batch []*Event, last bool) {
	o.mu.Lock()
	switch {
	case o.broken:
		o.mu.Unlock()
		o.t.abort()
		o.close()
		return nil, nil, true
	case len(o.rest) > 0 || len(o.queue) > 0:
		defer o.mu.Unlock()
		return o.rest, o.nextBatch(), false
	case o.ending:
		cursor, why, complete := o.cursor, o.why, o.complete
		o.mu.Unlock()
		o.t.finish(cursor, why, complete)
		o.close()
		return nil, nil, true
	}
	o.queue, o.state = nil, idle
	o.mu.Unlock()
	return nil, nil, true
}

// nextBatch takes events from the queue. At the one that would make the
// stream too long, it ends.
func (o *outbox) nextBatch() []*Event {
	n, size := 0, len(o.rest)
	for n < len(o.queue) && (n == 0 || size < batchBytes) {
		if !o.t.admit(o.queue[n]) {
			batch := o.queue[:n]
			for _, ev := range o.queue[n:] {
				o.queued -= o.t.size(ev)
			}
			o.queue = nil
			if !o.ending {
				o.end(nil, reasonClosing)
			}
			return batch
		}
		size += o.t.size(o.queue[n])
		n++
	}
	batch := o.queue[:n:n]
	o.queue = o.queue[n:]
	return batch
}

// written takes note of what was written.
func (o *outbox) written(rest []byte, batch []*Event) {
	if len(rest) > 0 {
		o.queued -= len(rest)
		o.wrote(o.unfinished)
		o.rest, o.unfinished = nil, nil
	}
	for _, ev := range batch {
		o.queued -= o.t.size(ev)
		o.wrote(ev)
	}
	o.signal()
}

// gone ends a stream whose client has left.
func (o *outbox) gone() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cut()
}

// cut ends a stream as it is.
func (o *outbox) cut() {
	if o.state == over || o.broken {
		return
	}
	o.broken, o.reason = true, or(o.reason, reasonClient)
	o.signal()
	switch o.state {
	case idle:
		o.drainSoon()
	case draining:
		// Whatever is being written fails now.
		o.t.abort()
	}
}

// dismiss ends a stream in good order and soon: what waits is given up, since
// the client gets it again from the cursor of its last event.
func (o *outbox) dismiss(reason string) {
	if o.broken || o.state == over {
		return
	}
	o.queue = nil
	if !o.ending {
		o.end(nil, reason)
	}
}

// evict implements occupant.
func (o *outbox) evict() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.streams.metrics.Evicted.WithLabelValues("stream").Inc()
	o.dismiss(reasonEvicted)
}

// leaving implements occupant: nothing is left to be done but to say goodbye.
func (o *outbox) leaving() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.broken || o.state == over || o.ending && o.queued == 0
}

// beat shows the client, or asks it for, a sign of life. When it is time it ends
// the stream, and cuts it where the last words take too long; age is that of all
// streams.
func (o *outbox) beat(age time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case age >= o.ends+ageGrace && o.ending:
		o.cut()
		return
	case age >= o.ends:
		o.dismiss(reasonAged)
		return
	}
	if o.state != idle || o.ending || o.broken {
		// What is being written has a deadline of its own.
		return
	}
	if p, ok := o.t.(interface{ ping(failed func()) }); ok {
		p.ping(o.gone)
	} else {
		o.writeNow(heartbeat)
	}
}

// close takes leave of the stream. It runs on the draining goroutine, which
// holds no lock of anybody's.
func (o *outbox) close() {
	o.mu.Lock()
	o.state, o.queue, o.rest, o.unfinished = over, nil, nil, nil
	detach, reason := o.detach, o.reason
	o.signal()
	close(o.done)
	o.mu.Unlock()
	if detach != nil {
		detach()
	}
	o.streams.remove(o, reason)
}
