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
	// lookPause is how often Redis is asked how full it is.
	lookPause = time.Second
	// markBytes is what one mark takes of the memory of Redis, with its part of
	// the counts and of what the allocator rounds up; 190 bytes were measured.
	markBytes = 256
	// unknownRoom is for how many marks a Redis that does not tell how full it is
	// counts as having room.
	unknownRoom = 1 << 20
	// clockJump is how far ahead of ours the clock of Redis may get from one
	// look to the next.
	clockJump = 5 * time.Second
)

// look learns how full Redis is, and whether its clock has been set forward:
// marks end by that clock, so some are forgotten then before their tokens end,
// and memory begins anew.
func (r *RedisReplay) look(ctx context.Context) {
	jumped, err := r.measure(ctx)
	if err == nil {
		_, err = r.marks.othersDiffer(ctx, r.service) // which others hear
	}
	switch {
	case r.isLost():
	case errors.Is(err, errFull):
		r.lose(err)
	case err != nil: // whoever spends a token finds out whether Redis is lost
	case jumped:
		r.begin(ctx, true)
	}
}

// errFull: Redis takes no writes. Without it, an issuer that has its share would
// be refused for that, and not be remembered elsewhere.
var errFull = errors.New("the memory of Redis is full")

// measure asks all nodes how full they are and what time it is.
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
		r.left.Store(left)
		r.metrics.RedisRoom.Set(float64(left))
	}
	return jumped, err
}

func (r *RedisReplay) isLost() bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.lost
}

// share is how many marks one issuer may have in Redis. What was left at the
// last look is nine tenths already, see room.
func (r *RedisReplay) share() int { return int(max(fewMarks, r.left.Load()/16)) }

// room is how many more marks fit into nine tenths of a Redis that tells this
// of its memory, and whether it has none at all. Without maxmemory the memory
// of the machine is the bound.
func room(memory map[string]string) (marks int64, full bool) {
	number := func(name string) int64 {
		n, _ := strconv.ParseInt(memory[name], 10, 64) // 0 where Redis does not tell
		return n
	}
	limit, used := number("maxmemory"), number("used_memory")
	full = limit > 0 && used >= limit
	if limit == 0 {
		limit = number("total_system_memory")
	}
	if limit == 0 || used == 0 {
		return unknownRoom, false
	}
	return (limit - limit/10 - used) / markBytes, full
}

// redisClock compares the clocks of the nodes of Redis with time that only
// runs.
type redisClock struct {
	ran func() time.Duration
	mu  sync.Mutex
	// ahead is by how much the clock of each run of a node was ahead.
	ahead map[string]time.Duration
}

// jumped says whether the clock of a node, which tells this of itself, has been
// set forward since it was asked before.
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
