package auth

import (
	"context"
	"sync"
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
// Tokens that were issued ahead of our clock (ClockError allows it) are
// remembered by the instance too, so that memory can begin at the second in
// which Redis was lost or emptied and one issuer's clock costs no other issuer
// anything. Not covered: where Redis is emptied, such a token could be used
// once more at another instance, or at one that has just been restarted.
type RedisReplay struct {
	client   redis.UniversalClient
	onChange func(bool, error)
	metrics  *Metrics
	now      func() time.Time

	// local is in charge while Redis is lost. At other times it has the
	// tokens of which one cannot tell by their issue that they were used
	// before that.
	local *MemoryReplay

	mu   sync.RWMutex
	lost bool

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
	r.local = newMemoryReplay(MemoryReplayConfig{Metrics: r.metrics, now: r.now})
	r.ctx, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if err := beginBuckets(ctx, r.client, r.now().Unix()); err != nil {
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

// Spend implements ReplayStore. It returns no error: there is always a store.
func (r *RedisReplay) Spend(ctx context.Context, u Use) (Spent, error) {
	// The time is taken first: if Redis is lost meanwhile, local memory begins
	// no earlier.
	now := r.now().Unix()
	if spent, ok := r.spendLocal(ctx, &u); ok {
		return spent, nil
	}
	if u.IssuedAt > now {
		// Before Redis is asked: it may be lost before it answers.
		if spent := r.local.note(&u); spent != Fresh {
			r.metrics.Replay.WithLabelValues("redis", spent.String()).Inc()
			return spent, nil
		}
	}
	code, err := spendRedis(ctx, r.client, &u, now)
	if err != nil {
		r.metrics.Replay.WithLabelValues("redis", "error").Inc()
		r.lose(err)
		// Redis may or may not have recorded this use.
		return TooOld, nil
	}
	spent := r.judge(ctx, code)
	r.metrics.Replay.WithLabelValues("redis", spent.String()).Inc()
	return spent, nil
}

func (r *RedisReplay) judge(ctx context.Context, code int) Spent {
	switch code {
	case 1:
		return Fresh
	case 0:
		return Replayed
	case -2:
		if err := r.begin(ctx); err != nil {
			r.lose(err)
		}
	}
	return TooOld
}

// begin makes all of Redis remember from now on, and gives it what this
// instance remembers.
func (r *RedisReplay) begin(ctx context.Context) error {
	if err := beginBuckets(ctx, r.client, r.now().Unix()); err != nil {
		return err
	}
	return pushUses(ctx, r.client, r.local.remembered(), r.now().Unix())
}

// spendLocal holds the lock while the local store records, so that nothing is
// recorded there after it was moved to Redis.
func (r *RedisReplay) spendLocal(ctx context.Context, u *Use) (Spent, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if !r.lost {
		return 0, false
	}
	spent, err := r.local.Spend(ctx, *u)
	return spent, err == nil
}

// lose puts the local store in charge and looks for Redis from now on.
func (r *RedisReplay) lose(reason error) {
	r.mu.Lock()
	if r.lost || r.ctx.Err() != nil {
		r.mu.Unlock()
		return
	}
	r.lost = true
	r.local.beginAnew()
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
	if beginBuckets(r.ctx, r.client, r.now().Unix()) != nil {
		return false
	}
	defer r.local.stopJournal()
	if pushUses(r.ctx, r.client, r.local.snapshot(), r.now().Unix()) != nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if pushUses(r.ctx, r.client, r.local.journalled(), r.now().Unix()) != nil {
		return false
	}
	r.lost = false
	r.metrics.RedisUp.Set(1)
	return true
}
