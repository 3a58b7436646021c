// Package bodies shares out the memory that request bodies take while they are
// read and answered: a part of it for each account, and all of it for an
// instance. It is charged before it is allocated.
//
// When memory is used up, the account with most bytes waiting loses its slowest
// body, which is answered 408. A body that asks for memory is refused, with 503
// and when to come back, where everybody is within an equal share, or where its
// own account has nothing slower to lose. So a slow or greedy account gets in
// the way of itself before it gets in the way of others.
//
// What is only read to be thrown away is charged as well, to its account, or to
// its source where nobody has proven who calls.
package bodies

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/share"
	"catbird.blue/mls/xrpc"
)

const (
	// leastInstance is what an instance has for bodies however small its
	// memory is: the largest body fits, with the buffer that it outgrew.
	leastInstance = 2 * gen.MaxJSON
	// settled is how old a body is before it can be called slow.
	settled = 2 * time.Second
	// comeBack is when a refused body is worth another try: a slow one has lost
	// its place by then.
	comeBack = 5 * time.Second
)

// Config configures a Budget. All may be left out.
type Config struct {
	// Memory is what the process may use, in bytes; a quarter of it is for
	// bodies. 0 where that is not known.
	Memory int64
	// Instance and Account are bounds in bytes for tests; 0 for what follows
	// from Memory and the table of limits.
	Instance, Account int64
	// Stream is the memory that a body takes which is passed on while it is
	// read.
	Stream int64
	// Limits counts what is refused; nil for nobody.
	Limits *limit.Limits
	// Registry gets the metrics; nil for none.
	Registry prometheus.Registerer
	// Calm hears how many bytes are in use; nil for nobody.
	Calm *share.Calm
	// Now gives the time; time.Now where nil.
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
	// waiting has the bytes of bodies that are being read, by holder; held has
	// these and those of bodies that are being answered.
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

// instanceBytes is a quarter of the memory, where it is known.
func instanceBytes(memory int64) int64 {
	if memory <= 0 {
		return limit.AllBodyBytes.Amount
	}
	return max(memory/4, leastInstance)
}

func (b *Budget) register(r prometheus.Registerer) {
	gauge := func(name, help string, value func() float64) {
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	gauge("mls_body_bytes", "Memory of request bodies that are read or answered.", func() float64 { return float64(b.Used()) })
	gauge("mls_body_bytes_limit", "Most memory for request bodies.", func() float64 { return float64(b.instance) })
}

// Used is what bodies hold now, in bytes.
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

// grow charges n bytes to a room, or makes others give way, or refuses.
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

// loser is the holder with most bytes waiting, or an error where everybody is
// within an equal share.
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

// makeRoom takes the slowest body of a holder away. Where that is the one that
// asks, it is refused instead.
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
		// One that has just been read whole does not lose: look again.
		slowest.lost = slowest.lose()
		b.settle(slowest)
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

// settle has a room be read no more.
func (b *Budget) settle(r *room) {
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
	return row.Refuse(comeBack)
}
