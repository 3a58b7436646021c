package storage

import (
	"hash/maphash"
	"math"
	"sync"
	"time"

	"catbird.blue/mls/server/share"
)

const (
	// What an account stored fades by 1/e in a day: what it stores at a steady
	// rate stands at that of a day.
	fades = 24 * time.Hour
	// leastShare is what everybody may have stored, in bytes. Accounts below it
	// do not count: any number of them makes the share of the others no smaller.
	leastShare = 64 << 10
	// maxAccounts bounds those that are remembered: about 10 MB.
	maxAccounts = 100_000
	// above is by how much an account has to be above the share: amounts are
	// rounded.
	above = 1.001
)

// shares has what accounts stored in the last day, at this instance and since
// its start.
type shares struct {
	clock func() time.Duration
	seed  maphash.Seed
	most  int

	mu       sync.Mutex
	accounts map[uint64]share.Decaying
	// total is of the accounts that have stored leastShare, and large how many
	// those are. Those that fell below since the last sweep are still in both.
	total share.Decaying
	large int
}

func newShares(clock func() time.Duration) *shares {
	return &shares{clock: clock, seed: maphash.MakeSeed(), most: maxAccounts, accounts: map[uint64]share.Decaying{}}
}

// key keeps DIDs out of the memory: two that collide share an entry, which needs
// 2^32 accounts to become likely.
func (s *shares) key(did string) uint64 { return maphash.String(s.seed, did) }

// add counts bytes of an account; fewer than 0 are given back.
func (s *shares) add(did string, bytes int64) {
	if bytes == 0 {
		return
	}
	key, now := s.key(did), s.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.accounts[key].Now(now, fades)
	stored := s.accounts[key].Plus(float64(bytes), now, fades)
	after := stored.Now(now, fades)
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
	s.total = s.total.Plus(change, now, fades)
}

// isAbove tells whether an account stored more than its fair share: an equal
// part of what was stored in the last day.
func (s *shares) isAbove(did string) bool {
	key, now := s.key(did), s.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	equal := s.total.Now(now, fades) / float64(max(1, s.large))
	return s.accounts[key].Now(now, fades) > max(equal, leastShare)*above
}

// sweep forgets what is too little to matter, and counts anew.
func (s *shares) sweep() {
	now := s.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count(now)
}

func (s *shares) count(now time.Duration) {
	total, large := 0.0, 0
	for key, u := range s.accounts {
		switch amount := u.Now(now, fades); {
		case amount >= leastShare:
			total, large = total+amount, large+1
		case amount < 1:
			delete(s.accounts, key)
		}
	}
	s.total, s.large = share.NewDecaying(total, now), large
}

// makeRoom drops accounts until a tenth of the room is free: those that are
// within the least share first. They count as having stored nothing.
func (s *shares) makeRoom(now time.Duration) {
	want := s.most - s.most/10 - 1
	for _, least := range []float64{leastShare, math.Inf(1)} {
		for key, u := range s.accounts {
			if len(s.accounts) <= want {
				break
			}
			if u.Now(now, fades) < least {
				delete(s.accounts, key)
			}
		}
	}
	s.count(now)
}
