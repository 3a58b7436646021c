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
	mu     sync.Mutex
	levels map[uint64]level
}

// level is what is known of a bucket: the moment at which it will be full.
type level struct {
	full time.Duration
	// ask is until when a refusal by Redis need not be asked for again.
	ask time.Duration
	// told is the period of Redis, see shared, that knows all of this; 0 for
	// none.
	told uint32
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
	return max(b.shard.levels[b.key].full, b.now) + time.Duration(float64(n)*b.each)
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
	b.set(level{full: full})
	return 0
}

// spend takes n whatever is left, down to owing the whole bucket.
func (b bucket) spend(n int64) {
	b.shard.mu.Lock()
	defer b.shard.mu.Unlock()
	l := b.shard.levels[b.key]
	l.full = min(b.after(n), b.now+2*time.Duration(b.depth))
	b.set(l)
}

// before says how long until n can be taken, where Redis said a moment ago that
// less is left, and otherwise 0; and in how much time the bucket will be full,
// where the period of Redis does not know that.
func (b bucket) before(n int64, period uint32) (wait, untold time.Duration) {
	b.shard.mu.Lock()
	defer b.shard.mu.Unlock()
	l := b.shard.levels[b.key]
	if l.told != period {
		return 0, max(0, l.full-b.now)
	}
	if l.ask <= b.now {
		return 0, 0
	}
	return b.over(b.after(n)), 0
}

// learn takes over what a period of Redis says: in how much time the bucket will
// be full, and for how long that is good enough for a refusal.
func (b bucket) learn(ahead, good time.Duration, period uint32) {
	b.shard.mu.Lock()
	defer b.shard.mu.Unlock()
	b.set(level{b.now + ahead, b.now + good, period})
}

// raise learns that the bucket will be full no sooner than in so much time.
func (b bucket) raise(ahead time.Duration) {
	b.shard.mu.Lock()
	defer b.shard.mu.Unlock()
	l := b.shard.levels[b.key]
	l.full = max(l.full, b.now+ahead)
	b.set(l)
}

// adopt learns that the bucket will be full in just so much time.
func (b bucket) adopt(ahead time.Duration) {
	b.shard.mu.Lock()
	defer b.shard.mu.Unlock()
	l := b.shard.levels[b.key]
	l.full = b.now + ahead
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

// makeRoom drops the buckets that are full, and if that is not a tenth, others
// as the map's random order gives them: a flood of keys wins no more than a
// burst for some of them.
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
