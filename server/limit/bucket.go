package limit

import (
	"hash/maphash"
	"sync"
	"time"
)

// maxBuckets bounds the buckets of one shard: with 16 shards about 50 MB at
// most, reached only under 800 000 active pairs of row and key.
const (
	shards     = 16
	maxBuckets = 50_000
)

// buckets holds, per bucket, the moment at which it will be full again. That
// is all the generic cell rate algorithm needs, and a bucket whose moment has
// passed need not be held. Keys are hashes with a random seed: two that
// collide share a bucket, which needs 2^32 keys to become likely.
type buckets struct {
	clock  func() time.Duration
	seed   maphash.Seed
	limit  int
	shards [shards]shard
}

type shard struct {
	mu   sync.Mutex
	full map[uint64]time.Duration
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
		b.shards[i].full = map[uint64]time.Duration{}
	}
	return b
}

// bucket is one bucket at one moment. each is the time in which one unit comes
// back, depth the time in which an empty bucket fills.
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

// after is when the bucket will be full if n are taken now. Whoever calls holds
// the shard's lock.
func (b bucket) after(n int64) time.Duration {
	return max(b.shard.full[b.key], b.now) + time.Duration(float64(n)*b.each)
}

// over is how long until a bucket that will be full at that moment is not
// overdrawn.
func (b bucket) over(full time.Duration) time.Duration {
	return max(0, full-b.now-time.Duration(b.depth))
}

// wait is how long until n can be taken; 0 for at once.
func (b bucket) wait(n int64) time.Duration {
	b.shard.mu.Lock()
	defer b.shard.mu.Unlock()
	return b.over(b.after(n))
}

// take takes n, unless less is left: then it says how long to wait.
func (b bucket) take(n int64) time.Duration {
	b.shard.mu.Lock()
	defer b.shard.mu.Unlock()
	full := b.after(n)
	if wait := b.over(full); wait > 0 {
		return wait
	}
	b.set(full)
	return 0
}

// spend takes n whatever is left, down to owing the whole bucket.
func (b bucket) spend(n int64) {
	b.shard.mu.Lock()
	defer b.shard.mu.Unlock()
	b.set(min(b.after(n), b.now+2*time.Duration(b.depth)))
}

// raise learns that the bucket will be full no sooner than in so much time.
func (b bucket) raise(ahead time.Duration) {
	b.shard.mu.Lock()
	defer b.shard.mu.Unlock()
	if full := b.now + ahead; full > b.shard.full[b.key] {
		b.set(full)
	}
}

func (b bucket) set(full time.Duration) {
	if full <= b.now {
		delete(b.shard.full, b.key)
		return
	}
	if len(b.shard.full) >= b.limit {
		b.shard.makeRoom(b.now, b.limit)
	}
	b.shard.full[b.key] = full
}

// makeRoom drops the buckets that are full, and if that is not a tenth, others
// as the map's random order gives them: a flood of keys wins no more than a
// burst for some of them.
func (s *shard) makeRoom(now time.Duration, limit int) {
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
