package mlstest

import (
	"crypto/elliptic"
	"crypto/rand"
	"io"
	mrand "math/rand/v2"
	"sync"
	"time"
)

// Where randomness and the time come from.
var (
	sourceMu sync.Mutex
	source   io.Reader = rand.Reader
	now                = time.Now
)

// Deterministic makes everything this package makes from here on a function of
// the seed and of the calls, at a clock that stands: fuzzing needs the same
// objects in each of its processes. restore ends it. It is not for tests that
// run in parallel.
func Deterministic(seed [32]byte, at time.Time) (restore func()) {
	set := func(r io.Reader, clock func() time.Time) {
		sourceMu.Lock()
		defer sourceMu.Unlock()
		source, now = r, clock
	}
	set(mrand.NewChaCha8(seed), func() time.Time { return at })
	return func() { set(rand.Reader, time.Now) }
}

// Random gives n random bytes.
func Random(n int) []byte {
	sourceMu.Lock()
	defer sourceMu.Unlock()
	b := make([]byte, n)
	_, err := io.ReadFull(source, b)
	check(err)
	return b
}

// scalar makes a private key of a NIST curve: below the order, since its top
// byte is small, and not zero.
func scalar(c elliptic.Curve) []byte {
	b := Random((c.Params().BitSize + 7) / 8)
	b[0] &= 0x01
	b[len(b)-1] |= 1
	return b
}
