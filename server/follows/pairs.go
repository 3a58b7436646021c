package follows

import (
	"crypto/hmac"
	"crypto/sha256"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// maxPairs bounds the pairs in memory. Each takes about 150 bytes.
const maxPairs = 50_000

// pairKey is a keyed hash of two DIDs, in the order of the DIDs.
type pairKey [16]byte

// pair names two accounts: the one that a caller has in mind first, and the other.
type pair struct {
	account, other string
	key            pairKey
}

// newPair makes a pair. Both orders of two accounts have the same key.
func (a *AppView) newPair(account, other string) pair {
	low, high := account, other
	if high < low {
		low, high = high, low
	}
	h := hmac.New(sha256.New, a.secret)
	h.Write([]byte(low + " " + high)) // a DID has no space
	p := pair{account: account, other: other}
	copy(p.key[:], h.Sum(nil))
	return p
}

// flags are a Relationship as it is kept: the same for both orders of a pair.
type flags uint8

const (
	lowFollows flags = 1 << iota
	highFollows
	blocks

	// allFlags is the largest value.
	allFlags = lowFollows | highFollows | blocks
)

func (p pair) flags(r Relationship) (f flags) {
	mine, theirs := lowFollows, highFollows
	if p.other < p.account {
		mine, theirs = theirs, mine
	}
	if r.Follows {
		f |= mine
	}
	if r.FollowedBy {
		f |= theirs
	}
	if r.Blocks {
		f |= blocks
	}
	return f
}

func (p pair) relationship(f flags) Relationship {
	mine, theirs := lowFollows, highFollows
	if p.other < p.account {
		mine, theirs = theirs, mine
	}
	return Relationship{Follows: f&mine != 0, FollowedBy: f&theirs != 0, Blocks: f&blocks != 0}
}

// entry is what is known of a pair, and since when.
type entry struct {
	flags flags
	at    time.Time
}

func newPairs() *lru.Cache[pairKey, entry] {
	c, err := lru.New[pairKey, entry](maxPairs)
	if err != nil {
		panic(err) // the size is a constant
	}
	return c
}
