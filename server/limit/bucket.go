package limit

import (
	"hash/maphash"
	"sync"
	"time"
)

// maxBuckets bounds the buckets of one shard. 16 full shards take about 50 MB,
// which needs 800 000 active pairs of row and key.
const (
	shards     = 16
	maxBuckets = 50_000
)

// buckets holds, for each bucket, the time at which it will be full again. The
// generic cell rate algorithm needs nothing else, and a bucket that is full
// needs no entry. Keys are hashes with a random seed. Two keys that collide
// share a bucket, which becomes likely at 2^32 keys.
type buckets struct {
	clock  func() time.Duration
	seed   maphash.Seed
	limit  int
	shards [shards]shard
}

type shard struct {
	mu     sync.Mutex
	levels map[uint64]level
}

// level is the state of a bucket: the time at which it will be full.
type level struct {
	full time.Duration
	// refusedUntil is the time until which a refusal by Redis is repeated without asking
	// it.
	refusedUntil time.Duration
	// reportedTo is the period of Redis, see shared, to which this state was
	// reported; 0 for none.
	reportedTo uint32
}

func newBuckets(clock func() time.Duration, limit int) *buckets {
	b := &buckets{clock: clock, seed: maphash.MakeSeed(), limit: limit}
	if b.clock == nil {
		start := time.Now()
		b.clock = func() time.Duration { return time.Since(start) }
	}
	if b.limit == 0 {
		b.limit = maxBuckets
	}
	for i := range b.shards {
		b.shards[i].levels = map[uint64]level{}
	}
	return b
}

// bucket is one bucket at the time now. each is the time in which one unit is
// refilled, depth the time in which an empty bucket fills.
type bucket struct {
	shard       *shard
	key         uint64
	now         time.Duration
	each, depth float64
	limit       int
}

func (b *buckets) of(row, key string, each, depth float64) bucket {
	var h maphash.Hash
	h.SetSeed(b.seed)
	_, _ = h.WriteString(row)
	_ = h.WriteByte(0)
	_, _ = h.WriteString(key)
	sum := h.Sum64()
	return bucket{&b.shards[sum%shards], sum, b.clock(), each, depth, b.limit}
}

// after returns when the bucket will be full if n are taken now. The caller
// holds the shard's lock.
func (b bucket) after(n int64) time.Duration {
	return max(b.shard.levels[b.key].full, b.now) + time.Duration(float64(n)*b.each)
}

// over returns how long to wait until a bucket that will be full at the given
// time is not overdrawn.
func (b bucket) over(full time.Duration) time.Duration {
	return max(0, full-b.now-time.Duration(b.depth))
}

// wait returns how long to wait until n can be taken; 0 for now.
func (b bucket) wait(n int64) time.Duration {
	b.shard.mu.Lock()
	defer b.shard.mu.Unlock()
	return b.over(b.after(n))
}

// take takes n if the bucket has as much, otherwise it returns how long to
// wait.
func (b bucket) take(n int64) time.Duration {
	b.shard.mu.Lock()
	defer b.shard.mu.Unlock()
	full := b.after(n)
	if wait := b.over(full); wait > 0 {
		return wait
	}
	b.set(level{full: full})
	return 0
}

// spend takes n even if the bucket has less. A bucket owes at most its amount.
func (b bucket) spend(n int64) {
	b.shard.mu.Lock()
	defer b.shard.mu.Unlock()
	l := b.shard.levels[b.key]
	l.full = min(b.after(n), b.now+2*time.Duration(b.depth))
	b.set(l)
}

// refusedByRedis is called before Redis is asked for n. If Redis refused within the
// last second, wait is how long to wait until n can be taken, otherwise 0.
// unreported is the time until the bucket is full if that was not reported in this
// period of Redis.
func (b bucket) refusedByRedis(n int64, period uint32) (wait, unreported time.Duration) {
	b.shard.mu.Lock()
	defer b.shard.mu.Unlock()
	l := b.shard.levels[b.key]
	if l.reportedTo != period {
		return 0, max(0, l.full-b.now)
	}
	if l.refusedUntil <= b.now {
		return 0, 0
	}
	return b.over(b.after(n)), 0
}

// learn stores the answer of Redis in a period: ahead is the time until the
// bucket is full, good the time for which a refusal is repeated.
func (b bucket) learn(ahead, good time.Duration, period uint32) {
	b.shard.mu.Lock()
	defer b.shard.mu.Unlock()
	b.set(level{b.now + ahead, b.now + good, period})
}

// raise sets the time at which the bucket is full to at least ahead from now.
func (b bucket) raise(ahead time.Duration) {
	b.shard.mu.Lock()
	defer b.shard.mu.Unlock()
	l := b.shard.levels[b.key]
	l.full = max(l.full, b.now+ahead)
	b.set(l)
}

func (b bucket) set(l level) {
	if l.full <= b.now {
		delete(b.shard.levels, b.key)
		return
	}
	if len(b.shard.levels) >= b.limit {
		b.shard.makeRoom(b.now, b.limit)
	}
	b.shard.levels[b.key] = l
}

// makeRoom drops the buckets that are full, and if fewer than a tenth are,
// others in the random order of the map. A flood of keys therefore wins no more
// than one more burst for some of them.
func (s *shard) makeRoom(now time.Duration, limit int) {
	for key, l := range s.levels {
		if l.full <= now {
			delete(s.levels, key)
		}
	}
	for key := range s.levels {
		if len(s.levels) <= limit-limit/10-1 {
			return
		}
		delete(s.levels, key)
	}
}
