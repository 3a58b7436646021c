package auth

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// tokenLife is the longest that a token may live that is spent. Redis counts it by
// its own clock, so shorter ones would end during the test on a busy machine.
const tokenLife = 7 * time.Minute

// useOf returns a use of a token of the issuer, with iat in one second.
func useOf(c *clock, issuer, jti string) Use {
	u := use(c, jti, 1, int64(tokenLife.Seconds()))
	u.Issuer = "did:plc:" + issuer
	return u
}

// flood makes the issuers use tokens in turn, until each has used so many.
// Every token that is not Fresh must be OverShare.
func flood(t *testing.T, c *clock, s ReplayStore, issuers, each int) (fresh []Use) {
	t.Helper()
	for i := range each {
		for n := range issuers {
			u := useOf(c, fmt.Sprint("flood", n), fmt.Sprint(i))
			switch got := spend(t, s, u); got {
			case Fresh:
				fresh = append(fresh, u)
			case OverShare:
			default:
				t.Fatalf("token %d of issuer %d: %s", i, n, got)
			}
		}
	}
	return fresh
}

// bystanders uses tokens of issuers that had used few or none before a flood. All
// of these tokens must be Fresh.
func bystanders(t *testing.T, c *clock, during string, stores ...ReplayStore) {
	t.Helper()
	for i, s := range stores {
		for _, issuer := range []string{"known", "new" + during} {
			for n := range 4 {
				if got := spend(t, s, useOf(c, issuer, fmt.Sprint(during, i, n))); got != Fresh {
					t.Errorf("%s, issuer %s at store %d, token %d: %s", during, issuer, i, n, got)
				}
			}
		}
	}
}

// TestMemoryShares: one issuer or many that use as many tokens as they can
// leave room for others, and no token is forgotten.
func TestMemoryShares(t *testing.T) {
	for name, f := range map[string]struct{ issuers, each int }{"one": {1, 50_000}, "many": {50, 1000}} {
		c := &clock{}
		m := newMemoryReplay(MemoryReplayConfig{now: c.now, limit: 10_000})
		bystanders(t, c, "before", m)
		fresh := flood(t, c, m, f.issuers, f.each)
		if f.issuers*f.each == len(fresh) || len(fresh) < f.issuers*guaranteedMarks {
			t.Errorf("%s: %d of %d tokens were taken: the flood did nothing", name, len(fresh), f.issuers*f.each)
		}
		bystanders(t, c, "after", m)
		for _, u := range fresh {
			if got := spend(t, m, u); got != Replayed {
				t.Fatalf("%s: a token of the flood again: %s", name, got)
			}
		}
		c.advance(tokenLife + time.Minute)
		bystanders(t, c, "later", m)
		if len(m.issuers) != 2 || len(m.seen) != 8 {
			t.Errorf("%s: %d issuers and %d tokens are held after all tokens ended", name, len(m.issuers), len(m.seen))
		}
	}
}

// TestLastTenth: the last tenth is for issuers with few remembered tokens.
func TestLastTenth(t *testing.T) {
	c := &clock{}
	const limit = 8000
	m := newMemoryReplay(MemoryReplayConfig{now: c.now, limit: limit})
	for i := 0; len(m.seen) < limit-limit/10; i++ { // many issuers together can fill nine tenths
		spend(t, m, useOf(c, fmt.Sprint("many", i/guaranteedMarks), fmt.Sprint(i)))
	}
	for n := 0; len(m.seen) < limit; n++ {
		for i := range guaranteedMarks + 1 {
			want := Fresh
			if i == guaranteedMarks {
				want = OverShare
			}
			if got := spend(t, m, useOf(c, fmt.Sprint("new", n), fmt.Sprint(i))); got != want {
				t.Fatalf("issuer %d, token %d: %s, want %s", n, i, got, want)
			}
		}
		if got := spend(t, m, useOf(c, "many0", fmt.Sprint("more", n))); got != OverShare {
			t.Fatalf("one that has its share got %s", got)
		}
	}
	if got := spend(t, m, useOf(c, "last", "0")); got != OverShare || len(m.seen) != limit {
		t.Errorf("beyond the limit: %s, %d tokens held", got, len(m.seen))
	}
}

// TestShareOverRestart: tokens spent within a share are remembered after a
// restart, even if the share is smaller by then.
func TestShareOverRestart(t *testing.T) {
	c := &clock{}
	path := t.TempDir() + "/marks"
	start := func() *MemoryReplay {
		m, err := NewMemoryReplay(MemoryReplayConfig{MarkFile: path, Secret: []byte("s"), now: c.now, limit: 2000})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(m.Close)
		return m
	}
	first := start()
	var fresh []Use
	for i := range 100 {
		u := useOf(c, "first", fmt.Sprint(i))
		if got := spend(t, first, u); got != Fresh {
			t.Fatal(got)
		}
		fresh = append(fresh, u)
	}
	fresh = append(fresh, flood(t, c, first, 40, 500)...)
	if now := share(2000, int64(len(first.seen))); now >= 100 {
		t.Fatalf("the share is still %d", now)
	}
	again := start()
	if len(again.seen) != len(first.seen) {
		t.Errorf("%d tokens are remembered, %d were", len(again.seen), len(first.seen))
	}
	for _, u := range fresh {
		if got := spend(t, again, u); got != Replayed {
			t.Fatalf("after a restart: %s", got)
		}
	}
}

// small starts a Redis whose maxmemory is so many bytes above its current use.
func (s *redisServer) small(t *testing.T, bytes int64) {
	t.Helper()
	s.config("maxmemory", fmt.Sprint(usedMemory(t, s.client())+bytes))
}

// config sets a parameter of the server.
func (s *redisServer) config(name, value string) {
	s.t.Helper()
	if err := s.client().ConfigSet(context.Background(), name, value).Err(); err != nil {
		s.t.Fatal(err)
	}
}

// TestRedisShares: neither one issuer nor many fill a small Redis, so that
// tokens of others are still accepted, each of them once at all instances
// together.
func TestRedisShares(t *testing.T) {
	for name, f := range map[string]struct{ issuers, each int }{"one": {1, 5000}, "many": {100, 100}} {
		t.Run(name, func(t *testing.T) {
			c := &clock{}
			s := startRedis(t)
			w := newWorld(t)
			w.clock = c
			one, two := s.instance(w), s.instance(w)
			bystanders(t, c, "before", one.store, two.store)
			s.small(t, 1<<20)
			one.store.probe(t.Context())
			two.store.probe(t.Context())
			fresh := flood(t, c, one.store, f.issuers, f.each)
			if f.issuers*f.each == len(fresh) || len(fresh) < f.issuers*guaranteedMarks {
				t.Errorf("%d of %d tokens were taken: the flood did nothing", len(fresh), f.issuers*f.each)
			}
			bystanders(t, c, "after", one.store, two.store)
			for i, u := range fresh {
				if got := spend(t, []ReplayStore{one.store, two.store}[i%2], u); got != Replayed {
					t.Fatalf("a token of the flood again: %s", got)
				}
			}
			for i, instance := range []*redisInstance{one, two} {
				if n := value(t, instance.metrics.RedisLost); n != 0 {
					t.Errorf("instance %d lost Redis %v times", i, n)
				}
			}
			used := usedMarks(t, s.client())
			if used < len(fresh) {
				t.Errorf("Redis holds %d marks, %d were taken", used, len(fresh))
			}
		})
	}
}

func usedMarks(t *testing.T, c redis.UniversalClient) int {
	t.Helper()
	n, err := c.DBSize(t.Context()).Result()
	if err != nil {
		t.Fatal(err)
	}
	return int(n) - redisBuckets
}

// TestMarkBytes: marks take no more memory of Redis than markBytes.
func TestMarkBytes(t *testing.T) {
	s := startRedis(t)
	c := s.client()
	m := redisMarks{c, newIDs(nil), patient}
	if err := m.begin(t.Context(), 0, false); err != nil {
		t.Fatal(err)
	}
	before := usedMemory(t, c)
	const n = 20_000
	uses := make([]storedUse, n)
	clk := &clock{}
	for i := range uses {
		u := useOf(clk, fmt.Sprint(i/10), fmt.Sprint(i))
		uses[i] = storedUse{m.ids.of(&u), u.forgetAt(), 1}
	}
	if err := m.push(t.Context(), uses, clk.now().Unix()); err != nil {
		t.Fatal(err)
	}
	each := (usedMemory(t, c) - before) / n
	if t.Logf("%d bytes a mark", each); each < 50 || each > markBytes {
		t.Errorf("a mark takes %d bytes", each)
	}
}

func usedMemory(t *testing.T, c redis.UniversalClient) (n int64) {
	t.Helper()
	info, err := c.InfoMap(t.Context(), "memory").Result()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscan(info["Memory"]["used_memory"], &n); err != nil {
		t.Fatal(err)
	}
	return n
}
