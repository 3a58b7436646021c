package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/server/redislink"
)

// issued returns a token with iat so many seconds from now and a lifetime of
// four minutes.
func issued(a *authtest.Account, seconds int64) string {
	return forge(a, sendMessage.NSID, times(seconds, seconds+240))
}

func TestRedisSharesSingleUse(t *testing.T) {
	w := newWorld(t)
	s := startRedis(t)
	one, two := s.instance(w), s.instance(w)
	a := w.plc.NewAccount()
	token := a.Token(service, sendMessage.NSID)
	if got := call(t, one.Authenticator, token, sendMessage); got != a.DID {
		t.Fatal(got)
	}
	for _, i := range []*redisInstance{two, one} {
		if got := call(t, i.Authenticator, token, sendMessage); got != JwtReplayed {
			t.Errorf("again: %s", got)
		}
	}
	token = a.Token(service, sendMessage.NSID)
	var accepted atomic.Int32
	var wg sync.WaitGroup
	for n := range 64 {
		wg.Go(func() {
			if call(t, []*redisInstance{one, two}[n%2].Authenticator, token, sendMessage) == a.DID {
				accepted.Add(1)
			}
		})
	}
	wg.Wait()
	if accepted.Load() != 1 {
		t.Errorf("%d of 64 uses at two instances were accepted", accepted.Load())
	}
}

// An instance that starts while Redis has all records refuses nothing.
func TestRedisOutlivesInstances(t *testing.T) {
	w := newWorld(t)
	s := startRedis(t)
	a := w.plc.NewAccount()
	first := s.instance(w)
	used, unused := issued(a, 1), issued(a, 2)
	if got := call(t, first.Authenticator, used, sendMessage); got != a.DID {
		t.Fatal(got)
	}
	first.store.Close()
	w.advance(5 * time.Second)
	second := s.instance(w)
	if got := call(t, second.Authenticator, used, sendMessage); got != JwtReplayed {
		t.Errorf("used before: %s", got)
	}
	if got := call(t, second.Authenticator, unused, sendMessage); got != a.DID {
		t.Errorf("issued before, not used: %s", got)
	}
}

// TestRedisCountsUses: a token without jti has its number of uses at all
// instances together: with Redis, without it, and after it is restored.
func TestRedisCountsUses(t *testing.T) {
	w := newWorld(t)
	s := startRedis(t)
	s.timeout = impatient
	one, two := s.instance(w), s.instance(w)
	a := w.plc.NewAccount()
	token := forge(a, sendMessage.NSID, func(_, c map[string]any) {
		times(0, 240)(nil, c)
		delete(c, "iat")
		delete(c, "jti")
	})
	use := func(i *redisInstance, want string, times int) {
		t.Helper()
		for range times {
			if got := call(t, i.Authenticator, token, sendMessage); got != want {
				t.Fatalf("%s, want %s", got, want)
			}
		}
	}
	use(one, a.DID, 2)
	use(two, a.DID, 2)
	s.stall()
	call(t, one.Authenticator, issued(a, 0), sendMessage)
	one.wait(t, false)
	use(one, a.DID, 3) // 5 in the records of this instance
	s.resume()
	one.wait(t, true)
	use(two, a.DID, MaxUsesWithoutJTI-5)
	use(two, JwtReplayed, 2)
	use(one, JwtReplayed, 2)
	marks := one.store.marks
	id := marks.ids.of(&Use{Issuer: a.DID, Signed: signedPart(token)})
	if ttl := s.client().TTL(t.Context(), marks.tokenKey(id)).Val(); ttl <= 0 || ttl > 5*time.Minute {
		t.Errorf("it is kept for %s", ttl)
	}
}

func signedPart(token string) []byte { return []byte(token[:strings.LastIndex(token, ".")]) }

func TestRedisHoldsNoDID(t *testing.T) {
	w := newWorld(t)
	s := startRedis(t)
	i := s.instance(w)
	a := w.plc.NewAccount()
	if got := call(t, i.Authenticator, a.Token(service, sendMessage.NSID), sendMessage); got != a.DID {
		t.Fatal(got)
	}
	c := s.client()
	keys := c.Keys(t.Context(), "*").Val()
	if len(keys) != redisBuckets+3 { // markers, a token, a count, and the secret's namespace
		t.Errorf("%d keys", len(keys))
	}
	// Nor does it hold anything that can be computed from the DID alone.
	plain := sha256.Sum256([]byte(a.DID))
	for _, k := range keys {
		content := k + c.Dump(t.Context(), k).Val()
		for _, trace := range []string{a.DID[len("did:plc:"):], string(plain[:8]), hex.EncodeToString(plain[:8]), base64.RawURLEncoding.EncodeToString(plain[:6])} {
			if strings.Contains(content, trace) {
				t.Errorf("the DID can be told from %s", k)
			}
		}
		ttl := c.TTL(t.Context(), k).Val()
		if marker := strings.HasSuffix(k, ":since"); marker != (ttl < 0) || ttl > 92*time.Second+countSlot*time.Second {
			t.Errorf("%s lives for %s", k, ttl)
		}
	}
}

// In a cluster a script may touch keys of one slot only.
func TestRedisCluster(t *testing.T) {
	w := newWorld(t)
	s := startRedis(t, "--cluster-enabled", "yes")
	if err := s.client().Do(t.Context(), "CLUSTER", "ADDSLOTSRANGE", 0, 16383).Err(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(startTime); ; time.Sleep(50 * time.Millisecond) {
		state := s.client().ClusterInfo(t.Context()).Val()
		if strings.Contains(state, "cluster_state:ok") {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("the cluster is not ready within %s: %s", startTime, state)
		}
	}
	addr := strings.TrimSuffix(strings.TrimPrefix(s.url(), "redis://"), "/")
	i := s.instanceWith(w, s.clientOf(s.url()+"?addr="+addr))
	a := w.plc.NewAccount()
	for range 200 {
		token := a.Token(service, sendMessage.NSID)
		if got := call(t, i.Authenticator, token, sendMessage); got != a.DID {
			t.Fatal(got)
		}
		if got := call(t, i.Authenticator, token, sendMessage); got != JwtReplayed {
			t.Fatal(got)
		}
	}
	if value(t, i.metrics.RedisUp) != 1 {
		t.Error("the cluster was lost")
	}
}

func TestRedisURLs(t *testing.T) {
	for _, url := range []string{"", "http://localhost", "redis://[", "redis://h/notanumber", "redis://h?addr=h2&x=y"} {
		if c, err := redislink.NewClient(url); err == nil {
			t.Errorf("%q passed", url)
			_ = c.Close()
		}
	}
}

func BenchmarkRedisSpend(b *testing.B) {
	s := startRedis(b)
	r := openRedisReplay(b, RedisReplayConfig{Client: s.client(), timeout: patient})
	c := &clock{}
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if got, err := r.Spend(b.Context(), use(c, rand.Text(), 5, 65)); err != nil || got != Fresh {
				b.Fatal(got, err)
			}
		}
	})
}
