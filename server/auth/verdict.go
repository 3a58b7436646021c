package auth

import (
	"crypto/sha256"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	lru "github.com/hashicorp/golang-lru/v2"
)

// maxVerdicts bounds the tokens remembered: about 500 bytes each, keys being
// shared with the directory's cache.
const maxVerdicts = 20_000

// verdict is what a token says, and the key by which its signature held.
type verdict struct {
	claims *claims
	key    atcrypto.PublicKey
}

// verdicts remembers what need not be found out again of a token. Times,
// audience, method and the key's currency are judged anew, so an entry cannot
// outlive its token or its key.
type verdicts struct {
	cache *lru.Cache[[sha256.Size]byte, verdict]
}

func newVerdicts() *verdicts {
	c, err := lru.New[[sha256.Size]byte, verdict](maxVerdicts)
	if err != nil {
		panic(err) // the size is a constant
	}
	return &verdicts{c}
}

func (v *verdicts) get(token string) (verdict, bool) {
	return v.cache.Get(sha256.Sum256([]byte(token)))
}

func (v *verdicts) put(token string, judged verdict) {
	v.cache.Add(sha256.Sum256([]byte(token)), judged)
}
