package xrpc

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"testing"
	"time"
)

// timedWriter and timedBody form a connection whose clock the test sets.
type timedWriter struct {
	*httptest.ResponseRecorder
	deadlines []time.Time
}

func (w *timedWriter) SetReadDeadline(t time.Time) error {
	w.deadlines = append(w.deadlines, t)
	return nil
}

// timedBody delivers chunks, each after a pause.
type timedBody struct {
	w      *timedWriter
	now    *time.Time
	pauses []time.Duration
	chunk  int
}

func (b *timedBody) Read(p []byte) (int, error) {
	if len(b.pauses) == 0 {
		return 0, io.EOF
	}
	until := b.w.deadlines[len(b.w.deadlines)-1]
	*b.now = b.now.Add(b.pauses[0])
	if b.now.After(until) {
		return 0, os.ErrDeadlineExceeded
	}
	b.pauses = b.pauses[1:]
	return min(len(p), b.chunk), nil
}

// These cases give the time that a body may take, on a test clock.
func TestBodyDeadlines(t *testing.T) {
	repeat := func(d time.Duration, n int) []time.Duration { return slices.Repeat([]time.Duration{d}, n) }
	for name, c := range map[string]struct {
		chunk  int
		pauses []time.Duration
		ok     bool
	}{
		"at once":                           {512, repeat(0, 100), true},
		"a pause within the grace":          {512, []time.Duration{14 * time.Second}, true},
		"nothing for longer than the grace": {512, []time.Duration{16 * time.Second}, false},
		"a byte now and then":               {1, repeat(time.Second, 60), false},
		"slow, but steadily":                {16 << 10, repeat(time.Second, 200), true},
		"half as fast":                      {8 << 10, repeat(time.Second, 200), false},
		"much, and then a pause":            {64 << 10, append(repeat(0, 32), 28*time.Second, 0), true},
		"much, and then nothing":            {64 << 10, append(repeat(0, 32), 31*time.Second, 0), false},
	} {
		t.Run(name, func(t *testing.T) {
			now := time.Unix(1_800_000_000, 0)
			w := &timedWriter{ResponseRecorder: httptest.NewRecorder()}
			r := httptest.NewRequest(http.MethodPost, "/", &timedBody{w, &now, c.pauses, c.chunk})
			r.ContentLength = -1
			b := newBody(w, r, 64<<20, "")
			b.start, b.now = now, func() time.Time { return now }
			_, err := b.readAll()
			var e *Error
			switch {
			case c.ok && err != nil:
				t.Errorf("it is cut after %v: %v", now.Sub(b.start), err)
			case !c.ok && (!errors.As(err, &e) || e.Status != http.StatusRequestTimeout):
				t.Errorf("after %v: %v", now.Sub(b.start), err)
			}
			// The deadline of a body that was read completely must not end the
			// request.
			if last := w.deadlines[len(w.deadlines)-1]; c.ok != last.IsZero() {
				t.Errorf("the last deadline is %v", last)
			}
		})
	}
}
