package convo

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// PseudonymPrefix begins every pseudonym. No directory resolves this DID method.
const PseudonymPrefix = "did:erased:"

// Pseudonyms replace the DIDs of erased accounts where other members need a row:
// the leaf of an erased account stays in the ratchet tree until a member commits
// its removal. A pseudonym is a keyed hash, so that only the service can tell
// whether a given DID belongs to it.
type Pseudonyms struct{ key []byte }

// NewPseudonyms returns Pseudonyms that are made with key.
func NewPseudonyms(key []byte) Pseudonyms { return Pseudonyms{key} }

var lowerBase32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Of returns the pseudonym of a DID: 16 bytes of HMAC-SHA-256, in base32.
func (p Pseudonyms) Of(did string) string {
	h := hmac.New(sha256.New, p.key)
	h.Write([]byte(did))
	return PseudonymPrefix + lowerBase32.EncodeToString(h.Sum(nil)[:16])
}

// IsPseudonym reports whether a DID is a pseudonym.
func IsPseudonym(did string) bool { return strings.HasPrefix(did, PseudonymPrefix) }
