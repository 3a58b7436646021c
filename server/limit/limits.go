package limit

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"catbird.blue/mls/server/metrics"
	"catbird.blue/mls/xrpc"
)

// Config configures Limits.
type Config struct {
	// Off disables all limits that are rates. Limits on what exists at one time
	// stay in force.
	Off bool
	// Scale multiplies the amounts and refills of rates; 0 means 1.
	Scale float64
	// Registry gets the metrics if not nil.
	Registry prometheus.Registerer
	// Clock returns the time since a fixed moment; nil for the start of the
	// process.
	Clock func() time.Duration
	// Redis counts the rows that are Shared; nil for none. Close does not close
	// it.
	Redis redis.UniversalClient
	// Secret keys the names of buckets in Redis. All instances must have the
	// same.
	Secret []byte
	// OnChange, if set, is called when Redis is lost (with the reason) and when
	// it is restored.
	OnChange func(up bool, reason error)

	// Set by tests of this package.
	maxBuckets int
	pause      time.Duration
	timeout    time.Duration
}

// Limits counts the use of the rows that are rates.
type Limits struct {
	rates   atomic.Pointer[rates]
	buckets *buckets
	shares  *shares
	// shared is nil without Redis.
	shared *shared
	// totals has the use of shared buckets by all instances; nil without Redis.
	totals  *totals
	refused *metrics.CounterVec
}

// rates is how the operator changes the rates of the table.
type rates struct {
	off   bool
	scale float64
}

// SetRates replaces Config.Off and Config.Scale while the limits are in use. A
// bucket keeps the time until it is full, so after a change it has more or less
// in proportion.
func (l *Limits) SetRates(off bool, scale float64) error {
	if scale < 0 || math.IsNaN(scale) || math.IsInf(scale, 0) {
		return errors.New("limit: the scale of rate limits must be a positive number")
	}
	if scale == 0 {
		scale = 1
	}
	l.rates.Store(&rates{off, scale})
	return nil
}

// New makes Limits for the table of this package.
func New(cfg Config) (*Limits, error) {
	l := &Limits{
		buckets: newBuckets(cfg.Clock, cfg.maxBuckets),
		refused: refusedMetric.NewCounterVec(),
	}
	if err := l.SetRates(cfg.Off, cfg.Scale); err != nil {
		return nil, err
	}
	l.shares = newShares(l.buckets.clock, cfg.maxBuckets)
	up := redisUpMetric.NewGauge()
	if cfg.Registry != nil {
		cfg.Registry.MustRegister(l.refused, up)
	}
	if cfg.Redis != nil {
		l.shared = newShared(&cfg, up)
		l.totals = newTotals(l.shares, l.shared)
	}
	return l, nil
}

// OrDefault returns l, or limits with the amounts of the table if l is nil.
func (l *Limits) OrDefault() *Limits {
	if l != nil {
		return l
	}
	l, err := New(Config{})
	if err != nil {
		panic(err) // New fails only for a bad scale
	}
	return l
}

// Close ends the use of Redis.
func (l *Limits) Close() {
	if l.shared != nil {
		l.shared.watch.Close()
	}
}

// Take takes n from the bucket of key for the row. If the bucket has less, it
// takes nothing and returns the row's error with a Retry-After.
func (l *Limits) Take(ctx context.Context, r *Row, key string, n int64) error {
	switch {
	case l.Off():
		return nil
	case l.inRedis(r):
		return l.Refusal(r, l.shared.take(ctx, l.bucket(r, key), l.shared.key(r.Name, key), n))
	}
	return l.Refusal(r, l.bucket(r, key).take(n))
}

// TakeHere is Take without waiting for Redis. It decides by the use at this
// instance and by the last answer of Redis, and reports n to Redis in the
// background. It is for amounts per day, where it does not matter that
// instances together can take a little more than the limit.
func (l *Limits) TakeHere(r *Row, key string, n int64) error {
	if l.Off() {
		return nil
	}
	if l.inRedis(r) {
		return l.Refusal(r, l.shared.takeHere(l.bucket(r, key), l.shared.key(r.Name, key), n))
	}
	return l.Refusal(r, l.bucket(r, key).take(n))
}

// Check returns the error that Take would return, and takes nothing. For a row
// in Redis it decides by the use at this instance and by the last answer of
// Redis.
func (l *Limits) Check(_ context.Context, r *Row, key string, n int64) error {
	if l.Off() {
		return nil
	}
	return l.Refusal(r, l.bucket(r, key).wait(n))
}

// Spend takes n even if the bucket has less, for costs that are known only
// afterwards. A bucket owes at most its amount, so it can be used again after
// at most twice the time in which it fills.
func (l *Limits) Spend(_ context.Context, r *Row, key string, n int64) {
	switch {
	case l.Off():
	case l.inRedis(r):
		l.shared.spend(l.bucket(r, key), l.shared.key(r.Name, key), n)
	default:
		l.bucket(r, key).spend(n)
	}
}

// Return gives n back that was taken for something that did not happen.
func (l *Limits) Return(ctx context.Context, r *Row, key string, n int64) {
	l.Spend(ctx, r, key, -n)
}

func (l *Limits) inRedis(r *Row) bool { return l.shared != nil && r.Kept == Shared }

// Refused counts a refusal that was decided elsewhere.
func (l *Limits) Refused(r *Row) { l.refused.WithLabelValues(r.Name).Inc() }

// Account is the step of admission that limits the calls of one account, or,
// for methods without a token, of one source address.
func (l *Limits) Account(ctx context.Context, c *xrpc.Call) error {
	key := c.Caller.DID
	if key == "" {
		key = c.Caller.Source.String()
	}
	return l.Take(ctx, AccountRow(c.Method.Rate), key, 1)
}

// ConvoFull returns an error if the rate of a conversation for the class of m
// is used up. It takes nothing.
func (l *Limits) ConvoFull(convoID xrpc.ConvoID, m *xrpc.Method) error {
	if row := ConvoRow(m.Rate); row != nil {
		return l.Check(context.Background(), row, string(convoID), 1)
	}
	return nil
}

// CountConvo counts a call of m against the rate of its conversation. Only
// accepted calls are counted: otherwise non-members could use up the rate of a
// conversation.
func (l *Limits) CountConvo(convoID xrpc.ConvoID, m *xrpc.Method) {
	if row := ConvoRow(m.Rate); row != nil {
		l.Spend(context.Background(), row, string(convoID), 1)
	}
}

// Refusal returns and counts the row's error for a caller that must wait, or
// nil if wait is 0.
func (l *Limits) Refusal(r *Row, wait time.Duration) error {
	if wait == 0 {
		return nil
	}
	l.Refused(r)
	return r.Refuse(wait)
}

// bucket returns the bucket of key for the row at this moment.
func (l *Limits) bucket(r *Row, key string) bucket {
	each, depth := l.refillTimes(r)
	return l.buckets.of(r.Name, key, each, depth)
}

// refillTimes returns the time in which one unit of the row is refilled, and the time
// in which an empty bucket fills.
func (l *Limits) refillTimes(r *Row) (each, depth float64) {
	scale := l.rates.Load().scale
	each = float64(r.Every) / (float64(r.Refill) * scale)
	return each, each * max(1, math.Floor(float64(r.Amount)*scale))
}

// now is the time since a fixed moment.
func (l *Limits) now() time.Duration { return l.buckets.clock() }

// Scaled returns how much of a rate is allowed at once, and how much is refilled in a
// minute.
func (l *Limits) Scaled(r *Row) (atOnce, perMinute int64) {
	each, depth := l.refillTimes(r)
	return int64(math.Round(depth / each)), int64(float64(time.Minute) / each)
}

// Off reports whether rates are disabled.
func (l *Limits) Off() bool { return l.rates.Load().off }
