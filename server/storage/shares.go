package storage

import (
	"hash/maphash"
	"math"
	"sync"
	"time"

	"catbird.blue/mls/server/share"
)

const (
	// decayTime is the time in which what an account stored decays by 1/e. An
	// account that stores at a steady rate ends up at what it stores in a day.
	decayTime = 24 * time.Hour
	// leastShare is how many bytes every account may have stored. Accounts
	// below it are not counted, so that they do not make the share of the
	// others smaller.
	leastShare = 64 << 10
	// maxAccounts bounds the accounts that are remembered, which takes about 10
	// MB.
	maxAccounts = 100_000
	// above is the factor by which an account must exceed the share, since
	// amounts are rounded.
	above = 1.001
)

// shares has what accounts stored in the last day at this instance, since its
// start.
type shares struct {
	clock func() time.Duration
	seed  maphash.Seed
	most  int

	mu       sync.Mutex
	accounts map[uint64]share.Decaying
	// total is the sum for the accounts with at least leastShare, large their
	// number. Accounts that fell below since the last sweep are still included.
	total share.Decaying
	large int
}

func newShares(clock func() time.Duration) *shares {
	return &shares{clock: clock, seed: maphash.MakeSeed(), most: maxAccounts, accounts: map[uint64]share.Decaying{}}
}

// key hashes a DID. Two DIDs that collide share an entry, which becomes likely
// at 2^32 accounts.
func (s *shares) key(did string) uint64 { return maphash.String(s.seed, did) }

// add adds bytes to what an account stored; a negative number gives them back.
func (s *shares) add(did string, bytes int64) {
	if bytes == 0 {
		return
	}
	key, now := s.key(did), s.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.accounts[key].Now(now, decayTime)
	stored := s.accounts[key].Plus(float64(bytes), now, decayTime)
	after := stored.Now(now, decayTime)
	if len(s.accounts) >= s.most {
		s.makeRoom(now)
	}
	s.accounts[key] = stored
	wasLarge, isLarge := before >= leastShare, after >= leastShare
	change := 0.0
	if wasLarge {
		s.large--
		change -= before
	}
	if isLarge {
		s.large++
		change += after
	}
	s.total = s.total.Plus(change, now, decayTime)
}

// isAbove reports whether an account stored more than its fair share, an equal part
// of what all accounts stored in the last day.
func (s *shares) isAbove(did string) bool {
	key, now := s.key(did), s.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	equal := s.total.Now(now, decayTime) / float64(max(1, s.large))
	return s.accounts[key].Now(now, decayTime) > max(equal, leastShare)*above
}

// sweep drops accounts whose amount has decayed to less than a byte, and recomputes
// total and large.
func (s *shares) sweep() {
	now := s.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count(now)
}

func (s *shares) count(now time.Duration) {
	total, large := 0.0, 0
	for key, u := range s.accounts {
		switch amount := u.Now(now, decayTime); {
		case amount >= leastShare:
			total, large = total+amount, large+1
		case amount < 1:
			delete(s.accounts, key)
		}
	}
	s.total, s.large = share.NewDecaying(total, now), large
}

// makeRoom drops accounts until a tenth of the map is free, first those below
// leastShare. They then count as having stored nothing.
func (s *shares) makeRoom(now time.Duration) {
	want := s.most - s.most/10 - 1
	for _, least := range []float64{leastShare, math.Inf(1)} {
		for key, u := range s.accounts {
			if len(s.accounts) <= want {
				break
			}
			if u.Now(now, decayTime) < least {
				delete(s.accounts, key)
			}
		}
	}
	s.count(now)
}
