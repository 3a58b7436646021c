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
	// Client should honour the deadlines of contexts, see redislink. Close does
	// not close it.
	Client redis.UniversalClient
	// Secret keys the hashes in Redis. All instances must have the same.
	Secret []byte
	// Service is the DID of the service. NewRedisReplay returns ErrOtherSecret
	// if other running instances have another secret, since instances would not
	// find the tokens that the others recorded.
	Service string
	// OnChange, if set, is called when Redis is lost (with the reason) and when
	// it is restored.
	OnChange func(up bool, reason error)
	Metrics  *Metrics

	// Set by tests of this package.
	now     func() time.Time
	ran     func() time.Duration
	pause   time.Duration
	timeout time.Duration
}

// RedisReplay is a ReplayStore shared by several instances through Redis,
// version 5 or later, or Redis Cluster. Redis needs maxmemory-policy
// noeviction, since the eviction of single tokens cannot be detected.
//
// An outage of Redis does not make the service unavailable. During it, each
// instance records used tokens in its own memory and refuses tokens issued
// before the outage. A token can then be used once at each instance; metrics
// show that state. When Redis accepts writes again, the uses recorded meanwhile
// are copied to it before it makes decisions again.
//
// Tokens issued ahead of our clock (up to ClockError) are also recorded in the
// memory of the instance. Therefore records can begin at the second in which
// Redis was lost or emptied: a used token with a later iat is still recognized,
// and tokens of other issuers are not refused because one clock is ahead. One
// case is not covered: if Redis is emptied, such a token can be used once more
// at another instance, or at one that was just restarted.
type RedisReplay struct {
	marks   redisMarks
	service string
	metrics *Metrics
	now     func() time.Time
	watch   *redislink.Watch

	// freeMarks is how many more marks fit into Redis: the result of the last probe
	// minus the marks that this instance has made since.
	freeMarks atomic.Int64
	// clock detects a Redis whose clock was set forward.
	clock redisClock

	// local makes the decisions while Redis is lost. At other times it has only
	// the tokens that were issued ahead of our clock: comparing iat with the
	// beginning of the records would not refuse them.
	local *MemoryReplay

	mu   sync.RWMutex
	lost bool
}

// ErrOtherSecret is returned if running instances of the service have another
// secret.
var ErrOtherSecret = errors.New("the instances of this service that use the same Redis have another secret (MLS_SECRET_FILE): " +
	"give all of them the same file, or stop the others for ten seconds")

// NewRedisReplay makes a store. If Redis does not respond, uses are recorded in
// memory until it does.
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
	r.freeMarks.Store(assumedFreeMarks)
	r.local = newMemoryReplay(MemoryReplayConfig{Metrics: r.metrics, Secret: cfg.Secret, now: r.now})
	r.watch = redislink.NewWatch(ctx, redislink.WatchConfig{Restore: r.restore, OnChange: cfg.OnChange, Pause: cfg.pause})
	if err := r.marks.begin(ctx, r.now().Unix(), false); err != nil {
		r.lose(err)
	} else {
		r.metrics.RedisUp.Set(1)
	}
	r.watch.Every(probeInterval, r.probe)
	return r, nil
}

// Close ends the probes of Redis.
func (r *RedisReplay) Close() { r.watch.Close() }

// Spend implements ReplayStore. It returns no error: without Redis it uses
// memory.
func (r *RedisReplay) Spend(ctx context.Context, u Use) (Spent, error) {
	// The time is taken first. If Redis is lost during the call, the records in
	// memory begin at this time or later.
	now := r.now().Unix()
	if spent, ok := r.spendLocal(ctx, &u); ok {
		return spent, nil
	}
	if u.IssuedAt > now {
		// It is recorded before Redis is called, which may be lost before it
		// responds.
		if spent := r.local.record(&u); spent != Fresh {
			r.metrics.Replay.WithLabelValues("redis", spent.String()).Inc()
			return spent, nil
		}
	}
	code, err := r.marks.spend(ctx, &u, r.marks.ids.of(&u), now, r.share())
	if err != nil {
		r.metrics.Replay.WithLabelValues("redis", "error").Inc()
		r.lose(err)
		// Redis may or may not have recorded this use, so the token is refused.
		return TooOld, nil
	}
	spent := r.spentOf(ctx, code)
	r.metrics.Replay.WithLabelValues("redis", spent.String()).Inc()
	return spent, nil
}

func (r *RedisReplay) spentOf(ctx context.Context, code int) Spent {
	switch code {
	case 1:
		r.freeMarks.Add(-1)
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

// begin writes the markers in Redis and copies the uses that this instance has
// in memory.
func (r *RedisReplay) begin(ctx context.Context, replaceAll bool) {
	err := r.marks.begin(ctx, r.now().Unix(), replaceAll)
	if err == nil {
		err = r.marks.push(ctx, r.local.remembered(), r.now().Unix())
	}
	if err != nil {
		r.lose(err)
	}
}

// spendLocal holds the lock while the local store records a use, so that no use
// is recorded there after the copy to Redis.
func (r *RedisReplay) spendLocal(ctx context.Context, u *Use) (Spent, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if !r.lost {
		return 0, false
	}
	spent, err := r.local.Spend(ctx, *u)
	return spent, err == nil
}

// lose switches to the local store and starts to probe Redis.
func (r *RedisReplay) lose(reason error) {
	r.mu.Lock()
	if r.lost || r.watch.Closed() {
		r.mu.Unlock()
		return
	}
	r.lost = true
	r.local.refuseOlder()
	r.metrics.RedisUp.Set(0)
	r.metrics.RedisLost.Inc()
	r.mu.Unlock()
	r.watch.Lost(reason)
}

// restore copies the uses in the local store to Redis and switches to it.
// Since begin writes to every bucket, a Redis that only serves reads stays
// lost.
func (r *RedisReplay) restore(ctx context.Context) error {
	if err := r.marks.begin(ctx, r.now().Unix(), false); err != nil {
		return err
	}
	if _, err := r.measure(ctx); err != nil {
		return err
	}
	defer r.local.stopJournal()
	uses := r.local.snapshot()
	if int64(len(uses)) > r.freeMarks.Load() {
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
