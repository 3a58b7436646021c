package limit

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"catbird.blue/mls/server/redislink"
)

// shared counts the rows that are kept in Redis, together with all instances.
//
// The bucket of this process is beside it, and has what Redis said last. A
// caller that Redis refused is refused by it for a second, so that a flood costs
// Redis next to nothing. While Redis is lost it counts alone.
type shared struct {
	client redis.UniversalClient
	secret [sha256.Size]byte
	// timeout bounds an exchange with Redis; 0 for redislink.Timeout.
	timeout time.Duration
	lost    atomic.Bool
	// period counts how often Redis was found. What was counted before that,
	// without Redis or in one that came back empty, it is told with the next use
	// of each bucket.
	period atomic.Uint32
	watch  *redislink.Watch
	up     prometheus.Gauge
	// later has what is counted in the background.
	later chan spending
}

// spending is an amount that was used already.
type spending struct {
	bucket bucket
	key    string
	n      int64
}

// heed learns from Redis in how much time the bucket will be full. What was given
// back lowers it: the answer to its being taken may have come after that. What
// is still to be counted raises it again.
func (s spending) heed(ahead time.Duration) {
	if s.n < 0 {
		s.bucket.adopt(ahead)
		return
	}
	s.bucket.raise(ahead)
}

// maxLater is how many amounts may wait to be counted in Redis. What comes
// beyond is counted by this process alone.
const maxLater = 4096

// refusalGood is for how long Redis need not be asked again about a bucket that
// it refused to take from.
const refusalGood = time.Second

// maxBatch is how many of them are counted at a time.
const maxBatch = 100

func newShared(cfg *Config) *shared {
	s := &shared{
		client: cfg.Redis, secret: sha256.Sum256(cfg.Secret), timeout: cfg.timeout, later: make(chan spending, maxLater),
		up: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "mls_limit_redis_up", Help: "1 while limits are counted in Redis, together with other instances.",
		}),
	}
	s.up.Set(1)
	s.period.Store(1)
	s.watch = redislink.NewWatch(context.Background(), redislink.WatchConfig{
		Restore: s.restore, OnChange: cfg.OnChange, Pause: cfg.pause,
	})
	s.watch.Go(s.countLater)
	return s
}

// takeScript takes from a bucket by the generic cell rate algorithm, or counts
// what was used whether or not that much is left. It answers how long to wait,
// 0 where it took, and in how much time the bucket will be full, both in
// microseconds.
//
// KEYS: bucket. ARGV: the time in which an empty bucket fills, the time that
// what is taken needs to come back, the time before which it cannot be full,
// "take" or "count".
//
// Time is that of Redis, so that instances whose clocks differ agree. A bucket
// never owes more than twice its depth: where it does, the clock was set back,
// and the bucket is full.
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

// key names a bucket in Redis. It is a keyed hash: no account can be told from
// it. A cluster spreads the buckets over its nodes.
func (s *shared) key(row, key string) string {
	buf := make([]byte, 0, 256)
	buf = append(append(append(append(buf, s.secret[:]...), row...), 0), key...)
	sum := sha256.Sum256(buf)
	return "mls:limit:" + base64.RawURLEncoding.EncodeToString(sum[:16])
}

// args are the arguments of takeScript.
func (b bucket) args(n int64, untold time.Duration, how string) []any {
	micros := func(d float64) string { return strconv.FormatFloat(d/1000, 'f', 3, 64) }
	return []any{micros(b.depth), micros(float64(n) * b.each), micros(float64(untold)), how}
}

// take takes n, unless less is left: then it says how long to wait.
func (s *shared) take(ctx context.Context, b bucket, key string, n int64) time.Duration {
	if s.lost.Load() {
		return b.take(n)
	}
	period := s.period.Load()
	wait, untold := b.before(n, period)
	if wait > 0 {
		return wait
	}
	var answer []int64
	err := redislink.Within(ctx, s.timeout, func(ctx context.Context) error {
		var err error
		answer, err = takeScript.Run(ctx, s.client, []string{key}, b.args(n, untold, "take")...).Int64Slice()
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
	b.learn(time.Duration(answer[1])*time.Microsecond, good, period)
	return wait
}

// spend counts n in this process now, and in Redis a moment later: what was
// used already needs no answer.
func (s *shared) spend(b bucket, key string, n int64) {
	b.spend(n)
	s.tell(b, key, n)
}

// tell counts in Redis, a moment later, what this process has counted.
func (s *shared) tell(b bucket, key string, n int64) {
	if s.lost.Load() {
		return
	}
	select {
	case s.later <- spending{b, key, n}:
	default:
	}
}

// countLater counts what waits, as much together as there is.
func (s *shared) countLater(ctx context.Context) {
	for {
		var batch []spending
		select {
		case <-ctx.Done():
			return
		case one := <-s.later:
			batch = append(batch, one)
		}
		for len(batch) < maxBatch && len(s.later) > 0 {
			batch = append(batch, <-s.later)
		}
		if s.lost.Load() {
			continue
		}
		if err := s.count(ctx, batch); err != nil && ctx.Err() == nil {
			s.lose(err)
		}
	}
}

func (s *shared) count(ctx context.Context, batch []spending) error {
	return redislink.Within(ctx, s.timeout, func(ctx context.Context) error {
		answers, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for _, one := range batch {
				p.Eval(ctx, takeLua, []string{one.key}, one.bucket.args(one.n, 0, "count")...)
			}
			return nil
		})
		for i, a := range answers {
			if got, err := a.(*redis.Cmd).Int64Slice(); err == nil && len(got) == 2 {
				batch[i].heed(time.Duration(got[1]) * time.Microsecond)
			}
		}
		return err
	})
}

// lose has this process count alone until Redis takes writes again.
func (s *shared) lose(reason error) {
	if s.lost.CompareAndSwap(false, true) {
		s.up.Set(0)
		s.watch.Lost(reason)
	}
}

// restore takes from buckets that are spread over the nodes of a cluster.
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
