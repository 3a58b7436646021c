package auth

import (
	"context"
	"errors"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"catbird.blue/mls/server/redislink"
)

const (
	// probeInterval is the interval at which Redis is asked for its memory use.
	probeInterval = time.Second
	// markBytes is the memory of Redis for one mark, including its part of the
	// counts and what the allocator rounds up; 190 bytes were measured.
	markBytes = 256
	// assumedFreeMarks is the assumed number of free marks if Redis does not report
	// its memory use.
	assumedFreeMarks = 1 << 20
	// clockJump is by how much the clock of Redis may gain on ours between two
	// probes before it counts as set forward.
	clockJump = 5 * time.Second
)

// probe measures the free memory of Redis and detects whether its clock was set
// forward. Then some marks have expired before their tokens, so all markers are
// replaced.
func (r *RedisReplay) probe(ctx context.Context) {
	jumped, err := r.measure(ctx)
	if err == nil {
		_, err = r.marks.othersDiffer(ctx, r.service) // which also registers our secret
	}
	switch {
	case r.isLost():
	case errors.Is(err, errFull):
		r.lose(err)
	case err != nil: // the next use of a token will detect whether Redis is lost
	case jumped:
		r.begin(ctx, true)
	}
}

// errFull: Redis refuses writes. It must count as lost: otherwise an issuer
// that has its share would be refused without its token being recorded
// elsewhere.
var errFull = errors.New("the memory of Redis is full")

// measure asks all nodes of Redis for their memory use and their time.
func (r *RedisReplay) measure(ctx context.Context) (jumped bool, err error) {
	left := int64(math.MaxInt64)
	err = redislink.EachMaster(ctx, r.marks.client, func(ctx context.Context, node redis.UniversalClient) error {
		return redislink.Within(ctx, r.marks.timeout, func(ctx context.Context) error {
			info, err := node.InfoMap(ctx, "memory", "server").Result()
			if err != nil {
				return err
			}
			here, full := room(info["Memory"])
			if full {
				return errFull
			}
			left = min(left, here)
			jumped = r.clock.jumped(info["Server"]) || jumped
			return nil
		})
	})
	if err == nil {
		r.freeMarks.Store(left)
		r.metrics.RedisRoom.Set(float64(left))
	}
	return jumped, err
}

func (r *RedisReplay) isLost() bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.lost
}

// share is how many marks one issuer may have in Redis. r.freeMarks already excludes
// the last tenth of the memory, see room.
func (r *RedisReplay) share() int { return int(max(guaranteedMarks, r.freeMarks.Load()/16)) }

// room returns how many more marks fit into nine tenths of the memory of Redis,
// and whether it is full. memory is the section of INFO. If maxmemory is not
// set, the memory of the machine is the limit.
func room(memory map[string]string) (marks int64, full bool) {
	number := func(name string) int64 {
		n, _ := strconv.ParseInt(memory[name], 10, 64) // 0 if Redis does not report it
		return n
	}
	limit, used := number("maxmemory"), number("used_memory")
	full = limit > 0 && used >= limit
	if limit == 0 {
		limit = number("total_system_memory")
	}
	if limit == 0 || used == 0 {
		return assumedFreeMarks, false
	}
	return (limit - limit/10 - used) / markBytes, full
}

// redisClock compares the clocks of the nodes of Redis with a monotonic clock.
type redisClock struct {
	ran func() time.Duration
	mu  sync.Mutex
	// ahead is the difference between the two clocks, for each run id of a
	// node.
	ahead map[string]time.Duration
}

// jumped reports whether the clock of a node has been set forward since the
// last call. server is the section of INFO.
func (c *redisClock) jumped(server map[string]string) bool {
	micros, err := strconv.ParseInt(server["server_time_usec"], 10, 64)
	if err != nil {
		return false // before Redis 6.2
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	ahead := time.Duration(micros)*time.Microsecond - c.ran()
	before, known := c.ahead[server["run_id"]]
	if c.ahead == nil || len(c.ahead) > 1000 {
		c.ahead = map[string]time.Duration{}
	}
	c.ahead[server["run_id"]] = ahead
	return known && ahead > before+clockJump
}
