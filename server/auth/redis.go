package auth

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisTimeout bounds one exchange with Redis. It is on the path of every
// write, and there is something to fall back on.
const redisTimeout = 500 * time.Millisecond

// redisBuckets spread the keys over a Redis Cluster. A script may only touch
// keys of one slot, so each bucket has a marker of its own.
const redisBuckets = 64

// NewRedisClient connects to redis:// or rediss:// URLs with the timeouts that
// RedisReplay wants. Further nodes in ?addr= make it a client of a cluster. It
// does not wait for the connection.
func NewRedisClient(rawURL string) (redis.UniversalClient, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, errors.New("the Redis URL cannot be read")
	}
	if u.Query().Has("addr") {
		o, err := redis.ParseClusterURL(rawURL)
		if err != nil {
			return nil, fmt.Errorf("the Redis URL cannot be used: %w", err)
		}
		o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = redisTimeout, redisTimeout, redisTimeout, redisTimeout
		o.ContextTimeoutEnabled, o.MaxRetries = true, -1
		return redis.NewClusterClient(o), nil
	}
	o, err := redis.ParseURL(rawURL)
	if err != nil {
		return nil, fmt.Errorf("the Redis URL cannot be used: %w", err)
	}
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = redisTimeout, redisTimeout, redisTimeout, redisTimeout
	o.ContextTimeoutEnabled, o.MaxRetries = true, -1
	return redis.NewClient(o), nil
}

// spendScript records a use and says 1 fresh, 0 used up, -1 too old, -2 too
// old because this bucket's memory has just begun.
//
// KEYS: marker, token. ARGV: nonce, milliseconds to remember, iat, beginning,
// how many uses the token has.
//
// The marker holds which run of the Redis process wrote it, and the second in
// which memory began. Where it is missing (flushed, evicted) or of another run
// (restarted from an older snapshot, failed over to a replica that lagged),
// uses may be forgotten, and memory begins anew. The value is the nonces of the
// calls that used the token, one behind the other: a call repeated because its
// answer was lost finds its own and is fresh still.
var spendScript = redis.NewScript(`
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local marker = redis.call('GET', KEYS[1])
local since = marker and string.match(marker, '^' .. run .. ' (%d+)$')
if not since then
  redis.call('SET', KEYS[1], run .. ' ' .. ARGV[4])
  return -2
end
local uses = redis.call('GET', KEYS[2]) or ''
for i = 1, #uses, #ARGV[1] do
  if string.sub(uses, i, i + #ARGV[1] - 1) == ARGV[1] then return 1 end
end
if #uses >= #ARGV[1] * tonumber(ARGV[5]) then return 0 end
if tonumber(ARGV[3]) <= tonumber(since) then return -1 end
redis.call('SET', KEYS[2], uses .. ARGV[1], 'PX', ARGV[2])
return 1
`)

// movedNonce stands for a use that was accepted without Redis. It is as long as
// those of rand.Text.
const movedNonce = "moved....................."

// beginScript begins the memory of a bucket where it is not of this run.
// KEYS: marker. ARGV: beginning.
var beginScript = redis.NewScript(`
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local marker = redis.call('GET', KEYS[1])
if marker and string.match(marker, '^' .. run .. ' %d+$') then return 0 end
redis.call('SET', KEYS[1], run .. ' ' .. ARGV[1])
return 1
`)

func bucketTag(id tokenID) string { return fmt.Sprintf("mls:replay:{%02x}:", id[0]%redisBuckets) }

// markerKey and tokenKey share a slot. A token's key is a hash: no DID is in
// Redis.
func markerKey(id tokenID) string { return bucketTag(id) + "since" }
func tokenKey(id tokenID) string  { return bucketTag(id) + hex.EncodeToString(id[:]) }

// begin makes every bucket remember from the given second on, unless it does
// already. All at once, for else each would cost one token at its first use.
func beginBuckets(ctx context.Context, client redis.UniversalClient, since int64) error {
	for i := range redisBuckets {
		err := within(ctx, func(ctx context.Context) error {
			return beginScript.Run(ctx, client, []string{markerKey(tokenID{byte(i)})}, since).Err()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// pushUses records in Redis what was accepted without it.
func pushUses(ctx context.Context, client redis.UniversalClient, uses []storedUse, now int64) error {
	const batch = 500
	for len(uses) > 0 {
		n := min(batch, len(uses))
		err := within(ctx, func(ctx context.Context) error {
			_, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
				for _, u := range uses[:n] {
					if ttl := u.forgetAt - now; ttl > 0 {
						pushUse(ctx, p, u, time.Duration(ttl)*time.Second)
					}
				}
				return nil
			})
			return err
		})
		if err != nil {
			return err
		}
		uses = uses[n:]
	}
	return nil
}

// pushUse leaves the larger number of uses, this or that in Redis.
func pushUse(ctx context.Context, p redis.Pipeliner, u storedUse, ttl time.Duration) {
	key, value := tokenKey(u.id), strings.Repeat(movedNonce, u.uses)
	p.SetNX(ctx, key, value, ttl)
	if u.uses > 1 {
		p.SetRange(ctx, key, 0, value)
		p.Expire(ctx, key, ttl)
	}
}

// spendRedis runs spendScript, and once more where the answer was lost.
func spendRedis(ctx context.Context, client redis.UniversalClient, u *Use, now int64) (int, error) {
	id, nonce := u.id(), rand.Text()
	ttl := max(1, u.forgetAt()-now) * 1000
	var code int
	var err error
	for range 2 {
		err = within(ctx, func(ctx context.Context) error {
			var err error
			code, err = spendScript.Run(ctx, client, []string{markerKey(id), tokenKey(id)}, nonce, ttl, u.IssuedAt, now, u.max()).Int()
			return err
		})
		if err == nil {
			return code, nil
		}
	}
	return 0, err
}

// within gives f the time of one exchange, whatever becomes of the request it
// is for: a caller that hangs up must not look like a lost Redis.
func within(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), redisTimeout)
	defer cancel()
	return f(ctx)
}
