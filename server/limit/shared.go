package limit

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"catbird.blue/mls/server/redislink"
)

// shared counts the rows that are kept in Redis, for all instances together.
//
// The bucket of this process has the last answer of Redis. After Redis refused
// a caller, this process refuses it for a second without asking Redis, so that
// a flood costs Redis almost nothing. While Redis is lost, this process counts
// its own.
type shared struct {
	client redis.UniversalClient
	secret [sha256.Size]byte
	// timeout bounds one call of Redis; 0 for redislink.Timeout.
	timeout time.Duration
	lost    atomic.Bool
	// period increases each time Redis is restored. Redis may have lost its
	// data, and lacks what was counted meanwhile. Therefore the state of each
	// bucket is reported with its next use in the new period.
	period atomic.Uint32
	watch  *redislink.Watch
	up     prometheus.Gauge
	// queue has the amounts to report in the background.
	queue chan spending
	// mu guards pending, the amounts not yet reported, by key. It is held while
	// pending and the bucket of this process change together.
	mu      sync.Mutex
	pending map[string]int64
}

// spending is an amount that this process has counted.
type spending struct {
	bucket bucket
	key    string
	n      int64
}

// maxQueued bounds the queue of amounts to report. Amounts beyond it are counted
// in this process only.
const maxQueued = 4096

// refusalGood is how long a refusal by Redis is repeated without asking it.
const refusalGood = time.Second

// maxBatch is how many amounts are reported in one call.
const maxBatch = 100

func newShared(cfg *Config, up prometheus.Gauge) *shared {
	s := &shared{
		client: cfg.Redis, secret: sha256.Sum256(cfg.Secret), timeout: cfg.timeout, queue: make(chan spending, maxQueued), pending: map[string]int64{},
		up: up,
	}
	s.up.Set(1)
	s.period.Store(1)
	s.watch = redislink.NewWatch(context.Background(), redislink.WatchConfig{
		Restore: s.restore, OnChange: cfg.OnChange, Pause: cfg.pause,
	})
	s.watch.Go(s.reportQueued)
	return s
}

// takeScript takes from a bucket with the generic cell rate algorithm, or
// counts a use even if the bucket has less. It returns how long to wait, 0 if
// it took, and the time until the bucket is full, both in microseconds.
//
// KEYS: bucket. ARGV: the time in which an empty bucket fills, the time in which
// the amount is refilled, the time before which the bucket cannot be full, "take"
// or "count".
//
// The clock is that of Redis, so that instances whose clocks differ agree. A
// bucket never owes more than twice its depth. If it seems to, the clock was
// set back, and the bucket counts as full.
var takeScript = redis.NewScript(takeLua)

const takeLua = `
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000000 + tonumber(t[2])
local depth, cost = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = tonumber(redis.call('GET', KEYS[1]) or 0)
if full > now + 2 * depth then full = now end
full = math.max(full, now + math.min(tonumber(ARGV[3]), 2 * depth))
local after, wait = full + cost, 0
if after > now + depth then
  if ARGV[4] == 'take' then
    wait, after = math.ceil(after - now - depth), full
  else
    after = math.min(after, now + 2 * depth)
  end
end
if after <= now then
  redis.call('DEL', KEYS[1])
  return {0, 0}
end
redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
return {wait, math.floor(after - now)}
`

// key returns the name of a bucket in Redis: a keyed hash, so that it does not
// reveal the account. A cluster spreads the buckets over its nodes.
func (s *shared) key(row, key string) string {
	buf := make([]byte, 0, 256)
	buf = append(append(append(append(buf, s.secret[:]...), row...), 0), key...)
	sum := sha256.Sum256(buf)
	return "mls:limit:" + base64.RawURLEncoding.EncodeToString(sum[:16])
}

// args returns the arguments of takeScript.
func (b bucket) args(n int64, unreported time.Duration, how string) []any {
	micros := func(d float64) string { return strconv.FormatFloat(d/1000, 'f', 3, 64) }
	return []any{micros(b.depth), micros(float64(n) * b.each), micros(float64(unreported)), how}
}

// take takes n if the bucket has as much, otherwise it returns how long to
// wait.
func (s *shared) take(ctx context.Context, b bucket, key string, n int64) time.Duration {
	if s.lost.Load() {
		return b.take(n)
	}
	period := s.period.Load()
	wait, unreported := b.refusedByRedis(n, period)
	if wait > 0 {
		return wait
	}
	var answer []int64
	err := redislink.Within(ctx, s.timeout, func(ctx context.Context) error {
		var err error
		answer, err = takeScript.Run(ctx, s.client, []string{key}, b.args(n, unreported, "take")...).Int64Slice()
		return err
	})
	if err == nil && len(answer) != 2 {
		err = fmt.Errorf("limit: Redis answers %v", answer)
	}
	if err != nil {
		s.lose(err)
		return b.take(n)
	}
	wait = time.Duration(answer[0]) * time.Microsecond
	good := time.Duration(0)
	if wait > 0 {
		good = refusalGood
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b.learn(b.ahead(answer[1], s.pending[key]), good, period)
	return wait
}

// spend counts n in this process now and in Redis in the background, since
// there is nothing to decide.
func (s *shared) spend(b bucket, key string, n int64) {
	s.mu.Lock()
	b.spend(n)
	s.pending[key] += n
	s.mu.Unlock()
	s.report(spending{b, key, n})
}

// takeHere takes n if this process knows of as much, and reports it to Redis in
// the background.
func (s *shared) takeHere(b bucket, key string, n int64) time.Duration {
	s.mu.Lock()
	wait := b.take(n)
	if wait == 0 {
		s.pending[key] += n
	}
	s.mu.Unlock()
	if wait == 0 {
		s.report(spending{b, key, n})
	}
	return wait
}

// report queues an amount for Redis that this process has counted.
func (s *shared) report(one spending) {
	if !s.lost.Load() {
		select {
		case s.queue <- one:
			return
		default:
		}
	}
	s.reported(one, nil)
}

// reported removes an amount from pending. answer is the answer of Redis, or nil if
// the amount was not reported. The time in the answer is corrected by what is
// still pending, so that an amount given back is available before Redis has
// counted it. The answer never lowers the bucket of this process: a Redis that
// was restored without its data does not know earlier uses.
func (s *shared) reported(one spending, answer []int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	pending := s.pending[one.key] - one.n
	if s.pending[one.key] = pending; pending == 0 {
		delete(s.pending, one.key)
	}
	if len(answer) == 2 {
		one.bucket.raise(one.bucket.ahead(answer[1], pending))
	}
}

// ahead returns the time until a bucket is full. Redis says micros; pending is
// not included in that.
func (b bucket) ahead(micros, pending int64) time.Duration {
	return max(0, time.Duration(micros)*time.Microsecond+time.Duration(float64(pending)*b.each))
}

// reportQueued reports queued amounts in batches.
func (s *shared) reportQueued(ctx context.Context) {
	for {
		var batch []spending
		select {
		case <-ctx.Done():
			return
		case one := <-s.queue:
			batch = append(batch, one)
		}
		for len(batch) < maxBatch && len(s.queue) > 0 {
			batch = append(batch, <-s.queue)
		}
		if s.lost.Load() {
			for _, one := range batch {
				s.reported(one, nil)
			}
			continue
		}
		if err := s.reportBatch(ctx, batch); err != nil && ctx.Err() == nil {
			s.lose(err)
		}
	}
}

func (s *shared) reportBatch(ctx context.Context, batch []spending) error {
	answers := make([][]int64, len(batch))
	err := redislink.Within(ctx, s.timeout, func(ctx context.Context) error {
		results, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for _, one := range batch {
				p.Eval(ctx, takeLua, []string{one.key}, one.bucket.args(one.n, 0, "count")...)
			}
			return nil
		})
		for i, r := range results {
			if got, err := r.(*redis.Cmd).Int64Slice(); err == nil {
				answers[i] = got
			}
		}
		return err
	})
	for i, one := range batch {
		s.reported(one, answers[i])
	}
	return err
}

// lose makes this process count its own until Redis accepts writes again.
func (s *shared) lose(reason error) {
	if s.lost.CompareAndSwap(false, true) {
		s.up.Set(0)
		s.watch.Lost(reason)
	}
}

// restore takes from buckets on all nodes of a cluster, which fails if one of
// them refuses writes.
func (s *shared) restore(ctx context.Context) error {
	probe := bucket{each: float64(time.Millisecond), depth: float64(time.Second)}
	for i := range 64 {
		err := redislink.Within(ctx, s.timeout, func(ctx context.Context) error {
			return takeScript.Run(ctx, s.client, []string{s.key("", strconv.Itoa(i))}, probe.args(1, 0, "count")...).Err()
		})
		if err != nil {
			return err
		}
	}
	s.up.Set(1)
	s.period.Add(1)
	s.lost.Store(false)
	return nil
}
