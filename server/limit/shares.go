package limit

import (
	"hash/maphash"
	"math"
	"sync"
	"time"

	"catbird.blue/mls/server/share"
)

// maxMembers bounds the members in each of the 16 parts. A use below negligible
// is dropped.
const (
	maxMembers = 20_000
	negligible = 0.01
)

// SharedBucket is a bucket that several members use together.
type SharedBucket struct {
	// Row gives its amount and its refill.
	Row *Row
	// Name distinguishes the buckets of one row.
	Name string
	// Size multiplies the amount and the refill.
	Size float64
}

// TryShare takes one from a bucket that members share. It returns 0 if it did,
// otherwise how long to wait. A member may take if it has used no more than is
// left in the bucket. So a single member gets half of the bucket. k members
// that take all they can get one part in k+1 each, and one part is left for a
// member that has used nothing.
//
// A use decays by 1/e in the time in which the row refills an empty bucket. So
// the steady rate of all members together is at most the refill.
func (l *Limits) TryShare(b SharedBucket, member string) time.Duration {
	rates := l.rates.Load()
	if rates.off {
		return 0
	}
	wait := l.shares.take(b, member, rates.scale)
	if wait == 0 && l.inRedis(b.Row) {
		l.totals.add(b)
	}
	return wait
}

// shares has the shared buckets of a process. For rows in Redis, the totals
// include the use at all instances.
type shares struct {
	clock func() time.Duration
	seed  maphash.Seed
	limit int
	parts [shards]sharesPart
}

// sharesPart holds whole buckets: the use by all members and by each of them.
// Keys are hashes with a random seed.
type sharesPart struct {
	mu      sync.Mutex
	total   map[uint64]decayingUse
	members map[uint64]decayingUse
}

// decayingUse is a decaying use, which is dropped at the time expires.
type decayingUse struct {
	share.Decaying
	expires time.Duration
}

func newShares(clock func() time.Duration, limit int) *shares {
	s := &shares{clock: clock, seed: maphash.MakeSeed(), limit: limit}
	if s.limit == 0 {
		s.limit = maxMembers
	}
	for i := range s.parts {
		s.parts[i].total, s.parts[i].members = map[uint64]decayingUse{}, map[uint64]decayingUse{}
	}
	return s
}

func (s *shares) hash(words ...string) uint64 {
	var h maphash.Hash
	h.SetSeed(s.seed)
	for _, w := range words {
		_, _ = h.WriteString(w)
		_ = h.WriteByte(0)
	}
	return h.Sum64()
}

// take takes one, or returns how long to wait until it can.
func (s *shares) take(b SharedBucket, member string, scale float64) time.Duration {
	amount := max(1, float64(b.Row.Amount)*b.Size*scale)
	decayTime := b.Row.fillTime()
	bucket, mine := s.hash(b.Row.Name, b.Name), s.hash(b.Row.Name, b.Name, member)
	part := &s.parts[bucket%shards]
	now := s.clock()
	part.mu.Lock()
	defer part.mu.Unlock()
	// The condition is: own + 1 <= amount - total.
	used, most := part.total[bucket].Now(now, decayTime)+part.members[mine].Now(now, decayTime), max(amount-1, negligible)
	if used > most {
		return time.Duration(math.Ceil(float64(decayTime)*math.Log(used/most))) + time.Microsecond
	}
	part.put(part.total, bucket, now, decayTime, s.limit)
	part.put(part.members, mine, now, decayTime, s.limit)
	return 0
}

// fillTime returns the time in which an empty bucket of the row would fill.
func (r *Row) fillTime() time.Duration {
	return time.Duration(float64(r.Every) * float64(r.Amount) / float64(r.Refill))
}

// put counts one more for a key.
func (p *sharesPart) put(uses map[uint64]decayingUse, key uint64, now, decayTime time.Duration, limit int) {
	if len(uses) >= limit {
		makeRoom(uses, now, limit)
	}
	u := uses[key].Plus(1, now, decayTime)
	uses[key] = decayingUse{u, whenNegligible(u.Now(now, decayTime), now, decayTime)}
}

// whenNegligible returns when an amount has decayed to negligible.
func whenNegligible(amount float64, now, decayTime time.Duration) time.Duration {
	return now + time.Duration(float64(decayTime)*math.Log(max(amount, negligible)/negligible))
}

// makeRoom drops uses that have decayed, and if fewer than a tenth have, others
// in the random order of the map. These count as having used nothing.
func makeRoom(uses map[uint64]decayingUse, now time.Duration, limit int) {
	for key, u := range uses {
		if u.expires <= now {
			delete(uses, key)
		}
	}
	for key := range uses {
		if len(uses) <= limit-limit/10-1 {
			return
		}
		delete(uses, key)
	}
}
