package stream

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"catbird.blue/mls/xrpc"
)

// Why streams end, as the metric has it.
const (
	reasonClient  = "client"
	reasonClosing = "closing"
	reasonSlow    = "slow"
	reasonError   = "error"
)

// Bounds of streams.
const (
	// MaxPerDID is how many streams one account may have at one instance.
	MaxPerDID = 5
	// Buffer is how many bytes may wait for a stream's connection. The bytes
	// are those of all streams; but what only one waits for is kept for it.
	Buffer = 8 << 20
	// Heartbeat is how often a quiet stream shows that it lives. A PDS cuts
	// what says nothing for 30 s.
	Heartbeat = 15 * time.Second
	// MaxProxied is where a stream of server-sent events ends that may come
	// through a PDS, which passes 10 MiB in one answer.
	MaxProxied = 9 << 20
	// WriteTimeout is how long the connection may take for a write, besides
	// the time that its bytes take at writeMinRate.
	WriteTimeout = 15 * time.Second

	writeMinRate = 16 << 10 // bytes per second
)

// Config configures Streams. All but Source may be left out.
type Config struct {
	Source  Source
	Metrics *Metrics

	// For tests; zero means the constants above.
	PerDID, Buffer, Proxied int
	Heartbeat, WriteTimeout time.Duration
}

// Streams are the open streams of an instance.
type Streams struct {
	source       Source
	metrics      *Metrics
	perDID       int
	buffer       int
	proxied      int
	writeTimeout time.Duration

	stop    chan struct{}
	beating sync.WaitGroup

	mu      sync.Mutex
	closing bool
	slots   [slots]map[*outbox]struct{}
	next    int
	byDID   map[string]int
	running sync.WaitGroup
}

// slots spread the heartbeats over time.
const slots = 15

// New makes Streams. They beat until Shutdown.
func New(c Config) *Streams {
	s := &Streams{source: c.Source, metrics: c.Metrics.orUnregistered(), perDID: or(c.PerDID, MaxPerDID), buffer: or(c.Buffer, Buffer),
		proxied: or(c.Proxied, MaxProxied), writeTimeout: or(c.WriteTimeout, WriteTimeout),
		stop: make(chan struct{}), byDID: map[string]int{}}
	for i := range s.slots {
		s.slots[i] = map[*outbox]struct{}{}
	}
	s.beating.Add(1)
	go s.beat(or(c.Heartbeat, Heartbeat) / slots)
	return s
}

// or gives v, or the default where v is zero.
func or[T comparable](v, absent T) T {
	var zero T
	if v == zero {
		return absent
	}
	return v
}

// open makes o a stream that holds what it is given, or tells why there is none.
func (s *Streams) open(o *outbox, did, transport string, t transport) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closing:
		e := xrpc.Errorf(http.StatusServiceUnavailable, xrpc.ServiceUnavailable, "this instance is closing: try again")
		e.RetryAfter = time.Second
		return e
	case s.byDID[did] >= s.perDID:
		s.metrics.Refused.Inc()
		e := xrpc.Errorf(http.StatusTooManyRequests, xrpc.RateLimitExceeded, "%d streams are open already: close one, or try again in 30 s", s.perDID)
		e.RetryAfter = 30 * time.Second
		return e
	}
	o.streams, o.t, o.did, o.slot, o.state, o.done = s, t, did, s.next, held, make(chan struct{})
	o.counts = counts{
		delivered: s.metrics.Delivered.WithLabelValues(transport), bytes: s.metrics.Bytes.WithLabelValues(transport),
		open: s.metrics.Open.WithLabelValues(transport), transport: transport,
	}
	s.next = (s.next + 1) % slots
	s.byDID[did]++
	s.slots[o.slot][o] = struct{}{}
	s.running.Add(1)
	o.counts.open.Inc()
	return nil
}

// remove forgets a stream.
func (s *Streams) remove(o *outbox, reason string) {
	s.mu.Lock()
	delete(s.slots[o.slot], o)
	if s.byDID[o.did]--; s.byDID[o.did] == 0 {
		delete(s.byDID, o.did)
	}
	s.mu.Unlock()
	o.counts.open.Dec()
	s.metrics.Ended.WithLabelValues(o.counts.transport, reason).Inc()
	s.running.Done()
}

// discard forgets a stream that never began.
func (s *Streams) discard(o *outbox) {
	o.mu.Lock()
	o.reason = or(o.reason, reasonError)
	o.mu.Unlock()
	o.close()
}

// beat lets every stream beat once in a round of all slots.
func (s *Streams) beat(every time.Duration) {
	defer s.beating.Done()
	tick := time.NewTicker(every)
	defer tick.Stop()
	var due []*outbox
	for slot := 0; ; slot = (slot + 1) % slots {
		select {
		case <-s.stop:
			return
		case <-tick.C:
		}
		s.mu.Lock()
		for o := range s.slots[slot] {
			due = append(due, o)
		}
		s.mu.Unlock()
		for _, o := range due {
			o.beat()
		}
		clear(due)
		due = due[:0]
	}
}

// all gives the open streams.
func (s *Streams) all() []*outbox {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*outbox
	for _, slot := range s.slots {
		for o := range slot {
			out = append(out, o)
		}
	}
	return out
}

// Shutdown ends every stream behind what waits for it, with its cursor, and
// lets no new ones begin. When ctx ends, connections that still take nothing
// are cut. http.Server.Shutdown knows nothing of streams: both must be called.
func (s *Streams) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	first := !s.closing
	s.closing = true
	s.mu.Unlock()
	if first {
		close(s.stop)
	}
	for _, o := range s.all() {
		o.End(nil)
	}
	ended := make(chan struct{})
	go func() {
		s.running.Wait()
		s.beating.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
	}
	left := s.all()
	for _, o := range left {
		o.gone()
	}
	select {
	case <-ended:
	case <-time.After(time.Second):
		// A source is still letting a stream in, which then ends at once.
	}
	return fmt.Errorf("%d streams were cut: %w", len(left), ctx.Err())
}
