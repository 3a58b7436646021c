package auth

import (
	"crypto/rand"
	"sync"
	"testing"
	"time"
)

func TestRedisFlushed(t *testing.T) {
	w := newWorld(t)
	s := startRedis(t)
	i := s.instance(w)
	a := w.plc.NewAccount()
	// The issuer's clock is ahead: its token must not be accepted again after
	// the flush because its iat is later than the flush.
	used := issued(a, 20)
	if got := call(t, i.Authenticator, used, sendMessage); got != a.DID {
		t.Fatal(got)
	}
	if err := s.client().FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := call(t, i.Authenticator, used, sendMessage); got == a.DID {
			t.Error("a flushed Redis let a token pass again")
		}
	}
	// The call that detects the flush is refused.
	if got := call(t, i.Authenticator, issued(a, 0), sendMessage); got != JwtExpired {
		t.Errorf("issued before the flush: %s", got)
	}
	// After that the markers of all buckets are set: no further token is
	// refused.
	for range 2 * redisBuckets {
		a := w.plc.NewAccount()
		if got := call(t, i.Authenticator, issued(a, 22), sendMessage); got != a.DID {
			t.Fatalf("issued after the flush: %s", got)
		}
	}
}

// A Redis that restarts from an old snapshot has lost records without being
// empty. Both running instances and those that start later detect it.
func TestRedisRolledBack(t *testing.T) {
	t.Run("instance stayed", func(t *testing.T) { testRolledBack(t, false) })
	t.Run("instance restarted", func(t *testing.T) { testRolledBack(t, true) })
}

func testRolledBack(t *testing.T, restarted bool) {
	w := newWorld(t)
	s := startRedis(t)
	s.timeout = impatient
	i := s.instance(w)
	a := w.plc.NewAccount()
	if err := s.client().Save(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	used := issued(a, 1)
	if got := call(t, i.Authenticator, used, sendMessage); got != a.DID {
		t.Fatal(got)
	}
	s.kill()
	s.start()
	if n := len(s.client().Keys(t.Context(), "mls:used:*").Val()); n != redisBuckets {
		t.Fatalf("the snapshot has %d keys", n)
	}
	w.advance(2 * time.Second)
	if restarted {
		i.store.Close()
		i = s.instance(w)
	}
	for range 2 {
		if got := call(t, i.Authenticator, used, sendMessage); got == a.DID {
			t.Error("a token passed again after a rollback")
		}
	}
	for range 2 * redisBuckets {
		a := w.plc.NewAccount()
		if got := call(t, i.Authenticator, issued(a, 4), sendMessage); got != a.DID {
			t.Fatalf("issued after the rollback: %s", got)
		}
	}
}

// The response to a first use was lost and the call is repeated.
func TestRedisAnswerLost(t *testing.T) {
	s := startRedis(t)
	c := s.client()
	m := redisMarks{c, newIDs(nil), patient}
	if err := m.begin(t.Context(), 0, false); err != nil {
		t.Fatal(err)
	}
	u := use(&clock{}, "j", 1, 61)
	id, nonce := m.ids.of(&u), rand.Text()[:nonceBytes]
	keys := []string{m.markerKey(id[0]), m.tokenKey(id), m.countsKey(id)}
	for range 2 {
		got, err := spendScript.Run(t.Context(), c, keys, nonce, 60_000, u.IssuedAt, 0, 1, 16).Int()
		if err != nil || got != 1 {
			t.Errorf("the same call: %d, %v", got, err)
		}
	}
	if got, err := m.spend(t.Context(), &u, id, 0, 16); err != nil || got != 0 {
		t.Errorf("another call: %d, %v", got, err)
	}
}

func TestRedisLostAndBack(t *testing.T) {
	w := newWorld(t)
	s := startRedis(t)
	s.timeout = impatient
	one, two := s.instance(w), s.instance(w)
	a := w.plc.NewAccount()
	before, unused := issued(a, 1), issued(a, 1)
	if got := call(t, one.Authenticator, before, sendMessage); got != a.DID {
		t.Fatal(got)
	}

	s.stall()
	start := time.Now()
	if got := call(t, one.Authenticator, unused, sendMessage); got != JwtExpired {
		t.Errorf("issued before Redis was lost: %s", got)
	}
	if took := time.Since(start); took > time.Minute {
		t.Errorf("losing Redis took %s", took)
	}
	one.wait(t, false)
	if got := call(t, one.Authenticator, before, sendMessage); got == a.DID {
		t.Error("used before Redis was lost, accepted after")
	}
	var during []string
	for range 20 {
		token := issued(a, 3)
		during = append(during, token)
		if got := call(t, one.Authenticator, token, sendMessage); got != a.DID {
			t.Fatalf("issued after Redis was lost: %s", got)
		}
		if got := call(t, one.Authenticator, token, sendMessage); got != JwtReplayed {
			t.Fatalf("again: %s", got)
		}
	}
	if value(t, one.metrics.RedisLost) != 1 {
		t.Error("the loss was not counted once")
	}

	s.resume()
	one.wait(t, true)
	for _, i := range []*redisInstance{one, two} {
		for _, token := range append(during, before) {
			if got := call(t, i.Authenticator, token, sendMessage); got != JwtReplayed {
				t.Errorf("used meanwhile: %s", got)
			}
		}
	}
	// Redis had kept its data: a token that is not in it was not used.
	if got := call(t, two.Authenticator, issued(a, 1), sendMessage); got != a.DID {
		t.Errorf("after it all: %s", got)
	}
}

// TestRedisLostWithClocksAhead: when Redis is lost, a token of an issuer whose
// clock is ahead is not accepted again, and other issuers are not affected.
func TestRedisLostWithClocksAhead(t *testing.T) {
	w := newWorld(t)
	s := startRedis(t)
	s.timeout = impatient
	i := s.instance(w)
	a, other := w.plc.NewAccount(), w.plc.NewAccount()
	ahead := issued(a, 118)
	if got := call(t, i.Authenticator, ahead, sendMessage); got != a.DID {
		t.Fatal(got)
	}
	s.stall()
	call(t, i.Authenticator, issued(other, 0), sendMessage)
	i.wait(t, false)
	w.advance(2 * time.Second)
	if got := call(t, i.Authenticator, issued(other, 2), sendMessage); got != other.DID {
		t.Errorf("another account, 2 s later: %s", got)
	}
	if got := call(t, i.Authenticator, ahead, sendMessage); got != JwtReplayed {
		t.Errorf("again without Redis: %s", got)
	}
	s.resume()
	i.wait(t, true)
	if got := call(t, s.instance(w).Authenticator, ahead, sendMessage); got != JwtReplayed {
		t.Errorf("again at another instance: %s", got)
	}
}

func TestRedisAbsentAtStart(t *testing.T) {
	w := newWorld(t)
	s := startRedis(t)
	s.timeout = impatient
	s.kill()
	i := s.instance(w)
	i.wait(t, false)
	a := w.plc.NewAccount()
	token := issued(a, 1)
	if got := call(t, i.Authenticator, token, sendMessage); got != a.DID {
		t.Fatal(got)
	}
	s.start()
	i.wait(t, true)
	if got := call(t, i.Authenticator, token, sendMessage); got == a.DID {
		t.Error("accepted again when Redis came")
	}
}

// Requests continue while records are copied to Redis; each token is accepted
// once.
func TestReturnUnderLoad(t *testing.T) {
	w := newWorld(t)
	s := startRedis(t)
	s.timeout = impatient
	i := s.instance(w)
	a := w.plc.NewAccount()
	s.stall()
	call(t, i.Authenticator, issued(a, 1), sendMessage)
	i.wait(t, false)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		wg.Go(func() {
			for {
				token := issued(a, 5)
				if got := call(t, i.Authenticator, token, sendMessage); got != a.DID {
					t.Errorf("first use: %s", got)
				}
				if got := call(t, i.Authenticator, token, sendMessage); got != JwtReplayed {
					t.Errorf("second use: %s", got)
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	time.Sleep(300 * time.Millisecond)
	s.resume()
	i.wait(t, true)
	time.Sleep(200 * time.Millisecond)
	close(stop)
	wg.Wait()
}
