package limit

import (
	"hash/maphash"
	"math"
	"sync"
	"time"
)

// Members of shared buckets that are remembered in one of 16 parts, and how
// little of a use is worth remembering.
const (
	maxMembers = 20_000
	forgotten  = 0.01
)

// SharedBucket is a bucket that several use together.
type SharedBucket struct {
	// Row gives its amount and its refill.
	Row *Row
	// Name tells the buckets of one row apart.
	Name string
	// Size multiplies amount and refill.
	Size float64
}

// TryShare spends one of a bucket that members use together, or says how long
// to wait until that can be: 0 where it was spent. Whoever used least goes
// first, without waiting: a member may have used no more than is left in the
// bucket. So one that is alone gets half of it; k members that take all they can
// have one part in k+1 each, and one part is left for whoever comes and has used
// nothing.
//
// What was used fades: by 1/e in the time in which the row refills an empty
// bucket. So the steady rate of all members together is at most the refill.
func (l *Limits) TryShare(b SharedBucket, member string) time.Duration {
	if l.off {
		return 0
	}
	wait := l.shares.take(b, member, l.scale)
	if wait == 0 && l.inRedis(b.Row) {
		l.totals.add(b)
	}
	return wait
}

// shares has the shared buckets of a process. The totals of rows that are kept in
// Redis are those of all instances.
type shares struct {
	clock func() time.Duration
	seed  maphash.Seed
	limit int
	parts [shards]sharesPart
}

// sharesPart holds whole buckets: what was used of each, by all its members and
// by each of them. Keys are hashes with a random seed.
type sharesPart struct {
	mu      sync.Mutex
	total   map[uint64]fadingUse
	members map[uint64]fadingUse
}

// fadingUse is a use of a row that is forgotten at a moment.
type fadingUse struct {
	use
	gone time.Duration
}

func newShares(clock func() time.Duration, limit int) *shares {
	s := &shares{clock: clock, seed: maphash.MakeSeed(), limit: limit}
	if s.limit == 0 {
		s.limit = maxMembers
	}
	for i := range s.parts {
		s.parts[i].total, s.parts[i].members = map[uint64]fadingUse{}, map[uint64]fadingUse{}
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

// take takes one, or says how long to wait until it could.
func (s *shares) take(b SharedBucket, member string, scale float64) time.Duration {
	amount := max(1, float64(b.Row.Amount)*b.Size*scale)
	fades := b.Row.fades()
	bucket, mine := s.hash(b.Row.Name, b.Name), s.hash(b.Row.Name, b.Name, member)
	part := &s.parts[bucket%shards]
	now := s.clock()
	part.mu.Lock()
	defer part.mu.Unlock()
	// own+1 may be no more than amount-total.
	used, most := part.total[bucket].now(now, fades)+part.members[mine].now(now, fades), max(amount-1, forgotten)
	if used > most {
		return time.Duration(math.Ceil(float64(fades)*math.Log(used/most))) + time.Microsecond
	}
	part.put(part.total, bucket, now, fades, s.limit)
	part.put(part.members, mine, now, fades, s.limit)
	return 0
}

// fades is the time in which an empty bucket of the row would fill.
func (r *Row) fades() time.Duration {
	return time.Duration(float64(r.Every) * float64(r.Amount) / float64(r.Refill))
}

// put counts one more under a key.
func (p *sharesPart) put(uses map[uint64]fadingUse, key uint64, now, fades time.Duration, limit int) {
	if len(uses) >= limit {
		makeRoom(uses, now, limit)
	}
	u := uses[key].plus(1, now, fades)
	uses[key] = fadingUse{u, now + time.Duration(float64(fades)*math.Log(u.amount/forgotten))}
}

// makeRoom drops what has faded, and if that is not a tenth, others as the
// map's random order gives them: these count as having used nothing.
func makeRoom(uses map[uint64]fadingUse, now time.Duration, limit int) {
	for key, u := range uses {
		if u.gone <= now {
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
