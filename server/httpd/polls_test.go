package httpd

import (
	"testing"
	"time"
)

// TestPollsAreSampled: of the polls of a page one a minute is logged, and every
// change of the status.
func TestPollsAreSampled(t *testing.T) {
	now := time.Now()
	s := &pollSampler{now: func() time.Time { return now }}
	logged, skipped := 0, 0
	ask := func(route string, status int) {
		if n, ok := s.sample(&outcome{nsid: route, status: status}); ok {
			logged++
			skipped += n
		}
	}
	for range 61 {
		ask("/health/ready", 200)
		now = now.Add(2 * time.Second)
	}
	if logged != 3 || skipped != 58 {
		t.Errorf("%d lines, %d polls without one", logged, skipped)
	}
	ask("/health/ready", 503)
	ask("/health/ready", 503)
	ask("/health", 200)
	ask("_health", 200)
	if logged != 6 {
		t.Errorf("a change, and two other pages: %d lines", logged-3)
	}
	for range 5 {
		ask("blue.catbird.mls.sync", 200)
	}
	if logged != 11 {
		t.Errorf("%d of 5 calls are logged", logged-6)
	}
}
