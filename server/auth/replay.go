package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// MaxUsesWithoutJTI is how often a token without jti may be used. Software that
// leaves jti out makes identical tokens for all calls of one method within a
// second.
const MaxUsesWithoutJTI = 10

// Use is one use of a token.
type Use struct {
	// Issuer and JTI (iss, jti) identify the token.
	Issuer, JTI string
	// Signed is the signed header and payload. It identifies a token without
	// JTI. The signature is not part of the identity: the issuer, and with
	// ECDSA anyone, can make further valid signatures of the same content.
	Signed []byte
	// IssuedAt is iat in whole seconds since 1970, or its estimate for a token
	// without iat. It may be ahead of our clock.
	IssuedAt int64
	// Expires is exp. The use is remembered until Expires plus Leeway.
	Expires time.Time
}

// Spent is the answer of a ReplayStore about a token.
type Spent int

const (
	// Fresh: this is the first use, and it is now recorded.
	Fresh Spent = iota
	// Replayed: the token was used before.
	Replayed
	// TooOld: the token may have been used before, but records of that time are
	// lost.
	TooOld
	// OverShare: the store is nearly full and the issuer has its share of it.
	OverShare
)

func (s Spent) String() string {
	return [...]string{"fresh", "replayed", "too-old", "over-share"}[s]
}

// guaranteedMarks is how many tokens of one issuer are remembered as long as the store
// is not full.
const guaranteedMarks = 16

// share is how many tokens of one issuer are remembered in a store of size
// limit that holds held of them: a sixteenth of the free part of its first nine
// tenths. An issuer that sends without limit ends up with a seventeenth of the
// nine tenths, and n such issuers with n/(n+16) of them, so an issuer with
// fewer tokens always finds room. The last tenth is for issuers with fewer than
// guaranteedMarks.
func share(limit, held int64) int {
	return int(max(guaranteedMarks, (limit-limit/10-held)/16))
}

// ReplayStore remembers which tokens were used.
//
// A store that lost records refuses all tokens that may have been used in that
// time: those issued up to and including the second in which its records begin.
// That second is included because iat has a resolution of one second.
type ReplayStore interface {
	// Spend records a use. Of any number of concurrent uses of one token, one
	// is Fresh, or MaxUsesWithoutJTI of them if the token has no jti.
	Spend(ctx context.Context, u Use) (Spent, error)
}

// tokenID identifies a token in a store. The first half stands for the issuer,
// the second for the token. Both are keyed hashes, so that they reveal the
// account only to someone who has the key.
type tokenID [16]byte

// issuer returns the half that is the same for all tokens of one issuer.
func (id tokenID) issuer() issuerID { return issuerID(id[:8]) }

type issuerID [8]byte

// ids computes the tokenIDs of a store.
type ids struct {
	key [sha256.Size]byte
	// namespace identifies the secret without revealing it.
	namespace string
}

func newIDs(secret []byte) ids {
	h := ids{key: sha256.Sum256(secret)}
	sum := h.sum(hashNamespace, "")
	h.namespace = hex.EncodeToString(sum[:3])
	return h
}

// Kinds of content to hash.
const (
	hashNamespace = iota
	hashIssuer
	hashJTI
	hashContent
)

// sum hashes the key, the kind and the content. Callers use only a part of the
// result, which prevents length extension.
func (h *ids) sum(kind byte, content string) [sha256.Size]byte {
	buf := make([]byte, 0, 512)
	buf = append(append(append(buf, h.key[:]...), kind), content...)
	return sha256.Sum256(buf)
}

// of returns the id of a token, by its jti or, without one, by its content.
func (h *ids) of(u *Use) (id tokenID) {
	kind, name := byte(hashJTI), u.JTI
	if name == "" {
		kind, name = hashContent, string(u.Signed)
	}
	issuer, token := h.sum(hashIssuer, u.Issuer), h.sum(kind, name)
	copy(id[:8], issuer[:])
	copy(id[8:], token[:])
	return id
}

// max returns how many uses the token allows.
func (u *Use) max() int {
	if u.JTI == "" {
		return MaxUsesWithoutJTI
	}
	return 1
}

// forgetAt returns the second from which the token is refused because it has
// expired.
func (u *Use) forgetAt() int64 { return u.Expires.Add(Leeway).Unix() + 1 }

// storedUse records how often a token has been used, and until when that must
// be remembered.
type storedUse struct {
	id       tokenID
	forgetAt int64
	uses     int
}
