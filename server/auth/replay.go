package auth

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// Use is one use of a token.
type Use struct {
	// Issuer and JTI name the token: (iss, jti), never its bytes.
	Issuer, JTI string
	// IssuedAt is iat in whole seconds since 1970.
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
)

func (s Spent) String() string { return [...]string{"fresh", "replayed", "too-old"}[s] }

// ReplayStore remembers which tokens were used.
//
// A store that does not remember everything refuses what it cannot judge:
// tokens issued up to and including the second in which its memory begins,
// since iat has no finer grain and a token of that second may have been used
// in the part of it that is forgotten.
type ReplayStore interface {
	// Spend records a use. Of any number of concurrent uses of one token one
	// is Fresh.
	Spend(ctx context.Context, u Use) (Spent, error)
}

// tokenID is what stores keep of a token. It names neither issuer nor jti, and
// the length in front keeps ("ab", "c") apart from ("a", "bc").
type tokenID [16]byte

func (u *Use) id() tokenID {
	buf := make([]byte, 0, 512)
	buf = binary.BigEndian.AppendUint32(buf, uint32(len(u.Issuer)))
	buf = append(append(buf, u.Issuer...), u.JTI...)
	sum := sha256.Sum256(buf)
	return tokenID(sum[:16])
}

// forgetAt is the second from which the token is refused for its age alone.
func (u *Use) forgetAt() int64 { return u.Expires.Add(Leeway).Unix() + 1 }
