package auth

import (
	"context"
	"errors"
	"hash/maphash"
	"math"
	"net/http"
	"sync"
	"time"

	"catbird.blue/mls/xrpc"
)

// maxBuckets bounds the accounts and conversations in mind, per shard: with
// 16 shards about 50 MB at most, reached only under 800 000 active pairs of
// account and class.
const (
	limitShards = 16
	maxBuckets  = 50_000
)

// LimitsConfig configures Limits.
type LimitsConfig struct {
	// Off lets every call pass.
	Off bool
	// Scale multiplies all rates and bursts; 0 means 1.
	Scale   float64
	Metrics *Metrics

	// For tests of this package.
	now        func() time.Time
	maxBuckets int
}

// Limits bounds calls by account, since all clients of one PDS share an
// address, and by conversation. It is kept in process: N instances allow up
// to N times the rates.
type Limits struct {
	off        bool
	scale      float64
	now        func() time.Time
	maxBuckets int
	metrics    *Metrics
	seed       maphash.Seed
	shards     [limitShards]limitShard
}

// limitShard holds, per bucket, the moment at which it will be full again
// (the generic cell rate algorithm, ITU-T I.371). That is all a token bucket
// needs, and one whose moment has passed need not be held at all. Keys are
// hashes with a random seed: two that collide share a bucket, which needs
// 2^32 accounts to become likely.
type limitShard struct {
	mu   sync.Mutex
	full map[uint64]int64 // nanoseconds since 1970
}

var _ xrpc.Limiter = (*Limits)(nil)

// NewLimits makes Limits by the table of this package.
func NewLimits(cfg LimitsConfig) (*Limits, error) {
	if cfg.Scale < 0 || math.IsNaN(cfg.Scale) || math.IsInf(cfg.Scale, 0) {
		return nil, errors.New("auth: the scale of rate limits must be a positive number")
	}
	l := &Limits{
		off: cfg.Off, scale: cfg.Scale, now: cfg.now, maxBuckets: cfg.maxBuckets,
		metrics: cfg.Metrics.orUnregistered(), seed: maphash.MakeSeed(),
	}
	if l.scale == 0 {
		l.scale = 1
	}
	if l.now == nil {
		l.now = time.Now
	}
	if l.maxBuckets == 0 {
		l.maxBuckets = maxBuckets
	}
	for i := range l.shards {
		l.shards[i].full = map[uint64]int64{}
	}
	return l, nil
}

// Allow implements xrpc.Limiter: one call of m by the caller's account.
func (l *Limits) Allow(_ context.Context, caller xrpc.Caller, m *xrpc.Method) error {
	class := ClassOf(m)
	return l.take("did", caller.DID, class, rates[class])
}

// ConvoFull says whether a conversation has used up its rate for calls of m's
// class, and counts nothing.
func (l *Limits) ConvoFull(convoID string, m *xrpc.Method) error {
	class := ClassOf(m)
	rate, ok := convoRates[class]
	if !ok || l.off {
		return nil
	}
	return l.refuse(class, l.bucket("convo", convoID, class, rate).wait())
}

// CountConvo counts a call of m against the conversation it is about. Count
// what was accepted only: strangers must not be able to use up the rate of a
// conversation.
func (l *Limits) CountConvo(convoID string, m *xrpc.Method) {
	class := ClassOf(m)
	if rate, ok := convoRates[class]; ok && !l.off {
		l.bucket("convo", convoID, class, rate).take()
	}
}

// take counts a call, or refuses it.
func (l *Limits) take(kind, who string, class Class, rate Rate) error {
	if l.off {
		return nil
	}
	return l.refuse(class, l.bucket(kind, who, class, rate).take())
}

// refuse returns a typed nil never: errors are made where they are returned.
func (l *Limits) refuse(class Class, wait time.Duration) error {
	if wait == 0 {
		return nil
	}
	l.metrics.Limited.WithLabelValues(class.String()).Inc()
	return tooMany(class, wait)
}

// bucket is one token bucket at this moment.
type bucket struct {
	shard            *limitShard
	key              uint64
	now, each, depth int64
	limit            int
}

func (l *Limits) bucket(kind, who string, class Class, rate Rate) bucket {
	var h maphash.Hash
	h.SetSeed(l.seed)
	_, _ = h.WriteString(kind)
	_ = h.WriteByte(byte(class))
	_, _ = h.WriteString(who)
	key := h.Sum64()
	each := float64(time.Second) / (rate.PerSecond * l.scale)
	depth := each * max(1, math.Floor(float64(rate.Burst)*l.scale))
	return bucket{&l.shards[key%limitShards], key, l.now().UnixNano(), int64(each), int64(depth), l.maxBuckets}
}

// wait is how long until a call passes.
func (b bucket) wait() time.Duration {
	b.shard.mu.Lock()
	defer b.shard.mu.Unlock()
	return b.over(max(b.shard.full[b.key], b.now) + b.each)
}

func (b bucket) over(full int64) time.Duration { return time.Duration(max(0, full-b.now-b.depth)) }

// take counts a call, unless it has to wait: then it says how long.
func (b bucket) take() time.Duration {
	b.shard.mu.Lock()
	defer b.shard.mu.Unlock()
	full := max(b.shard.full[b.key], b.now) + b.each
	if wait := b.over(full); wait > 0 {
		return wait
	}
	if len(b.shard.full) >= b.limit {
		b.shard.makeRoom(b.now, b.limit)
	}
	b.shard.full[b.key] = full
	return 0
}

// tooMany says in the message when to come back: a PDS passes on the message
// of an error and none of its headers.
func tooMany(class Class, wait time.Duration) error {
	seconds := int64(math.Ceil(wait.Seconds()))
	e := xrpc.Errorf(http.StatusTooManyRequests, xrpc.RateLimitExceeded,
		"too many calls of this kind (%s): try again in %d s", class, seconds)
	e.RetryAfter = time.Duration(seconds) * time.Second
	return e
}

// makeRoom drops the buckets that are full, and if that is not a tenth, others
// as the map's random order gives them: whoever floods the table with accounts
// wins no more than a burst for some of them.
func (s *limitShard) makeRoom(now int64, limit int) {
	for key, full := range s.full {
		if full <= now {
			delete(s.full, key)
		}
	}
	for key := range s.full {
		if len(s.full) <= limit-limit/10-1 {
			return
		}
		delete(s.full, key)
	}
}
