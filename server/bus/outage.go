package bus

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	// firstPause and longestPause bound the time between two attempts to
	// subscribe to one channel. Each attempt is made within half and one and a
	// half of its pause, so that neither the channels nor the instances come at
	// the same time.
	firstPause   = time.Second
	longestPause = 30 * time.Second
	// movedPause is the first one for a channel that has moved to another node.
	movedPause = 100 * time.Millisecond
	// logAgain is how often an outage is logged while it lasts.
	logAgain = time.Minute
)

// outage is what the channels have in common while they cannot subscribe. When
// one of them can again, the others try at once.
type outage struct {
	log *slog.Logger
	now func() time.Time

	mu sync.Mutex
	// failing counts the channels without a subscription since their last one.
	failing int
	logged  time.Time
	// over is closed when a channel that failed has a subscription.
	over chan struct{}
}

func newOutage(log *slog.Logger) *outage {
	return &outage{log: log, now: time.Now, over: make(chan struct{})}
}

// attempts belongs to one channel.
type attempts struct {
	*outage
	n int
}

// failed notes that the channel has no subscription, and returns how long to
// wait, and what ends the wait earlier.
func (a *attempts) failed(reason error) (time.Duration, <-chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.n == 0 {
		a.failing++
	}
	pause := min(firstPause<<min(a.n, 10), longestPause)
	if a.n == 0 && errors.Is(reason, errMoved) {
		pause = movedPause
	}
	a.n++
	// A channel that has moved is subscribed again at the next attempt.
	if now := a.now(); (a.n > 1 || !errors.Is(reason, errMoved)) && now.Sub(a.logged) >= logAgain {
		a.logged = now
		a.log.Warn("no messages of other instances arrive from Redis", "channels", a.failing, "reason", reason)
	}
	return pause/2 + rand.N(pause), a.over
}

// succeeded notes that the channel has a subscription.
func (a *attempts) succeeded() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.n == 0 {
		return
	}
	a.n = 0
	if a.failing--; a.failing == 0 && !a.logged.IsZero() {
		a.logged = time.Time{}
		a.log.Info("messages of other instances arrive from Redis again")
	}
	close(a.over)
	a.over = make(chan struct{})
}

// wait returns false when ctx ends.
func wait(ctx context.Context, pause time.Duration, over <-chan struct{}) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-over:
	case <-timer.C:
	}
	return true
}
