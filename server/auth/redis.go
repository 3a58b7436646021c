package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"catbird.blue/mls/server/redislink"
)

// redisBuckets spread the keys over a Redis Cluster. A script may only touch
// keys of one slot, so each bucket has a marker of its own, and all marks of
// one issuer are in one bucket.
const redisBuckets = 64

// countSlot is the grain, in seconds, in which the marks of an issuer are
// counted by when they are forgotten; maxSlots is how many slots ahead that
// can be.
const (
	countSlot = 32
	maxSlots  = int(maxRemembered/time.Second)/countSlot + 2
)

// redisMarks keeps marks of used tokens in Redis.
type redisMarks struct {
	client redis.UniversalClient
	ids    ids
	// timeout bounds an exchange with Redis; 0 for redislink.Timeout.
	timeout time.Duration
}

// spendScript records a use and says 1 fresh, 0 used up, -1 too old, -2 too
// old because this bucket's memory has just begun, -3 above the issuer's share.
//
// KEYS: marker, token, counts of the issuer. ARGV: nonce, milliseconds to
// remember, iat, now, how many uses the token has, how many marks the issuer
// may have.
//
// The marker holds which run of the Redis process wrote it, and the second in
// which memory began. Where it is missing (flushed, evicted) or of another run
// (restarted from an older snapshot, failed over to a replica that lagged),
// uses may be forgotten, and memory begins anew; it also does where it began in
// a future that only a wrong clock can have named. The value is the nonces of
// the calls that used the token, one behind the other: a call repeated because
// its answer was lost finds its own and is fresh still.
//
// The issuer's marks are counted by the slot of time in which they are
// forgotten, so that a count needs no visit to end.
var spendScript = redis.NewScript(`
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local marker = redis.call('GET', KEYS[1])
local since = marker and tonumber(string.match(marker, '^' .. run .. ' (%d+)$'))
if not since or since > tonumber(ARGV[4]) + ` + fmt.Sprint(int(ClockError.Seconds())) + ` then
  redis.call('SET', KEYS[1], run .. ' ' .. ARGV[4])
  return -2
end
local uses = redis.call('GET', KEYS[2]) or ''
for i = 1, #uses, #ARGV[1] do
  if string.sub(uses, i, i + #ARGV[1] - 1) == ARGV[1] then return 1 end
end
if #uses >= #ARGV[1] * tonumber(ARGV[5]) then return 0 end
if tonumber(ARGV[3]) <= since then return -1 end
if uses == '' then
` + countLua + `
  if held >= tonumber(ARGV[6]) then return -3 end
  count(tonumber(ARGV[2]))
end
redis.call('SET', KEYS[2], uses .. ARGV[1], 'PX', ARGV[2])
return 1
`)

// countLua sums the counts of the last key up as held, and has the function
// that counts one more.
var countLua = fmt.Sprintf(`
  local second = tonumber(redis.call('TIME')[1])
  local slot, held = math.floor(second / %d), 0
  local counts = redis.call('HGETALL', KEYS[#KEYS])
  for i = 1, #counts, 2 do
    local at = tonumber(counts[i])
    if at < slot or at > slot + %d then
      redis.call('HDEL', KEYS[#KEYS], counts[i])
    else
      held = held + tonumber(counts[i + 1])
    end
  end
  local function count(ms)
    local key = KEYS[#KEYS]
    redis.call('HINCRBY', key, math.floor((second + ms / 1000) / %[1]d), 1)
    local lives = ms + %[1]d000
    if redis.call('PTTL', key) < lives then redis.call('PEXPIRE', key, lives) end
  end
`, countSlot, maxSlots)

// moveScript records uses that were accepted without Redis, and leaves the
// larger number of them, these or those that Redis has.
// KEYS: token, counts. ARGV: milliseconds, value.
var moveScript = `
local uses = redis.call('GET', KEYS[1]) or ''
if #uses >= #ARGV[2] then return 0 end
if uses == '' then
` + countLua + `
  count(tonumber(ARGV[1]))
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[1])
return 1
`

// beginScript begins the memory of a bucket where it is not of this run. It
// writes in any case, and so fails where Redis refuses writes.
// KEYS: marker, probe. ARGV: beginning, 1 to begin anew even if it is of this run.
var beginScript = redis.NewScript(`
redis.call('SET', KEYS[2], '', 'PX', 1000)
redis.call('DEL', KEYS[2])
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local marker = redis.call('GET', KEYS[1])
if ARGV[2] ~= '1' and marker and string.match(marker, '^' .. run .. ' %d+$') then return 0 end
redis.call('SET', KEYS[1], run .. ' ' .. ARGV[1])
return 1
`)

// secretScript says 1 where instances of the service that live have another
// secret. KEYS: name of the service. ARGV: namespace, milliseconds for which it
// is known that an instance lives.
var secretScript = redis.NewScript(`
local other = redis.call('GET', KEYS[1])
if other and other ~= ARGV[1] then return 1 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 0
`)

// livesFor is how long an instance that is not heard of counts as living.
const livesFor = 10 * time.Second

// nonceBytes is the length of a nonce.
const nonceBytes = 8

// movedNonce stands for a use that was accepted without Redis.
var movedNonce = strings.Repeat(".", nonceBytes)

// tag is what all keys of one bucket begin with. Another secret means other
// keys, also of markers: memory then begins anew.
func (m redisMarks) tag(bucket byte) string {
	return fmt.Sprintf("mls:used:{%s%02x}:", m.ids.namespace, bucket%redisBuckets)
}

func (m redisMarks) markerKey(bucket byte) string { return m.tag(bucket) + "since" }
func (m redisMarks) tokenKey(id tokenID) string {
	return m.tag(id[0]) + base64.RawURLEncoding.EncodeToString(id[:])
}

func (m redisMarks) countsKey(id tokenID) string {
	return m.tag(id[0]) + base64.RawURLEncoding.EncodeToString(id[:8])
}

// begin makes every bucket remember from the given second on, unless it does
// already, or in any case if it is to begin anew. All at once, for else each
// would cost one token at its first use.
func (m redisMarks) begin(ctx context.Context, since int64, anew bool) error {
	for i := range byte(redisBuckets) {
		err := redislink.Within(ctx, m.timeout, func(ctx context.Context) error {
			return beginScript.Run(ctx, m.client, []string{m.markerKey(i), m.tag(i) + "probe"}, since, anew).Err()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// othersDiffer says whether other instances of the service have another secret.
// Asked again and again, it keeps others from having one.
func (m redisMarks) othersDiffer(ctx context.Context, service string) (differ bool, err error) {
	err = redislink.Within(ctx, m.timeout, func(ctx context.Context) error {
		name := sha256.Sum256([]byte(service))
		key := "mls:secret:" + base64.RawURLEncoding.EncodeToString(name[:16])
		differ, err = secretScript.Run(ctx, m.client, []string{key}, m.ids.namespace, livesFor.Milliseconds()).Bool()
		return err
	})
	return differ, err
}

// push records in Redis what was accepted without it.
func (m redisMarks) push(ctx context.Context, uses []storedUse, now int64) error {
	const batch = 500
	for len(uses) > 0 {
		n := min(batch, len(uses))
		err := redislink.Within(ctx, m.timeout, func(ctx context.Context) error {
			_, err := m.client.Pipelined(ctx, func(p redis.Pipeliner) error {
				for _, u := range uses[:n] {
					if ttl := u.forgetAt - now; ttl > 0 {
						p.Eval(ctx, moveScript, []string{m.tokenKey(u.id), m.countsKey(u.id)},
							ttl*1000, strings.Repeat(movedNonce, u.uses))
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

// spend runs spendScript, and once more where the answer was lost.
func (m redisMarks) spend(ctx context.Context, u *Use, id tokenID, now int64, share int) (int, error) {
	nonce := make([]byte, nonceBytes)
	_, _ = rand.Read(nonce) // which never fails
	keys := []string{m.markerKey(id[0]), m.tokenKey(id), m.countsKey(id)}
	ttl := max(1, u.forgetAt()-now) * 1000
	var code int
	var err error
	for range 2 {
		err = redislink.Within(ctx, m.timeout, func(ctx context.Context) error {
			var err error
			code, err = spendScript.Run(ctx, m.client, keys, nonce, ttl, u.IssuedAt, now, u.max(), share).Int()
			return err
		})
		if err == nil {
			return code, nil
		}
	}
	return 0, err
}
