package auth

import (
	"crypto/sha256"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	lru "github.com/hashicorp/golang-lru/v2"
)

// maxVerdicts bounds the tokens remembered: about 150 bytes each, keys being
// shared with the directory's cache.
const maxVerdicts = 50_000

// verdicts remembers by which key the signature of a token held. Only that is
// remembered: times, audience, method and the key's currency are judged
// anew, so an entry cannot outlive its token or its key.
type verdicts struct {
	cache *lru.Cache[[sha256.Size]byte, atcrypto.PublicKey]
}

func newVerdicts() *verdicts {
	c, err := lru.New[[sha256.Size]byte, atcrypto.PublicKey](maxVerdicts)
	if err != nil {
		panic(err) // the size is a constant
	}
	return &verdicts{c}
}

// get returns the key by which the token was found good, nil where it was not
// seen.
func (v *verdicts) get(token string) atcrypto.PublicKey {
	key, _ := v.cache.Get(sha256.Sum256([]byte(token)))
	return key
}

func (v *verdicts) put(token string, key atcrypto.PublicKey) {
	v.cache.Add(sha256.Sum256([]byte(token)), key)
}
