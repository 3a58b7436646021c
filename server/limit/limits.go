package limit

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"catbird.blue/mls/xrpc"
)

// Config configures Limits.
type Config struct {
	// Off lets every amount per time pass. Bounds of what exists at one time
	// hold all the same.
	Off bool
	// Scale multiplies amounts per time and their refill; 0 means 1.
	Scale float64
	// Registry gets the metrics; nil for none.
	Registry prometheus.Registerer
	// Clock is the time since some moment that never changes; nil for the time
	// since the start of the process.
	Clock func() time.Duration
	// Redis is where rows that are Shared are counted; nil for none. It is not
	// closed.
	Redis redis.UniversalClient
	// Secret keys the names of buckets in Redis. All instances have the same.
	Secret []byte
	// OnChange, where set, hears when Redis is lost (with the reason) and when
	// it is back.
	OnChange func(up bool, reason error)

	// For tests of this package.
	maxBuckets int
	pause      time.Duration
	timeout    time.Duration
}

// Limits counts what callers use of the rows that are amounts per time.
type Limits struct {
	off     bool
	scale   float64
	buckets *buckets
	shares  *shares
	// shared is nil where there is no Redis.
	shared *shared
	// totals is what all instances took of shared buckets; nil without Redis.
	totals  *totals
	refused *prometheus.CounterVec
}

// New makes Limits by the table of this package.
func New(cfg Config) (*Limits, error) {
	if cfg.Scale < 0 || math.IsNaN(cfg.Scale) || math.IsInf(cfg.Scale, 0) {
		return nil, errors.New("limit: the scale of rate limits must be a positive number")
	}
	l := &Limits{
		off: cfg.Off, scale: cfg.Scale, buckets: newBuckets(cfg.Clock, cfg.maxBuckets),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: RefusedMetric, Help: "Calls refused by a limit.",
		}, []string{"limit"}),
	}
	if l.scale == 0 {
		l.scale = 1
	}
	l.shares = newShares(l.buckets.clock, cfg.maxBuckets)
	for _, r := range Table {
		l.refused.WithLabelValues(r.Name)
	}
	if cfg.Registry != nil {
		cfg.Registry.MustRegister(l.refused)
	}
	if cfg.Redis != nil {
		l.shared = newShared(&cfg)
		l.totals = newTotals(l.shares, l.shared)
		if cfg.Registry != nil {
			cfg.Registry.MustRegister(l.shared.up)
		}
	}
	return l, nil
}

// OrDefault gives l, or limits by the table where l is nil.
func (l *Limits) OrDefault() *Limits {
	if l != nil {
		return l
	}
	l, err := New(Config{})
	if err != nil {
		panic(err) // only of a scale
	}
	return l
}

// Close ends the use of Redis.
func (l *Limits) Close() {
	if l.shared != nil {
		l.shared.watch.Close()
	}
}

// Take spends n of the bucket that key has for the row. Where less is left it
// spends nothing and returns the row's error, which says when to come back.
func (l *Limits) Take(ctx context.Context, r *Row, key string, n int64) error {
	switch {
	case l.off:
		return nil
	case l.inRedis(r):
		return l.Refusal(r, l.shared.take(ctx, l.bucket(r, key), l.shared.key(r.Name, key), n))
	}
	return l.Refusal(r, l.bucket(r, key).take(n))
}

// TakeHere is Take by what this instance knows: what it used, and what others
// had used when Redis was told of it last. Redis hears of n a moment later, so
// that nobody waits for it: for amounts of a day, where it does not matter that
// instances take a little more than there is at the same moment.
func (l *Limits) TakeHere(r *Row, key string, n int64) error {
	if l.off {
		return nil
	}
	if l.inRedis(r) {
		return l.Refusal(r, l.shared.takeHere(l.bucket(r, key), l.shared.key(r.Name, key), n))
	}
	return l.Refusal(r, l.bucket(r, key).take(n))
}

// Check says whether n could be taken, and spends nothing. Of a row that is
// kept in Redis it knows what this instance used, and what others used before
// that.
func (l *Limits) Check(_ context.Context, r *Row, key string, n int64) error {
	if l.off {
		return nil
	}
	return l.Refusal(r, l.bucket(r, key).wait(n))
}

// Spend counts what happened already, whether or not that much is left: for
// what is known only afterwards. A bucket can owe at most its own amount, so
// that it is usable again after twice the time in which it fills.
func (l *Limits) Spend(_ context.Context, r *Row, key string, n int64) {
	switch {
	case l.off:
	case l.inRedis(r):
		l.shared.spend(l.bucket(r, key), l.shared.key(r.Name, key), n)
	default:
		l.bucket(r, key).spend(n)
	}
}

// Return gives back what was taken for something that then did not happen.
func (l *Limits) Return(ctx context.Context, r *Row, key string, n int64) {
	l.Spend(ctx, r, key, -n)
}

func (l *Limits) inRedis(r *Row) bool { return l.shared != nil && r.Kept == Shared }

// Refused counts a refusal that was decided elsewhere.
func (l *Limits) Refused(r *Row) { l.refused.WithLabelValues(r.Name).Inc() }

// Account is the step of admission that bounds how often one account calls, or
// where nobody has to prove who calls, one source.
func (l *Limits) Account(ctx context.Context, c *xrpc.Call) error {
	key := c.Caller.DID
	if key == "" {
		key = c.Caller.Source.String()
	}
	return l.Take(ctx, AccountRow(c.Method.Rate), key, 1)
}

// ConvoFull says whether a conversation has used up its rate for calls of m's
// class, and counts nothing.
func (l *Limits) ConvoFull(convoID xrpc.ConvoID, m *xrpc.Method) error {
	if row := ConvoRow(m.Rate); row != nil {
		return l.Check(context.Background(), row, string(convoID), 1)
	}
	return nil
}

// CountConvo counts a call of m against the conversation it is about. Count
// what was accepted only: non-members must not be able to use up the rate of a
// conversation.
func (l *Limits) CountConvo(convoID xrpc.ConvoID, m *xrpc.Method) {
	if row := ConvoRow(m.Rate); row != nil {
		l.Spend(context.Background(), row, string(convoID), 1)
	}
}

// Refusal is the error of a caller that has to wait, and counts it: nil where
// there is no time to wait.
func (l *Limits) Refusal(r *Row, wait time.Duration) error {
	if wait == 0 {
		return nil
	}
	l.Refused(r)
	return r.Refuse(wait)
}

// bucket is the bucket that key has for the row at this moment.
func (l *Limits) bucket(r *Row, key string) bucket {
	each, depth := l.pace(r)
	return l.buckets.of(r.Name, key, each, depth)
}

// pace is the time in which one of a row comes back, and that in which an empty
// bucket fills.
func (l *Limits) pace(r *Row) (each, depth float64) {
	each = float64(r.Every) / (float64(r.Refill) * l.scale)
	return each, each * max(1, math.Floor(float64(r.Amount)*l.scale))
}

// now is the time since some moment that never changes.
func (l *Limits) now() time.Duration { return l.buckets.clock() }

// Off tells whether amounts per time are not limited.
func (l *Limits) Off() bool { return l.off }
