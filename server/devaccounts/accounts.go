package devaccounts

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
	lru "github.com/hashicorp/golang-lru/v2"
)

// maxAccounts bounds the memory: the account that was used longest ago is forgotten.
const maxAccounts = 10_000

// Accounts is a bounded memory of accounts. It may be used by several goroutines.
type Accounts struct {
	keys *lru.Cache[string, atcrypto.PublicKey]
}

// New makes an empty Accounts.
func New() *Accounts {
	keys, err := lru.New[string, atcrypto.PublicKey](maxAccounts)
	if err != nil {
		panic(err) // the size is a constant
	}
	return &Accounts{keys}
}

// plcEncoding is how the PLC directory writes its identifiers: 24 characters for 15
// bytes.
var plcEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// hashBytes is how many bytes of the hash are in a DID.
const hashBytes = 15

// Add makes the account of a public key (a Multikey, such as zDna…) known and returns
// its DID: did:plc: and the first 15 bytes of the SHA-256 of the compressed point.
func (a *Accounts) Add(multikey string) (did string, err error) {
	key, err := atcrypto.ParsePublicMultibase(multikey)
	if err != nil {
		return "", fmt.Errorf("parse the public key: %w", err)
	}
	hash := sha256.Sum256(key.Bytes())
	did = "did:plc:" + strings.ToLower(plcEncoding.EncodeToString(hash[:hashBytes]))
	a.keys.Add(did, key)
	return did, nil
}

// Key returns the signing key of an account, if it is one of these.
func (a *Accounts) Key(did string) (atcrypto.PublicKey, bool) { return a.keys.Get(did) }
