package mlstest

import (
	"crypto/elliptic"
	"crypto/rand"
	"io"
	mrand "math/rand/v2"
	"sync"
	"time"
)

// Sources of randomness and time. Deterministic replaces them.
var (
	sourceMu sync.Mutex
	source   io.Reader = rand.Reader
	now                = time.Now
)

// Deterministic makes all objects that this package makes from here on depend
// only on the seed and the sequence of calls, with a clock that stands still.
// Fuzzing needs this, because each of its processes must make the same objects.
// restore ends it. Tests that run in parallel must not use it.
func Deterministic(seed [32]byte, at time.Time) (restore func()) {
	set := func(r io.Reader, clock func() time.Time) {
		sourceMu.Lock()
		defer sourceMu.Unlock()
		source, now = r, clock
	}
	set(mrand.NewChaCha8(seed), func() time.Time { return at })
	return func() { set(rand.Reader, time.Now) }
}

// Random returns n random bytes.
func Random(n int) []byte {
	sourceMu.Lock()
	defer sourceMu.Unlock()
	b := make([]byte, n)
	_, err := io.ReadFull(source, b)
	check(err)
	return b
}

// scalar makes a private key for a NIST curve. Its top byte is small, so that
// it is below the order of the curve; it is not zero.
func scalar(c elliptic.Curve) []byte {
	b := Random((c.Params().BitSize + 7) / 8)
	b[0] &= 0x01
	b[len(b)-1] |= 1
	return b
}
