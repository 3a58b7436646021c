package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// MaxUsesWithoutJTI is how often a token without jti may be used: software
// that leaves jti out makes equal tokens for all calls of one method within a
// second.
const MaxUsesWithoutJTI = 10

// Use is one use of a token.
type Use struct {
	// Issuer and JTI name the token: (iss, jti).
	Issuer, JTI string
	// Signed is the header and the payload as they were signed. It names a
	// token whose JTI is empty. The signature never counts: of one content an
	// issuer, and for ECDSA anybody, can make further signatures that hold.
	Signed []byte
	// IssuedAt is iat in whole seconds since 1970, or what stands for it. It
	// may lie ahead of our clock.
	IssuedAt int64
	// Expires is exp. The use is remembered until Leeway later.
	Expires time.Time
}

// Spent says what a store knows of a token.
type Spent int

const (
	// Fresh: first use, now remembered.
	Fresh Spent = iota
	// Replayed: used before.
	Replayed
	// TooOld: it may have been used before, in a time that the store does not
	// remember.
	TooOld
	// OverShare: the store is so full that the issuer may not have more tokens
	// remembered.
	OverShare
)

func (s Spent) String() string {
	return [...]string{"fresh", "replayed", "too-old", "over-share"}[s]
}

// fewMarks is how many tokens of one issuer are remembered as long as there is
// any room.
const fewMarks = 16

// share is how many tokens of one issuer a store remembers that has room for
// so many more: a sixteenth of what is left of nine tenths of it. One issuer
// that wants everything gets a seventeenth of that, and n of them n/(n+16)
// together, so there is always room for an issuer that has less than they. The
// last tenth is for those that have few.
func share(limit, held int64) int {
	return int(max(fewMarks, (limit-limit/10-held)/16))
}

// ReplayStore remembers which tokens were used.
//
// A store that does not remember everything refuses what it cannot judge:
// tokens issued up to and including the second in which its memory begins,
// since iat has no finer grain and a token of that second may have been used
// in the part of it that is forgotten.
type ReplayStore interface {
	// Spend records a use. Of any number of concurrent uses of one token one
	// is Fresh, or MaxUsesWithoutJTI where the token has no jti.
	Spend(ctx context.Context, u Use) (Spent, error)
}

// tokenID is what stores keep of a token: the first half names the issuer, the
// second one of its tokens. Both are keyed hashes, so that ids lead nobody who
// does not have the key to an account.
type tokenID [16]byte

// issuer is the half that all tokens of one issuer share.
func (id tokenID) issuer() issuerID { return issuerID(id[:8]) }

type issuerID [8]byte

// ids makes the ids of a store.
type ids struct {
	key [sha256.Size]byte
	// namespace tells the secret from others.
	namespace string
}

func newIDs(secret []byte) ids {
	h := ids{key: sha256.Sum256(secret)}
	sum := h.sum(hashNamespace, "")
	h.namespace = hex.EncodeToString(sum[:3])
	return h
}

// Kinds of content that is hashed.
const (
	hashNamespace = iota
	hashIssuer
	hashJTI
	hashContent
)

// sum is a hash of the key, the kind and the content. Of it a part is used, so
// that nobody can append to the content of a known one.
func (h *ids) sum(kind byte, content string) [sha256.Size]byte {
	buf := make([]byte, 0, 512)
	buf = append(append(append(buf, h.key[:]...), kind), content...)
	return sha256.Sum256(buf)
}

// of names a token by its jti, or by its content where it has none.
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

// max is how many uses the token has.
func (u *Use) max() int {
	if u.JTI == "" {
		return MaxUsesWithoutJTI
	}
	return 1
}

// forgetAt is the second from which the token is refused for its age alone.
func (u *Use) forgetAt() int64 { return u.Expires.Add(Leeway).Unix() + 1 }

// storedUse is what is remembered of a token: that it has been used so many
// times, and until when that matters.
type storedUse struct {
	id       tokenID
	forgetAt int64
	uses     int
}
