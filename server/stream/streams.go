package stream

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// Why streams end, as the metric has it.
const (
	reasonClient  = "client"
	reasonClosing = "closing"
	reasonSlow    = "slow"
	reasonError   = "error"
	reasonAged    = "aged"
	reasonEvicted = "evicted"
)

// Bounds of streams.
const (
	// ageSpread is over how long the streams end that began at the same
	// moment, and ageGrace how long before maxAge the last of them does: time
	// for its last words.
	ageSpread = 9 * time.Minute
	ageGrace  = time.Minute
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

// maxAge is how long a stream lasts at most. Its client comes back with a token of
// that time: so after a key was rotated or an account deleted, nobody reads on for
// longer than that.
var maxAge = time.Duration(limit.StreamAge.Amount) * time.Minute

// Config configures Streams. All but Source may be left out.
type Config struct {
	Source  Source
	Metrics *Metrics
	// Limits counts evictions; nil for limits of its own.
	Limits *limit.Limits

	// For tests; zero means the constants above, and time.Now.
	PerDID, Buffer, Proxied int
	Heartbeat, WriteTimeout time.Duration
	Now                     func() time.Time
}

// Streams are the open streams of an instance.
type Streams struct {
	source       Source
	metrics      *Metrics
	places       *places
	now          func() time.Time
	began        time.Time
	buffer       int
	proxied      int
	writeTimeout time.Duration

	stop    chan struct{}
	beating sync.WaitGroup

	mu      sync.Mutex
	closing bool
	slots   [slots]map[*outbox]struct{}
	next    int
	running sync.WaitGroup
}

// slots spread the heartbeats over time.
const slots = 15

// New makes Streams. They beat until Shutdown.
func New(c Config) *Streams {
	s := &Streams{source: c.Source, metrics: c.Metrics.orUnregistered(), buffer: or(c.Buffer, Buffer),
		proxied: or(c.Proxied, MaxProxied), writeTimeout: or(c.WriteTimeout, WriteTimeout),
		stop: make(chan struct{}), now: c.Now}
	if s.now == nil {
		s.now = time.Now
	}
	s.began = s.now()
	s.places = newPlaces(or(c.PerDID, int(limit.WaitsAndStreams.Amount)), c.Limits.OrDefault(), s.metrics)
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
	o.streams, o.t, o.did, o.state, o.done = s, t, did, held, make(chan struct{})
	o.ends = s.age() + maxAge - ageGrace - rand.N(ageSpread)
	o.counts = counts{
		delivered: s.metrics.Delivered.WithLabelValues(transport), bytes: s.metrics.Bytes.WithLabelValues(transport),
		open: s.metrics.Open.WithLabelValues(transport), transport: transport,
	}
	if err := s.places.take(did, o); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		s.places.leave(did, o)
		e := xrpc.Errorf(http.StatusServiceUnavailable, xrpc.ServiceUnavailable, "this instance is closing: try again")
		e.RetryAfter = time.Second
		return e
	}
	o.slot, s.next = s.next, (s.next+1)%slots
	s.slots[o.slot][o] = struct{}{}
	s.running.Add(1)
	o.counts.open.Inc()
	return nil
}

// age is how long ago the Streams began: what streams go by, whatever happens to
// the clock on the wall.
func (s *Streams) age() time.Duration { return s.now().Sub(s.began) }

// remove forgets a stream.
func (s *Streams) remove(o *outbox, reason string) {
	s.mu.Lock()
	delete(s.slots[o.slot], o)
	s.mu.Unlock()
	s.places.leave(o.did, o)
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
		age := s.age()
		for _, o := range due {
			o.beat(age)
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
