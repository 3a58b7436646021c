package auth

import (
	"crypto/sha256"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	lru "github.com/hashicorp/golang-lru/v2"
)

// maxVerdicts bounds the cache: an entry takes about 500 bytes without the key,
// which it shares with the cache of the directory.
const maxVerdicts = 20_000

// verdict is the claims of a token and the key that verified it.
type verdict struct {
	claims *claims
	key    atcrypto.PublicKey
}

// verdicts caches tokens whose form and signature were verified. Times,
// audience, method and whether the key is current are checked at each use, so
// an entry does not outlive its token or its key.
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
