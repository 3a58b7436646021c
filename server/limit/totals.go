package limit

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"catbird.blue/mls/server/redislink"
	"catbird.blue/mls/server/share"
)

// reportInterval is the time between two reports, and thus the delay after which an
// instance learns of the use at others. The first use of a bucket is reported
// at once.
const reportInterval = 50 * time.Millisecond

// totals reports the use of shared buckets at this instance to Redis, for the
// rows that are kept there, and gets the use at all instances together. The use
// of each member stays with its instance. So a bucket gives its amount once,
// whatever the number of instances, and at each of them members with less use
// go first.
//
// No call waits for Redis: a take is decided by what is known. While Redis is
// lost an instance counts its own. When Redis is restored, the instance reports
// what it counted meanwhile, as far as it has not decayed.
type totals struct {
	shares *shares
	shared *shared

	mu         sync.Mutex
	unreported map[uint64]*unreported
	changed    chan struct{}
}

// unreported is the use of a bucket that has not been reported.
type unreported struct {
	bucket SharedBucket
	used   share.Decaying
}

func (u *unreported) plus(n float64, now time.Duration) {
	u.used = u.used.Plus(n, now, u.bucket.Row.fillTime())
}

func (u *unreported) now(now time.Duration) float64 { return u.used.Now(now, u.bucket.Row.fillTime()) }

func newTotals(s *shares, redis *shared) *totals {
	t := &totals{shares: s, shared: redis, unreported: map[uint64]*unreported{}, changed: make(chan struct{}, 1)}
	redis.watch.Go(t.run)
	return t
}

// add counts one more for a bucket. If too many buckets wait to be reported,
// the use counts at this instance only.
func (t *totals) add(b SharedBucket) {
	key := t.shares.hash(b.Row.Name, b.Name)
	t.mu.Lock()
	u := t.unreported[key]
	if u == nil && len(t.unreported) < t.shares.limit {
		u = &unreported{bucket: b}
		t.unreported[key] = u
	}
	if u != nil {
		u.plus(1, t.shares.clock())
	}
	t.mu.Unlock()
	select {
	case t.changed <- struct{}{}:
	default:
	}
}

func (t *totals) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.changed:
		}
		for !t.shared.lost.Load() {
			batch := t.nextBatch()
			if len(batch) == 0 {
				break
			}
			if err := t.report(ctx, batch); err != nil {
				t.putBack(batch)
				if ctx.Err() == nil {
					t.shared.lose(err)
				}
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(reportInterval):
		}
	}
}

// nextBatch returns some of what is to be reported.
func (t *totals) nextBatch() map[uint64]*unreported {
	t.mu.Lock()
	defer t.mu.Unlock()
	batch := make(map[uint64]*unreported, min(len(t.unreported), maxBatch))
	for key, u := range t.unreported {
		if len(batch) == maxBatch {
			break
		}
		batch[key] = u
		delete(t.unreported, key)
	}
	return batch
}

// putBack puts a batch back that could not be reported.
func (t *totals) putBack(batch map[uint64]*unreported) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for key, u := range batch {
		if later := t.unreported[key]; later != nil {
			u.plus(later.now(later.used.Since()), later.used.Since())
		}
		t.unreported[key] = u
	}
}

// totalLua adds a use of a bucket, and returns the use by all instances after
// decay.
//
// KEYS: bucket. ARGV: the time in which a use decays by 1/e, in microseconds, and
// the use.
const totalLua = `
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000000 + tonumber(t[2])
local was = redis.call('HMGET', KEYS[1], 'use', 'at')
local use, at, decayTime = tonumber(was[1] or 0), tonumber(was[2] or now), tonumber(ARGV[1])
if at < now then use = use * math.exp((at - now) / decayTime) end
use = use + tonumber(ARGV[2])
redis.call('HSET', KEYS[1], 'use', string.format('%.6f', use), 'at', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(decayTime / 1000 * math.max(1, math.log(use / 0.01))))
return string.format('%.6f', use)
`

func (t *totals) report(ctx context.Context, batch map[uint64]*unreported) error {
	answers, now := make(map[uint64]*redis.Cmd, len(batch)), t.shares.clock()
	err := redislink.Within(ctx, t.shared.timeout, func(ctx context.Context) error {
		_, err := t.shared.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for key, u := range batch {
				decayTime := strconv.FormatInt(u.bucket.Row.fillTime().Microseconds(), 10)
				name := t.shared.key("total "+u.bucket.Row.Name, u.bucket.Name)
				answers[key] = p.Eval(ctx, totalLua, []string{name}, decayTime, u.now(now))
			}
			return nil
		})
		return err
	})
	if err != nil {
		return err
	}
	for key, a := range answers {
		total, err := a.Float64()
		if err != nil {
			return fmt.Errorf("limit: Redis answers a total: %w", err)
		}
		t.learn(key, batch[key].bucket.Row, total)
	}
	return nil
}

// learn stores the use at all instances, and adds the use at this one since.
func (t *totals) learn(key uint64, row *Row, total float64) {
	part := &t.shares.parts[key%shards]
	part.mu.Lock()
	defer part.mu.Unlock()
	now, decayTime := t.shares.clock(), row.fillTime()
	t.mu.Lock()
	if since := t.unreported[key]; since != nil {
		total += since.now(now)
	}
	t.mu.Unlock()
	part.total[key] = decayingUse{share.NewDecaying(total, now), whenNegligible(total, now, decayTime)}
}
