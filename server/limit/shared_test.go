package limit

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/server/redislink"
	"catbird.blue/mls/xrpc"
)

// patient is a timeout for a Redis that responds, which even a slow machine
// does not reach.
const patient = 30 * time.Second

// slow is a row that refills too slowly to matter during a test.
var slow = &Row{Name: "slow", What: "tests", Unit: Calls, Per: "account", Amount: 100, Refill: 1, Every: time.Hour,
	Error: xrpc.RateLimitExceeded, Kept: Shared}

func redisClient(t testing.TB, url string) redis.UniversalClient {
	t.Helper()
	c, err := redislink.NewPatientClient(url, patient)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() }) // no call is in progress
	return c
}

// instance is one instance of the service that counts in a Redis.
type instance struct {
	*Limits
	changes chan bool
}

func newInstance(t testing.TB, c redis.UniversalClient) *instance {
	t.Helper()
	i := &instance{changes: make(chan bool, 10)}
	i.Limits = newTestLimits(t, Config{
		Redis: c, Secret: []byte("secret"), pause: 10 * time.Millisecond, timeout: patient, Registry: prometheus.NewRegistry(),
		OnChange: func(up bool, reason error) { t.Logf("Redis is up: %v, %v", up, reason); i.changes <- up },
	})
	t.Cleanup(i.Close)
	return i
}

func (i *instance) wait(t testing.TB, up bool) {
	t.Helper()
	select {
	case got := <-i.changes:
		if got != up {
			t.Fatalf("Redis is up: %v, want %v", got, up)
		}
	case <-time.After(time.Minute):
		t.Fatalf("Redis never became up: %v", up)
	}
}

// use takes one at a time until it is refused, and returns how many it took.
func (i *instance) use(t testing.TB, row *Row, key string) int {
	t.Helper()
	for n := range 10_000 {
		if i.Take(t.Context(), row, key, 1) != nil {
			return n
		}
	}
	return -1
}

// TestInstancesShareLimits: several instances together allow what one does.
func TestInstancesShareLimits(t *testing.T) {
	_, cluster := dbtest.RedisCluster(t)
	for name, url := range map[string]string{"one server": dbtest.Redis(t), "cluster": cluster} {
		t.Run(name, func(t *testing.T) {
			var instances []*instance
			for range 4 {
				instances = append(instances, newInstance(t, redisClient(t, url)))
			}
			for account := range 20 { // a cluster spreads them over its nodes
				key := fmt.Sprint("did:plc:", account)
				var passed atomic.Int64
				var wg sync.WaitGroup
				for _, i := range instances {
					for range 2 {
						wg.Go(func() { passed.Add(int64(i.use(t, slow, key))) })
					}
				}
				wg.Wait()
				if got := passed.Load(); got != slow.Amount {
					t.Errorf("%d passed at four instances, want %d", got, slow.Amount)
				}
			}
			for n, i := range instances {
				if len(i.changes) != 0 {
					t.Errorf("instance %d lost Redis", n)
				}
			}
		})
	}
}

// TestRefusalsCostRedisLittle: after Redis refuses an amount, the instance
// refuses it for a second by itself, and still allows a smaller amount.
func TestRefusalsCostRedisLittle(t *testing.T) {
	c := redisClient(t, dbtest.Redis(t))
	one, two := newInstance(t, c), newInstance(t, c)
	var now atomic.Int64
	for _, i := range []*instance{one, two} {
		i.buckets.clock = func() time.Duration { return time.Duration(now.Load()) }
	}
	if got := one.use(t, slow, "a"); got != int(slow.Amount) {
		t.Fatalf("%d passed", got)
	}
	if two.Take(t.Context(), slow, "a", 1) == nil || one.Take(t.Context(), slow, "a", 1) == nil {
		t.Error("another instance does not know")
	}
	before := commands(t, c)
	for _, i := range []*instance{one, two} {
		var e *xrpc.Error
		if err := i.Take(t.Context(), slow, "a", 1); !errors.As(err, &e) || e.RetryAfter < 30*time.Minute {
			t.Fatalf("%v", err)
		}
		for range 1000 {
			_ = i.Take(t.Context(), slow, "a", 1)
		}
	}
	if n := commands(t, c) - before; n > 1 { // the INFO of commands
		t.Errorf("2000 refusals cost %d commands", n)
	}
	two.Return(t.Context(), slow, "a", 10)
	eventually(t, func() bool {
		now.Add(int64(refusalGood))
		return one.Take(t.Context(), slow, "a", 1) == nil
	})
	if one.Take(t.Context(), slow, "a", 50) == nil {
		t.Error("50 passed of 9")
	}
	if err := one.Take(t.Context(), slow, "a", 5); err != nil {
		t.Errorf("5 of 9, after 50 were refused: %v", err)
	}
}

func commands(t *testing.T, c redis.UniversalClient) (n int) {
	t.Helper()
	info, err := c.InfoMap(t.Context(), "stats").Result()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscan(info["Stats"]["total_commands_processed"], &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestWithoutRedisEachCounts: an instance that loses Redis continues with what
// it knows, and counts with the others again when Redis accepts writes.
func TestWithoutRedisEachCounts(t *testing.T) {
	node := dbtest.StartRedis(t)
	c := redisClient(t, node.URL())
	for name, f := range map[string]struct{ lose, restore func() }{
		"gone": {node.Kill, node.Start},
		"full": {
			func() { c.ConfigSet(t.Context(), "maxmemory", "1") },
			func() { c.ConfigSet(t.Context(), "maxmemory", "0") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			one, two := newInstance(t, c), newInstance(t, c)
			for range 60 {
				if err := one.Take(t.Context(), slow, name, 1); err != nil {
					t.Fatal(err)
				}
			}
			f.lose()
			if got := one.use(t, slow, name); got != 40 {
				t.Errorf("%d passed, want the 40 that were left", got)
			}
			one.wait(t, false)
			time.Sleep(50 * time.Millisecond) // time for a probe
			if got := two.use(t, slow, name); got != 100 {
				t.Errorf("%d passed at an instance that knows nothing of it", got)
			}
			if len(one.changes) != 0 {
				t.Error("Redis counts as back while it refuses writes")
			}
			f.restore()
			one.wait(t, true)
			two.wait(t, false)
			two.wait(t, true)
			if one.Take(t.Context(), slow, name, 1) == nil {
				t.Error("what was used meanwhile is negligible")
			}
			three := newInstance(t, c)
			if three.Take(t.Context(), slow, name, 1) == nil {
				t.Error("what was used meanwhile is not reported")
			}
			if got := three.use(t, slow, name+"other") + two.use(t, slow, name+"other"); got != 100 {
				t.Errorf("%d passed at two instances after Redis is back", got)
			}
		})
	}
}

// TestRedisClock: if a bucket would be full later than any use can cause, it
// was written before the clock of Redis was set back, and counts as full.
func TestRedisClock(t *testing.T) {
	c := redisClient(t, dbtest.Redis(t))
	i := newInstance(t, c)
	if err := i.Take(t.Context(), slow, "a", 1); err != nil {
		t.Fatal(err)
	}
	now, err := c.Time(t.Context()).Result()
	if err != nil {
		t.Fatal(err)
	}
	depth := time.Duration(slow.Amount) * slow.Every
	if err := c.Set(t.Context(), i.shared.key(slow.Name, "a"), now.Add(3*depth).UnixMicro(), 0).Err(); err != nil {
		t.Fatal(err)
	}
	if err := newInstance(t, c).Take(t.Context(), slow, "a", 1); err != nil {
		t.Errorf("an account is locked out: %v", err)
	}
}

// TestSharedSpending: what is spent or given back at one instance counts at all
// instances.
func TestSharedSpending(t *testing.T) {
	c := redisClient(t, dbtest.Redis(t))
	one, two := newInstance(t, c), newInstance(t, c)
	for range 50 {
		one.Spend(t.Context(), slow, "a", 2)
	}
	if one.Check(t.Context(), slow, "a", 1) == nil {
		t.Error("not counted at once where it happened")
	}
	eventually(t, func() bool { return two.Take(t.Context(), slow, "a", 1) != nil })
	one.Return(t.Context(), slow, "a", 150) // two may have taken 100 before it was refused
	eventually(t, func() bool { return newInstance(t, c).Take(t.Context(), slow, "a", 1) == nil })
}

func eventually(t *testing.T, done func() bool) {
	t.Helper()
	for range 12_000 {
		if done() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("never")
}

// TestNoNamesInRedis: the keys do not reveal accounts.
func TestNoNamesInRedis(t *testing.T) {
	c := redisClient(t, dbtest.Redis(t))
	i := newInstance(t, c)
	const did = "did:plc:aaaabbbbccccddddeeeeffff"
	if err := i.Take(t.Context(), slow, did, 1); err != nil {
		t.Fatal(err)
	}
	keys := c.Keys(t.Context(), "*").Val()
	if len(keys) != 1 || strings.Contains(keys[0], did[8:]) {
		t.Fatalf("keys %q", keys)
	}
	other := newTestLimits(t, Config{Redis: c, Secret: []byte("another")})
	defer other.Close()
	if keys[0] != i.shared.key(slow.Name, did) || keys[0] == other.shared.key(slow.Name, did) {
		t.Error("the key does not depend on the secret")
	}
	if ttl := c.PTTL(t.Context(), keys[0]).Val(); ttl <= 0 || ttl > slow.Every {
		t.Errorf("a bucket of which one call was taken lives for %s", ttl)
	}
}

// TestRedisSilent: a Redis that does not respond delays one call by the
// timeout.
func TestRedisSilent(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() // it accepts connections and does not respond
	i := newInstance(t, redisClient(t, "redis://"+l.Addr().String()))
	i.shared.timeout = 100 * time.Millisecond
	if got := i.use(t, slow, "a"); got != int(slow.Amount) {
		t.Errorf("%d passed", got)
	}
	i.wait(t, false)
}

func BenchmarkSharedTake(b *testing.B) {
	i := newInstance(b, redisClient(b, dbtest.Redis(b)))
	row := *slow
	row.Amount, row.Refill = 1<<30, 1<<30
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := i.Take(context.Background(), &row, "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", 1); err != nil {
				b.Fatal(err)
			}
		}
	})
}
