package redislink

import (
	"context"
	"sync"
	"time"
)

const (
	// firstPause is how long after it was lost Redis is tried again, and how
	// often then.
	firstPause = 500 * time.Millisecond
	// longestPause: a Redis that is lost again soon after it was back is tried
	// less and less often, down to this. Each loss costs callers something, so
	// one that is just about full must not be lost and found all the time.
	longestPause = time.Minute
	// steady is how long Redis has to be of use to be trusted as before.
	steady = time.Minute
)

// WatchConfig configures a Watch.
type WatchConfig struct {
	// Restore tries what failed, and goes back to using Redis where it
	// succeeds. It has to write what callers write.
	Restore func(ctx context.Context) error
	// OnChange, where set, hears when Redis is lost (with the reason) and when
	// it is back.
	OnChange func(up bool, reason error)
	// Pause is how often a lost Redis is tried; 0 for twice a second.
	Pause time.Duration
}

// Watch looks for a Redis that was lost.
type Watch struct {
	WatchConfig
	ctx    context.Context
	cancel context.CancelFunc

	mu    sync.Mutex
	pause time.Duration
	back  time.Time
	wg    sync.WaitGroup
}

// NewWatch makes a Watch. Close ends it; ctx does not, but lends its values.
func NewWatch(ctx context.Context, c WatchConfig) *Watch {
	if c.OnChange == nil {
		c.OnChange = func(bool, error) {}
	}
	if c.Pause == 0 {
		c.Pause = firstPause
	}
	w := &Watch{WatchConfig: c, pause: c.Pause}
	w.ctx, w.cancel = context.WithCancel(context.WithoutCancel(ctx))
	return w
}

// Lost begins to look for Redis. Whoever calls has stopped to use it, and calls
// once for each time that it did.
func (w *Watch) Lost(reason error) {
	w.mu.Lock()
	if w.ctx.Err() != nil {
		w.mu.Unlock()
		return
	}
	if !w.back.IsZero() && time.Since(w.back) < steady {
		w.pause = min(2*w.pause, longestPause)
	} else {
		w.pause = w.Pause
	}
	pause := w.pause
	w.wg.Go(func() { w.look(pause) })
	w.mu.Unlock()
	w.OnChange(false, reason)
}

func (w *Watch) look(pause time.Duration) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		select {
		case <-w.ctx.Done():
			return
		case <-tick.C:
		}
		// Before Restore: from then on Redis may be lost again.
		w.mu.Lock()
		w.back = time.Now()
		w.mu.Unlock()
		if w.Restore(w.ctx) == nil {
			w.OnChange(true, nil)
			return
		}
	}
}

// Go runs f until the Watch is closed, which ends the context.
func (w *Watch) Go(f func(ctx context.Context)) { w.wg.Go(func() { f(w.ctx) }) }

// Every calls f again and again until the Watch is closed, the first time at
// once.
func (w *Watch) Every(d time.Duration, f func(ctx context.Context)) {
	w.Go(func(ctx context.Context) {
		tick := time.NewTicker(d)
		defer tick.Stop()
		for ctx.Err() == nil {
			f(ctx)
			select {
			case <-ctx.Done():
			case <-tick.C:
			}
		}
	})
}

// Closed says whether Close was called.
func (w *Watch) Closed() bool { return w.ctx.Err() != nil }

// Close ends the Watch and waits for what it does.
func (w *Watch) Close() {
	w.mu.Lock()
	w.cancel()
	w.mu.Unlock()
	w.wg.Wait()
}
