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

// redisBuckets is the number of buckets that spread the keys over a Redis
// Cluster. A script may only touch keys of one slot, so each bucket has its own
// marker, and all used tokens of one issuer are in the same bucket.
const redisBuckets = 64

// The used tokens of an issuer are counted in slots of countSlot seconds by the
// time at which they expire. maxSlots is the largest distance of a slot from
// the current one.
const (
	countSlot = 32
	maxSlots  = int(maxRemembered/time.Second)/countSlot + 2
)

// redisMarks records used tokens in Redis, one key ("mark") for each token.
type redisMarks struct {
	client redis.UniversalClient
	ids    ids
	// timeout bounds one call of Redis; 0 stands for redislink.Timeout.
	timeout time.Duration
}

// spendScript records a use of a token. It returns 1 if the use is accepted, 0
// if the token was used up, -1 if the token is older than the marker, -2 if the
// marker was just written, -3 if the issuer has its share of marks.
//
// KEYS: marker, token, counts of the issuer. ARGV: nonce, time to live in
// milliseconds, iat, now, uses that the token allows, marks that the issuer may
// have.
//
// The marker holds the run id of the Redis process that wrote it and the second
// since which no mark of the bucket was lost. Marks may be lost if the marker
// is missing (flushed, evicted) or of another run (restarted from an older
// snapshot, failed over to a replica that lagged). Then the marker is written
// with the current second, and older tokens are refused. The same happens if
// the marker lies in the future, which only a wrong clock can have caused.
//
// The value of a mark is the concatenated nonces of the calls that used the
// token. A call that is repeated because its response was lost finds its own
// nonce and is accepted again.
//
// The issuer's marks are counted by the slot in which they expire, so that no
// job has to decrement the counts.
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

// countLua adds up the counts in the last key as held and drops counts of
// expired slots. It defines count(ms), which counts one mark that expires in ms
// milliseconds.
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

// moveScript records uses that were accepted while Redis was not available. If
// Redis has a mark with as many uses or more, it stays.
//
// KEYS: token, counts. ARGV: time to live in milliseconds, value.
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

// beginScript writes the marker of a bucket if it is missing or of another run.
// It always writes a probe, so that it fails if Redis refuses writes.
//
// KEYS: marker, probe. ARGV: second for the marker, 1 to replace any marker.
var beginScript = redis.NewScript(`
redis.call('SET', KEYS[2], '', 'PX', 1000)
redis.call('DEL', KEYS[2])
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local marker = redis.call('GET', KEYS[1])
if ARGV[2] ~= '1' and marker and string.match(marker, '^' .. run .. ' %d+$') then return 0 end
redis.call('SET', KEYS[1], run .. ' ' .. ARGV[1])
return 1
`)

// secretScript returns 1 if running instances of the service have another
// secret.
//
// KEYS: name of the service. ARGV: namespace of the secret, milliseconds for
// which the instance counts as running.
var secretScript = redis.NewScript(`
local other = redis.call('GET', KEYS[1])
if other and other ~= ARGV[1] then return 1 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 0
`)

// instanceTTL is how long an instance counts as running after its last sign of
// life.
const instanceTTL = 10 * time.Second

const nonceBytes = 8

// movedNonce stands for a use that was accepted while Redis was not available.
var movedNonce = strings.Repeat(".", nonceBytes)

// tag is the common prefix of the keys of one bucket, with the hash tag for
// Redis Cluster. Another secret leads to other keys, markers included, so that
// tokens from before the change are refused.
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

// begin writes the markers that are missing or of another run, or all of them
// if replaceAll is set. It visits all buckets: otherwise the first token in each of
// them would be refused when spendScript writes the marker.
func (m redisMarks) begin(ctx context.Context, since int64, replaceAll bool) error {
	for i := range byte(redisBuckets) {
		err := redislink.Within(ctx, m.timeout, func(ctx context.Context) error {
			return beginScript.Run(ctx, m.client, []string{m.markerKey(i), m.tag(i) + "probe"}, since, replaceAll).Err()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// othersDiffer reports whether running instances of the service have another
// secret. Each call also extends the time for which this instance's secret is
// registered, so that an instance with another one does not start.
func (m redisMarks) othersDiffer(ctx context.Context, service string) (differ bool, err error) {
	err = redislink.Within(ctx, m.timeout, func(ctx context.Context) error {
		name := sha256.Sum256([]byte(service))
		key := "mls:secret:" + base64.RawURLEncoding.EncodeToString(name[:16])
		differ, err = secretScript.Run(ctx, m.client, []string{key}, m.ids.namespace, instanceTTL.Milliseconds()).Bool()
		return err
	})
	return differ, err
}

// push records uses in Redis that were accepted while it was not available.
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

// spend runs spendScript, a second time if the first response was lost.
func (m redisMarks) spend(ctx context.Context, u *Use, id tokenID, now int64, share int) (int, error) {
	nonce := make([]byte, nonceBytes)
	_, _ = rand.Read(nonce) // never fails (crypto/rand)
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
