package auth

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// refusals make a Redis that serves reads refuse writes, and accept them again.
var refusals = map[string]struct{ refuse, take func(s *redisServer) }{
	"OOM": {
		func(s *redisServer) { s.config("maxmemory", "1") },
		func(s *redisServer) { s.config("maxmemory", "0") },
	},
	"MISCONF": {
		func(s *redisServer) {
			// A directory at the path of its snapshot: it cannot save.
			if err := os.Mkdir(s.dir+"/dump.rdb", 0o700); err != nil {
				s.t.Fatal(err)
			}
			s.config("save", "3600 1000000")
			_ = s.client().BgSave(s.t.Context()).Err()
			s.eventually("a save that failed", func() bool {
				return strings.Contains(s.client().Info(s.t.Context(), "persistence").Val(), "rdb_last_bgsave_status:err")
			})
		},
		func(s *redisServer) { s.config("save", "") },
	},
	"NOREPLICAS": {
		func(s *redisServer) { s.config("min-replicas-to-write", "1") },
		func(s *redisServer) { s.config("min-replicas-to-write", "0") },
	},
}

// eventually waits until done returns true.
func (s *redisServer) eventually(what string, done func() bool) {
	s.t.Helper()
	for range 6000 {
		if done() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.t.Fatalf("%s never came", what)
}

// TestRedisRefusesWrites: Redis refuses writes for ten minutes and serves reads
// all the time. An account that writes once a second is refused for the first
// two seconds only. Redis is lost once, and is used again when it accepts
// writes.
func TestRedisRefusesWrites(t *testing.T) {
	for name, kind := range refusals {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := startRedis(t)
			s.pause = 10 * time.Millisecond // so that it is probed within each second of our clock
			one := s.instance(w)
			a := w.plc.NewAccount()
			if got := call(t, one.Authenticator, issued(a, 1), sendMessage); got != a.DID {
				t.Fatal(got)
			}
			kind.refuse(s)
			if err := s.client().Get(t.Context(), "anything").Err(); err == nil || !strings.Contains(err.Error(), "nil") {
				t.Fatalf("it does not answer reads: %v", err)
			}
			last := ""
			for second := range 600 {
				last = issued(a, int64(second))
				got := call(t, one.Authenticator, last, sendMessage)
				if got != a.DID && second >= 2 {
					t.Fatalf("second %d: %s", second, got)
				}
				w.advance(time.Second)
				if second%30 == 0 {
					time.Sleep(20 * time.Millisecond) // time for a probe
				}
			}
			if n := value(t, one.metrics.RedisLost); n != 1 {
				t.Errorf("Redis was lost %v times", n)
			}
			one.wait(t, false)
			kind.take(s)
			one.wait(t, true)
			// This instance starts now: one that was running may still consider
			// Redis lost, and then knows only its own uses.
			two := s.instance(w)
			if got := call(t, two.Authenticator, last, sendMessage); got != JwtReplayed {
				t.Errorf("used while Redis refused writes, now at another instance: %s", got)
			}
			if got := call(t, two.Authenticator, issued(a, 601), sendMessage); got != a.DID {
				t.Errorf("another token: %s", got)
			}
		})
	}
}

// TestRedisFullIsLost: when Redis is full, tokens of an issuer that has its
// share are recorded by the instance.
func TestRedisFullIsLost(t *testing.T) {
	c := &clock{}
	s := startRedis(t)
	r := openRedisReplay(t, RedisReplayConfig{Client: s.client(), timeout: patient, now: c.now})
	for i := range 2 * guaranteedMarks {
		if got := spend(t, r, useOf(c, "a", fmt.Sprint(i))); got != Fresh {
			t.Fatal(got)
		}
	}
	s.config("maxmemory", "1")
	r.probe(t.Context())
	c.advance(time.Second)
	if got := spend(t, r, useOf(c, "a", "after")); got != Fresh {
		t.Errorf("a second later: %s", got)
	}
}

// TestRedisRefusesWritesAtStart: Redis counts as lost from the start.
func TestRedisRefusesWritesAtStart(t *testing.T) {
	w := newWorld(t)
	s := startRedis(t)
	s.instance(w).store.Close() // the markers of all buckets are set
	s.config("maxmemory", "1")
	i := s.instance(w)
	i.wait(t, false)
	a := w.plc.NewAccount()
	if got := call(t, i.Authenticator, issued(a, 1), sendMessage); got != a.DID {
		t.Error(got)
	}
}

// TestRedisClockSetForward: marks expire by the clock of Redis before their
// tokens, so all older tokens are refused.
func TestRedisClockSetForward(t *testing.T) {
	c := &clock{}
	s := startRedis(t)
	var behind atomic.Int64
	start := time.Now()
	r := openRedisReplay(t, RedisReplayConfig{Client: s.client(), timeout: patient, now: c.now, ran: func() time.Duration {
		return time.Since(start) - time.Duration(behind.Load())
	}})
	for range 3 {
		r.probe(t.Context())
	}
	if got := spend(t, r, useOf(c, "a", "1")); got != Fresh {
		t.Fatalf("memory began anew while the clock ran evenly: %s", got)
	}
	before := c.now().Unix()
	behind.Add(int64(time.Hour)) // as if the clock of Redis were an hour ahead
	r.probe(t.Context())
	// The probe that the store makes each second may have come first, and may still
	// be at work.
	tries := 0
	s.eventually("a token that was issued before is refused", func() bool {
		tries++
		old := useOf(c, "a", fmt.Sprint("before", tries))
		old.IssuedAt = before
		return spend(t, r, old) == TooOld
	})
	for i := range 2 * redisBuckets {
		if got := spend(t, r, useOf(c, fmt.Sprint(i), "3")); got != Fresh {
			t.Fatalf("issued after: %s", got)
		}
	}
}

// stores returns every kind of store, by its name.
func stores(t *testing.T) map[string]func(c *clock) ReplayStore {
	redis := startRedis(t)
	return map[string]func(c *clock) ReplayStore{
		"memory": func(c *clock) ReplayStore { return newMemoryReplay(MemoryReplayConfig{now: c.now}) },
		"file": func(c *clock) ReplayStore {
			m, err := NewMemoryReplay(MemoryReplayConfig{now: c.now, MarkFile: t.TempDir() + "/marks"})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(m.Close)
			return m
		},
		"redis": func(c *clock) ReplayStore {
			return openRedisReplay(t, RedisReplayConfig{Client: redis.client(), timeout: patient, now: c.now})
		},
	}
}

// TestClockSetBack: the records began while the clock was an hour ahead. When
// the clock is corrected, new tokens are accepted.
func TestClockSetBack(t *testing.T) {
	for name, open := range stores(t) {
		t.Run(name, func(t *testing.T) {
			c := &clock{}
			c.advance(time.Hour)
			s := open(c)
			spend(t, s, useOf(c, "a", "ahead"))
			c.advance(2 * time.Minute)
			spend(t, s, useOf(c, "a", "later")) // which drops the first
			c.advance(-time.Hour - 2*time.Minute)
			// The first may be refused, because older tokens are.
			spend(t, s, useOf(c, "a", "first"))
			for i := range 5 {
				c.advance(time.Second)
				u := useOf(c, "a", fmt.Sprint("right", i))
				for _, want := range []Spent{Fresh, Replayed} {
					if got := spend(t, s, u); got != want {
						t.Errorf("second %d after the clock was set right: %s, want %s", i, got, want)
					}
				}
			}
		})
	}
}

// TestClockSetBackTakesNoTokenTwice: a token was used and forgotten while the
// clock was a minute ahead. When the clock is corrected the token has not
// expired yet.
func TestClockSetBackTakesNoTokenTwice(t *testing.T) {
	for name, open := range stores(t) {
		t.Run(name, func(t *testing.T) {
			c := &clock{}
			s := open(c)
			c.advance(10 * time.Second)
			u := useOf(c, "a", "used")
			c.advance(time.Minute)
			if got := spend(t, s, u); got != Fresh {
				t.Fatal(got)
			}
			c.advance(35 * time.Second)
			spend(t, s, useOf(c, "a", "later")) // which drops the first
			c.advance(-time.Minute)
			for range 2 {
				if got := spend(t, s, u); got == Fresh {
					t.Error("it passes twice")
				}
			}
			if got := spend(t, s, useOf(c, "a", "new")); got != Fresh {
				t.Errorf("a token that is new: %s", got)
			}
		})
	}
}

// TestOtherSecret: an instance does not start if others of its service have
// another secret; another service may use the same Redis.
func TestOtherSecret(t *testing.T) {
	s := startRedis(t)
	config := func(service, secret string) RedisReplayConfig {
		return RedisReplayConfig{Client: s.client(), timeout: patient, Service: service, Secret: []byte(secret)}
	}
	first := openRedisReplay(t, config("did:web:a", "one"))
	openRedisReplay(t, config("did:web:a", "one"))
	openRedisReplay(t, config("did:web:b", "two"))
	if _, err := NewRedisReplay(t.Context(), config("did:web:a", "two")); !errors.Is(err, ErrOtherSecret) {
		t.Errorf("another secret: %v", err)
	}
	for _, key := range s.client().Keys(t.Context(), "mls:secret:*").Val() {
		if ttl := s.client().PTTL(t.Context(), key).Val(); ttl <= 0 || ttl > instanceTTL {
			t.Errorf("it is known for %s", ttl)
		}
		s.client().Del(t.Context(), key)
	}
	first.probe(t.Context())
	if _, err := NewRedisReplay(t.Context(), config("did:web:a", "two")); !errors.Is(err, ErrOtherSecret) {
		t.Errorf("another secret, later: %v", err)
	}
}
