package auth

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math"
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
	// is Fresh, or MaxUsesWithoutJTI where the token has no jti.
	Spend(ctx context.Context, u Use) (Spent, error)
}

// tokenID is what stores keep of a token. It names neither issuer nor jti. The
// length in front keeps ("ab", "c") apart from ("a", "bc"), and tokens that are
// named by their jti apart from those that are named by their content.
type tokenID [16]byte

func (u *Use) id() tokenID {
	buf := make([]byte, 0, 512)
	if u.JTI == "" {
		buf = append(binary.BigEndian.AppendUint32(buf, math.MaxUint32), u.Signed...)
	} else {
		buf = binary.BigEndian.AppendUint32(buf, uint32(len(u.Issuer)))
		buf = append(append(buf, u.Issuer...), u.JTI...)
	}
	sum := sha256.Sum256(buf)
	return tokenID(sum[:16])
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
