package auth

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"catbird.blue/mls/server/redislink"
)

// RedisReplayConfig configures a RedisReplay.
type RedisReplayConfig struct {
	// Client should honour the deadlines of contexts, see redislink. It is not
	// closed.
	Client redis.UniversalClient
	// Secret keys the hashes in Redis. All instances have the same.
	Secret []byte
	// Service is the DID of the service. NewRedisReplay returns
	// ErrOtherSecret where its other instances have another secret: each would
	// remember what the others do not find.
	Service string
	// OnChange, where set, hears when Redis is lost (with the reason) and
	// when it is back.
	OnChange func(up bool, reason error)
	Metrics  *Metrics

	// For tests of this package.
	now     func() time.Time
	ran     func() time.Duration
	pause   time.Duration
	timeout time.Duration
}

// RedisReplay is a ReplayStore shared by several instances through Redis,
// version 5 or later, or Redis Cluster. Its Redis needs maxmemory-policy
// noeviction: evicting single tokens cannot be noticed.
//
// Losing Redis costs no availability. From that moment on each instance
// remembers for itself, beginning empty, so it refuses tokens issued until
// then; a token could now be used once at each instance, which the metrics
// tell. When Redis takes writes again, what was accepted meanwhile is recorded
// there before it is asked again.
//
// Tokens that were issued ahead of our clock (ClockError allows it) are
// remembered by the instance too, so that memory can begin at the second in
// which Redis was lost or emptied and one issuer's clock costs no other issuer
// anything. Not covered: where Redis is emptied, such a token could be used
// once more at another instance, or at one that has just been restarted.
type RedisReplay struct {
	marks   redisMarks
	service string
	metrics *Metrics
	now     func() time.Time
	watch   *redislink.Watch

	// left is for how many more marks Redis had room when it was last asked,
	// less those that this instance made since.
	left atomic.Int64
	// clock tells a Redis whose clock was set forward.
	clock redisClock

	// local is in charge while Redis is lost. At other times it has the
	// tokens of which one cannot tell by their issue that they were used
	// before that.
	local *MemoryReplay

	mu   sync.RWMutex
	lost bool
}

// ErrOtherSecret says that the other instances of the service have another secret.
var ErrOtherSecret = errors.New("the instances of this service that use the same Redis have another secret (MLS_SECRET_FILE): " +
	"give all of them the same file, or stop the others for ten seconds")

// NewRedisReplay begins to keep single use in Redis, or in process where Redis
// does not answer. Close ends it.
func NewRedisReplay(ctx context.Context, cfg RedisReplayConfig) (*RedisReplay, error) {
	r := &RedisReplay{
		marks: redisMarks{cfg.Client, newIDs(cfg.Secret), cfg.timeout}, metrics: cfg.Metrics.orUnregistered(),
		now: cfg.now, clock: redisClock{ran: cfg.ran}, service: cfg.Service,
	}
	if differ, err := r.marks.othersDiffer(ctx, r.service); err == nil && differ {
		return nil, ErrOtherSecret
	}
	if r.now == nil {
		r.now = time.Now
	}
	if r.clock.ran == nil {
		start := time.Now()
		r.clock.ran = func() time.Duration { return time.Since(start) }
	}
	r.left.Store(unknownRoom)
	r.local = newMemoryReplay(MemoryReplayConfig{Metrics: r.metrics, Secret: cfg.Secret, now: r.now})
	r.watch = redislink.NewWatch(ctx, redislink.WatchConfig{Restore: r.comeBack, OnChange: cfg.OnChange, Pause: cfg.pause})
	if err := r.marks.begin(ctx, r.now().Unix(), false); err != nil {
		r.lose(err)
	} else {
		r.metrics.RedisUp.Set(1)
	}
	r.watch.Every(lookPause, r.look)
	return r, nil
}

// Close stops looking at Redis.
func (r *RedisReplay) Close() { r.watch.Close() }

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
	code, err := r.marks.spend(ctx, &u, r.marks.ids.of(&u), now, r.share())
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
		r.left.Add(-1)
		return Fresh
	case 0:
		return Replayed
	case -2:
		r.begin(ctx, false)
	case -3:
		return OverShare
	}
	return TooOld
}

// begin makes all of Redis remember from now on, and gives it what this
// instance remembers.
func (r *RedisReplay) begin(ctx context.Context, anew bool) {
	err := r.marks.begin(ctx, r.now().Unix(), anew)
	if err == nil {
		err = r.marks.push(ctx, r.local.remembered(), r.now().Unix())
	}
	if err != nil {
		r.lose(err)
	}
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
	if r.lost || r.watch.Closed() {
		r.mu.Unlock()
		return
	}
	r.lost = true
	r.local.beginAnew()
	r.metrics.RedisUp.Set(0)
	r.metrics.RedisLost.Inc()
	r.mu.Unlock()
	r.watch.Lost(reason)
}

// comeBack moves what the local store remembers to Redis and hands over. All of
// it are writes, and begin has one for every bucket: a Redis that only answers
// reads stays lost.
func (r *RedisReplay) comeBack(ctx context.Context) error {
	if err := r.marks.begin(ctx, r.now().Unix(), false); err != nil {
		return err
	}
	if _, err := r.measure(ctx); err != nil {
		return err
	}
	defer r.local.stopJournal()
	uses := r.local.snapshot()
	if int64(len(uses)) > r.left.Load() {
		return errFull
	}
	if err := r.marks.push(ctx, uses, r.now().Unix()); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.marks.push(ctx, r.local.journalled(), r.now().Unix()); err != nil {
		return err
	}
	r.lost = false
	r.metrics.RedisUp.Set(1)
	return nil
}
