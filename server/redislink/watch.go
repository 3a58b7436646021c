package redislink

import (
	"context"
	"sync"
	"time"
)

const (
	// firstPause is the time from the loss to the first probe, and between
	// further probes.
	firstPause = 500 * time.Millisecond
	// longestPause is the upper bound of the pause. A Redis that is lost again
	// soon after it was restored is probed at growing intervals: each loss
	// affects callers, so a Redis that is nearly full must not alternate
	// between the two states.
	longestPause = time.Minute
	// steady is how long Redis must work before the pause is reset.
	steady = time.Minute
)

// WatchConfig configures a Watch.
type WatchConfig struct {
	// Restore tries again what failed, and switches back to Redis if it
	// succeeds. It must write what callers write.
	Restore func(ctx context.Context) error
	// OnChange, if set, is called when Redis is lost (with the reason) and when
	// it is restored.
	OnChange func(up bool, reason error)
	// Pause is the interval between probes; 0 for twice a second.
	Pause time.Duration
}

// Watch probes a lost Redis until it can be used again.
type Watch struct {
	WatchConfig
	ctx    context.Context
	cancel context.CancelFunc

	mu    sync.Mutex
	pause time.Duration
	back  time.Time
	wg    sync.WaitGroup
}

// NewWatch makes a Watch, which must be closed. It uses the values of ctx but
// does not end with it.
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

// Lost starts the probes. The caller calls it once each time it stops using
// Redis.
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
		// This precedes Restore, after which Redis may be lost again at once.
		w.mu.Lock()
		w.back = time.Now()
		w.mu.Unlock()
		if w.Restore(w.ctx) == nil {
			w.OnChange(true, nil)
			return
		}
	}
}

// Go runs f until the Watch is closed, which cancels the context.
func (w *Watch) Go(f func(ctx context.Context)) { w.wg.Go(func() { f(w.ctx) }) }

// Every calls f at intervals until the Watch is closed, the first time at once.
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

// Closed reports whether Close was called.
func (w *Watch) Closed() bool { return w.ctx.Err() != nil }

// Close ends the Watch and waits for its goroutines.
func (w *Watch) Close() {
	w.mu.Lock()
	w.cancel()
	w.mu.Unlock()
	w.wg.Wait()
}
