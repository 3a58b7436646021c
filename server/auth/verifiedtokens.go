package auth

import (
	"crypto/sha256"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	lru "github.com/hashicorp/golang-lru/v2"
)

// maxVerifiedTokens bounds the cache: an entry takes about 500 bytes without the key,
// which it shares with the cache of the directory.
const maxVerifiedTokens = 20_000

// verifiedToken is the claims of a token and the key that verified it.
type verifiedToken struct {
	claims *claims
	key    atcrypto.PublicKey
}

// verifiedTokens caches tokens whose form and signature were verified. Times,
// audience, method and whether the key is current are checked at each use, so
// an entry does not outlive its token or its key.
type verifiedTokens struct {
	cache *lru.Cache[[sha256.Size]byte, verifiedToken]
}

func newVerifiedTokens() *verifiedTokens {
	c, err := lru.New[[sha256.Size]byte, verifiedToken](maxVerifiedTokens)
	if err != nil {
		panic(err) // the size is a constant
	}
	return &verifiedTokens{c}
}

func (v *verifiedTokens) get(token string) (verifiedToken, bool) {
	return v.cache.Get(sha256.Sum256([]byte(token)))
}

func (v *verifiedTokens) put(token string, found verifiedToken) {
	v.cache.Add(sha256.Sum256([]byte(token)), found)
}
