// Package bodies limits the memory for request bodies while they are read and
// processed, for each account and for the instance. Memory is charged before it
// is allocated.
//
// If the memory is used up, the account with the most bytes in bodies that are
// still being read loses its slowest body, which is answered with 408. The body
// that asks for memory is refused with 503 and a Retry-After if no account has
// more than an equal share, or if its own account has no slower body. So a slow
// or greedy account affects itself before it affects others.
//
// Bytes that are read only to be discarded are charged as well: to the account,
// or to the source address if the caller is not authenticated.
package bodies

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/metrics"
	"catbird.blue/mls/server/share"
	"catbird.blue/mls/xrpc"
)

const (
	// leastInstance is the minimum for an instance, however small its memory:
	// the largest body fits, together with the buffer that it outgrew.
	leastInstance = 2 * gen.MaxJSON
	// slowAge is the age from which a body can count as slow.
	slowAge = 2 * time.Second
	// retryAfter is the Retry-After of a refused body. By then a slow body has
	// lost its memory.
	retryAfter = 5 * time.Second
)

// Config configures a Budget. All fields are optional.
type Config struct {
	// Memory is the memory limit of the process in bytes, of which a quarter is
	// for bodies; 0 if it is not known.
	Memory int64
	// Instance and Account replace the limits in bytes in tests; 0 for those
	// that follow from Memory and the table of limits.
	Instance, Account int64
	// Stream is the memory charged for a body that is passed on while it is
	// read.
	Stream int64
	// Limits counts refusals if not nil.
	Limits *limit.Limits
	// Registry gets the metrics if not nil.
	Registry prometheus.Registerer
	// Calm gets the number of bytes in use if not nil.
	Calm *share.Calm
	// Now returns the time; nil for time.Now.
	Now func() time.Time
}

// Budget is the memory for the bodies of an instance. It implements
// xrpc.Bodies.
type Budget struct {
	instance, account int64
	stream            int64
	limits            *limit.Limits
	calm              *share.Calm
	now               func() time.Time

	mu   sync.Mutex
	used int64
	// waiting counts the bytes of bodies that are being read, by holder
	// (account or source). held also includes bodies that are being processed.
	waiting *share.Book[string]
	held    map[string]int64
	// reading has the bodies of each holder that are being read.
	reading map[string]map[*room]struct{}
}

var _ xrpc.Bodies = (*Budget)(nil)

// New makes a Budget.
func New(c Config) *Budget {
	b := &Budget{
		instance: c.Instance, account: c.Account, stream: c.Stream, limits: c.Limits, calm: c.Calm, now: c.Now,
		waiting: share.NewBook[string](), held: map[string]int64{}, reading: map[string]map[*room]struct{}{},
	}
	if b.instance == 0 {
		b.instance = instanceBytes(c.Memory)
	}
	if b.account == 0 {
		b.account = limit.BodyBytes.Amount
	}
	b.account = min(b.account, b.instance)
	if b.now == nil {
		b.now = time.Now
	}
	if c.Registry != nil {
		b.register(c.Registry)
	}
	return b
}

// instanceBytes returns a quarter of the memory if it is known.
func instanceBytes(memory int64) int64 {
	if memory <= 0 {
		return limit.AllBodyBytes.Amount
	}
	return max(memory/4, leastInstance)
}

var (
	bytesMetric = metrics.Define(metrics.Metric{
		Group: "Connections and request bodies", Name: "mls_body_bytes", Kind: metrics.Gauge, Unit: "bytes",
		Help: "Memory of request bodies that are read or answered.",
	})
	bytesLimitMetric = metrics.Define(metrics.Metric{
		Group: "Connections and request bodies", Name: "mls_body_bytes_limit", Kind: metrics.Gauge, Unit: "bytes",
		Help: "Most memory that request bodies may take.",
	})
)

func (b *Budget) register(r prometheus.Registerer) {
	r.MustRegister(bytesMetric.NewFunc(func() float64 { return float64(b.Used()) }),
		bytesLimitMetric.NewFunc(func() float64 { return float64(b.instance) }))
}

// Used returns how many bytes bodies use now.
func (b *Budget) Used() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
}

// Begin implements xrpc.Bodies.
func (b *Budget) Begin(caller xrpc.Caller, lose func() bool) xrpc.BodyMemory {
	holder := caller.DID
	if holder == "" {
		holder = caller.Source.String()
	}
	r := &room{budget: b, holder: holder, lose: lose, began: b.now(), reading: true}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.reading[holder] == nil {
		b.reading[holder] = map[*room]struct{}{}
	}
	b.reading[holder][r] = struct{}{}
	return r
}

// grow charges n bytes to a room. If needed, other bodies lose their memory, or
// an error is returned.
func (b *Budget) grow(r *room, n int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r.lost {
		return b.refuse(limit.AllBodyBytes)
	}
	for b.held[r.holder]+n > b.account {
		if err := b.makeRoom(r, r.holder, limit.BodyBytes); err != nil {
			return err
		}
	}
	for b.used+n > b.instance {
		from, err := b.loser(r, n)
		if err != nil {
			return err
		}
		if err := b.makeRoom(r, from, limit.AllBodyBytes); err != nil {
			return err
		}
	}
	b.charge(r, n)
	return nil
}

// loser returns the holder with the most bytes in bodies being read, or an
// error if no holder has more than an equal share.
func (b *Budget) loser(r *room, n int64) (string, error) {
	most, bytes := b.waiting.Most()
	holders := int64(b.waiting.Len())
	own := b.waiting.Held(r.holder)
	if own == 0 {
		holders++
	}
	if own+n >= bytes {
		most, bytes = r.holder, own+n
	}
	if bytes <= b.instance/holders {
		return "", b.refuse(limit.AllBodyBytes)
	}
	return most, nil
}

// makeRoom takes the memory of the slowest body of a holder. If that is the
// body that asks, it is refused instead.
func (b *Budget) makeRoom(asks *room, holder string, row *limit.Row) error {
	now := b.now()
	for {
		var slowest *room
		for r := range b.reading[holder] {
			if r.bytes > 0 && r != asks && (slowest == nil || r.slower(slowest, now)) {
				slowest = r
			}
		}
		if slowest == nil || holder == asks.holder && asks.speed(now) <= slowest.speed(now) {
			return b.refuse(row)
		}
		// A body that has just been read completely does not lose: try the next
		// one.
		slowest.lost = slowest.lose()
		b.endReading(slowest)
		if slowest.lost {
			b.charge(slowest, -slowest.bytes)
			b.count(row)
			return nil
		}
	}
}

func (b *Budget) charge(r *room, n int64) {
	if n == 0 {
		return
	}
	r.bytes += n
	b.used += n
	if b.held[r.holder] += n; b.held[r.holder] == 0 {
		delete(b.held, r.holder)
	}
	if r.reading {
		b.waiting.Add(r.holder, n)
	}
	if b.calm != nil {
		b.calm.Note(b.used)
	}
}

// endReading ends the reading of a room's body.
func (b *Budget) endReading(r *room) {
	if !r.reading {
		return
	}
	r.reading = false
	b.waiting.Add(r.holder, -r.bytes)
	delete(b.reading[r.holder], r)
	if len(b.reading[r.holder]) == 0 {
		delete(b.reading, r.holder)
	}
}

func (b *Budget) count(row *limit.Row) {
	if b.limits != nil {
		b.limits.Refused(row)
	}
}

func (b *Budget) refuse(row *limit.Row) error {
	b.count(row)
	return row.Refuse(retryAfter)
}
