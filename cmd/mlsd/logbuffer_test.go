package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"catbird.blue/mls/internal/dbtest"
)

// writes records each Write, or makes it fail.
type writes struct {
	mu   sync.Mutex
	all  []string
	fail bool
}

func (w *writes) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fail {
		return 0, errors.New("the disk is full")
	}
	w.all = append(w.all, string(p))
	return len(p), nil
}

// want compares the writes since the last call.
func (w *writes) want(t *testing.T, when string, want ...string) {
	t.Helper()
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Equal(w.all, want) {
		t.Errorf("%s: written %q, want %q", when, w.all, want)
	}
	w.all = nil
}

// buffered runs f with a buffered log and a fake clock.
func buffered(t *testing.T, f func(t *testing.T, w *writes, b *logBuffer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &writes{}
		f(t, w, newLogBuffer(w))
	})
}

func TestLogWaitsForTheDelay(t *testing.T) {
	buffered(t, func(t *testing.T, w *writes, b *logBuffer) {
		for range 2 {
			time.Sleep(time.Hour)
			fmt.Fprint(b, "a\n")
			time.Sleep(logDelay - 1)
			fmt.Fprint(b, "b\n")
			w.want(t, "before the delay")
			time.Sleep(time.Nanosecond)
			w.want(t, "after the delay of the first", "a\nb\n")
			if b.timer.Stop() {
				t.Error("a timer runs and nothing waits")
			}
		}
	})
}

func TestLogWarnsAtOnce(t *testing.T) {
	for _, level := range []slog.Level{slog.LevelWarn, slog.LevelError, slog.LevelError + 4} {
		buffered(t, func(t *testing.T, w *writes, b *logBuffer) {
			root := logger(&Config{LogFormat: "text"}, b, slog.LevelDebug)
			for name, log := range map[string]*slog.Logger{"plain": root, "attributes": root.With("a", 1), "group": root.WithGroup("g").With("a", 1)} {
				log.Debug("first")
				root.Info("second")
				w.want(t, name)
				log.Log(t.Context(), level, "third")
				synctest.Wait()
				if len(w.all) != 1 || strings.Count(w.all[0], "\n") != 3 {
					t.Fatalf("%s: written %q", name, w.all)
				}
				for i, line := range strings.Split(strings.TrimSuffix(w.all[0], "\n"), "\n") {
					if !strings.Contains(line, "msg="+[]string{"first", "second", "third"}[i]) {
						t.Errorf("%s: line %d is %s", name, i, line)
					}
				}
				w.all = nil
				if b.timer.Stop() {
					t.Error("a timer runs and nothing waits")
				}
			}
		})
	}
}

func TestFullLogBufferIsWritten(t *testing.T) {
	buffered(t, func(t *testing.T, w *writes, b *logBuffer) {
		half, huge := strings.Repeat("x", logPiece/2-1)+"\n", strings.Repeat("y", logPiece)+"\n"
		fmt.Fprint(b, half)
		fmt.Fprint(b, half)
		w.want(t, "as much as fits")
		time.Sleep(logDelay / 2)
		fmt.Fprint(b, "a\n")
		w.want(t, "one more", half+half)
		time.Sleep(logDelay - 1)
		w.want(t, "the delay begins anew")
		fmt.Fprint(b, huge)
		w.want(t, "what never fits", "a\n", huge)
		fmt.Fprint(b, "b\n")
		time.Sleep(logDelay)
		w.want(t, "and later", "b\n")
	})
}

func TestLogBufferEnd(t *testing.T) {
	buffered(t, func(t *testing.T, w *writes, b *logBuffer) {
		fmt.Fprint(b, "a\n")
		b.end()
		w.want(t, "at the end", "a\n")
		fmt.Fprint(b, "b\n")
		w.want(t, "after the end", "b\n")
		b.end()
		time.Sleep(logDelay)
		w.want(t, "ended twice")
	})
}

func TestLogGoesOnAfterAnError(t *testing.T) {
	buffered(t, func(t *testing.T, w *writes, b *logBuffer) {
		w.fail = true
		fmt.Fprint(b, "lost\n")
		time.Sleep(logDelay)
		synctest.Wait()
		w.fail = false
		fmt.Fprint(b, "a\n")
		time.Sleep(logDelay)
		w.want(t, "after an error", "a\n")
	})
}

// TestConcurrentLogging lets many goroutines log while the clock advances and warnings
// are written.
func TestConcurrentLogging(t *testing.T) {
	const many, lines = 8, 2000
	w := &writes{}
	b := newLogBuffer(w)
	var group sync.WaitGroup
	for n := range many {
		group.Go(func() {
			for i := range lines {
				fmt.Fprintf(b, "%d %d %s\n", n, i, strings.Repeat("x", i%200))
				switch {
				case i%500 == 0:
					time.Sleep(logDelay)
				case i%50 == 0:
					b.flush()
				}
			}
		})
	}
	group.Wait()
	b.end()
	next := map[int]int{}
	for _, piece := range w.all {
		if len(piece) > logPiece || !strings.HasSuffix(piece, "\n") {
			t.Fatalf("a piece of %d bytes ends with %.20q", len(piece), piece[max(0, len(piece)-20):])
		}
		for line := range strings.Lines(piece) {
			var n, i int
			if _, err := fmt.Sscanf(line, "%d %d ", &n, &i); err != nil || i != next[n] || line != fmt.Sprintf("%d %d %s\n", n, i, strings.Repeat("x", i%200)) {
				t.Fatalf("after line %d of %d comes %q (%v)", next[n]-1, n, line, err)
			}
			next[n]++
		}
	}
	for n := range many {
		if next[n] != lines {
			t.Errorf("%d lines of %d, not %d", next[n], n, lines)
		}
	}
}

// TestLogComesBeforeTheError checks that the lines logged during a failed start
// are written before the program prints its error.
func TestLogComesBeforeTheError(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "blobs"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, errOut := try(t, []string{"DATABASE_URL=" + dbtest.Empty(t), "SERVER_PORT=0", "MLS_METRICS_LISTEN=off", "MLS_DATA_DIR=" + dir}, "serve")
	migrated, failed := strings.Index(errOut, `"msg":"migrated"`), strings.Index(errOut, "\nmlsd: ")
	if code != 1 || migrated < 0 || failed < migrated {
		t.Errorf("ends with %d:\n%s", code, errOut)
	}
}
