package auth

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// probePause is how often a lost Redis is tried again.
const probePause = 500 * time.Millisecond

// RedisReplayConfig configures a RedisReplay.
type RedisReplayConfig struct {
	// Client should honour the deadlines of contexts, see NewRedisClient. It
	// is not closed.
	Client redis.UniversalClient
	// OnChange, where set, hears when Redis is lost (with the reason) and
	// when it is back.
	OnChange func(up bool, reason error)
	Metrics  *Metrics

	// For tests of this package.
	now func() time.Time
}

// RedisReplay is a ReplayStore shared by several instances through Redis,
// version 5 or later, or Redis Cluster. Its Redis needs maxmemory-policy
// noeviction: evicting single tokens cannot be noticed.
//
// Losing Redis costs no availability. From that moment on each instance
// remembers for itself, beginning empty, so it refuses tokens issued until
// then; a token could now be used once at each instance, which the metrics
// tell. When Redis returns, what was accepted meanwhile is recorded there
// before it is asked again.
//
// Not covered: when Redis forgets and every instance restarts within the same
// half minute, a token of an issuer whose clock is ahead of ours by longer
// than that took could be used once more.
type RedisReplay struct {
	client   redis.UniversalClient
	onChange func(bool, error)
	metrics  *Metrics
	now      func() time.Time

	// latest is the highest iat accepted here. Memory that begins anew
	// begins no earlier: iat may lie ahead of our clock by the leeway.
	latest atomic.Int64

	mu sync.RWMutex
	// local is in charge while Redis is lost, else nil.
	local *MemoryReplay

	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// NewRedisReplay begins to keep single use in Redis, or in process where Redis
// does not answer. Close ends it.
func NewRedisReplay(ctx context.Context, cfg RedisReplayConfig) *RedisReplay {
	r := &RedisReplay{client: cfg.Client, onChange: cfg.OnChange, metrics: cfg.Metrics.orUnregistered(), now: cfg.now}
	if r.onChange == nil {
		r.onChange = func(bool, error) {}
	}
	if r.now == nil {
		r.now = time.Now
	}
	r.ctx, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if err := beginBuckets(ctx, r.client, r.begin()); err != nil {
		r.lose(err)
	} else {
		r.metrics.RedisUp.Set(1)
	}
	return r
}

// Close stops looking for a lost Redis.
func (r *RedisReplay) Close() {
	r.cancel()
	r.wg.Wait()
}

// begin is the second with which memory that starts empty now begins.
func (r *RedisReplay) begin() int64 { return max(r.now().Unix(), r.latest.Load()) }

// Spend implements ReplayStore. It returns no error: there is always a store.
func (r *RedisReplay) Spend(ctx context.Context, u Use) (Spent, error) {
	if spent, ok := r.spendLocal(ctx, u); ok {
		return spent, nil
	}
	code, err := spendRedis(ctx, r.client, &u, r.now().Unix(), r.begin())
	if err != nil {
		r.metrics.Replay.WithLabelValues("redis", "error").Inc()
		r.lose(err)
		// Redis may or may not have recorded this use. Local memory begins
		// after the token was issued, so it is refused for that.
		spent, ok := r.spendLocal(ctx, u)
		if !ok {
			spent = TooOld
		}
		return spent, nil
	}
	spent := r.judge(ctx, code, &u)
	r.metrics.Replay.WithLabelValues("redis", spent.String()).Inc()
	return spent, nil
}

func (r *RedisReplay) judge(ctx context.Context, code int, u *Use) Spent {
	switch code {
	case 1:
		for old := r.latest.Load(); u.IssuedAt > old && !r.latest.CompareAndSwap(old, u.IssuedAt); {
			old = r.latest.Load()
		}
		return Fresh
	case 0:
		return Replayed
	case -2:
		if err := beginBuckets(ctx, r.client, r.begin()); err != nil {
			r.lose(err)
		}
	}
	return TooOld
}

// spendLocal holds the lock while the local store records, so that nothing is
// recorded there after it was moved to Redis.
func (r *RedisReplay) spendLocal(ctx context.Context, u Use) (Spent, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.local == nil {
		return 0, false
	}
	spent, err := r.local.Spend(ctx, u)
	return spent, err == nil
}

// lose puts an empty local store in charge and looks for Redis from now on.
func (r *RedisReplay) lose(reason error) {
	r.mu.Lock()
	if r.local != nil || r.ctx.Err() != nil {
		r.mu.Unlock()
		return
	}
	r.local = newMemoryReplay(MemoryReplayConfig{Metrics: r.metrics, now: r.now})
	r.local.notBefore = r.begin()
	r.wg.Go(r.lookForRedis)
	r.metrics.RedisUp.Set(0)
	r.metrics.RedisLost.Inc()
	r.mu.Unlock()
	r.onChange(false, reason)
}

func (r *RedisReplay) lookForRedis() {
	tick := time.NewTicker(probePause)
	defer tick.Stop()
	for {
		select {
		case <-r.ctx.Done():
			return
		case <-tick.C:
		}
		if r.comeBack() {
			r.onChange(true, nil)
			return
		}
	}
}

// comeBack moves what the local store remembers to Redis and hands over.
func (r *RedisReplay) comeBack() bool {
	local := r.local // changed by this goroutine only, until it is nil
	if beginBuckets(r.ctx, r.client, r.begin()) != nil {
		return false
	}
	defer local.stopJournal()
	if pushUses(r.ctx, r.client, local.snapshot(), r.now().Unix()) != nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if pushUses(r.ctx, r.client, local.journalled(), r.now().Unix()) != nil {
		return false
	}
	r.local = nil
	r.metrics.RedisUp.Set(1)
	return true
}
