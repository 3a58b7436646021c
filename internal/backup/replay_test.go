package backup

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"catbird.blue/mls/internal/dbtest"
)

// A segment that was fetched ahead is taken before its request is seen, and asked for
// again: the second request, which cannot be told from the first, is answered too.
func TestSegmentAskedForTwice(t *testing.T) {
	const size = 16 << 20
	spool := t.TempDir()
	name := func(n int64) string { return segment{1, n}.name(size) }
	for n := range int64(4) {
		if err := os.WriteFile(filepath.Join(spool, name(n)), []byte{byte(n)}, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f, err := newFeeder(filepath.Join(dbtest.Dir(t), "log"), nil, &archive{files: map[string]string{}}, spool, size)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(n int64) {
		t.Helper()
		if err := os.WriteFile(f.wanted(name(n)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	take := func(n int64) bool { return os.Remove(f.given(name(n))) == nil }
	serve := func() (stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- f.run(ctx) }()
		return func() {
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	}
	ask(0)
	stop := serve()
	eventually(t, "the first segment", func() bool { return take(0) })
	eventually(t, "those after it", func() bool {
		_, err := os.Stat(f.given(name(3)))
		f.mu.Lock()
		defer f.mu.Unlock()
		return err == nil && len(f.fetching) == 0
	})
	stop()

	// Now nobody looks at requests.
	ask(1)
	if !take(1) {
		t.Fatal("the second segment was not fetched ahead")
	}
	ask(1)
	stop = serve()
	eventually(t, "the second segment again", func() bool { return take(1) })
	ask(1)
	eventually(t, "the second segment a third time", func() bool { return take(1) })
	stop()
	if err := f.failure(); err != nil {
		t.Error(err)
	}
}
