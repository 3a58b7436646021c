package limit

import (
	"testing"
	"time"

	"catbird.blue/mls/internal/dbtest"
)

// TestTakeHere: what is taken without waiting for Redis counts at once at this
// instance, and soon at the others.
func TestTakeHere(t *testing.T) {
	c := redisClient(t, dbtest.Redis(t))
	one, two := newInstance(t, c), newInstance(t, c)
	for n := range slow.Amount {
		if err := one.TakeHere(slow, "a", 1); err != nil {
			t.Fatalf("%d: %v", n, err)
		}
	}
	if one.TakeHere(slow, "a", 1) == nil {
		t.Error("more than there is")
	}
	one.waitReported(t, "a")
	if two.Take(t.Context(), slow, "a", 1) == nil {
		t.Error("the other instance does not hear of it")
	}
	if two.TakeHere(slow, "a", 1) == nil {
		t.Error("what Redis said is not heeded")
	}
	if err := two.TakeHere(slow, "b", slow.Amount); err != nil {
		t.Errorf("another key: %v", err)
	}
}

// TestGivenBackWhileTheTakeIsReported: what is given back is available again, even if
// Redis answers later to the take.
func TestGivenBackWhileTheTakeIsReported(t *testing.T) {
	i := newInstance(t, redisClient(t, dbtest.Redis(t)))
	for n := range 100 {
		for deadline := time.Now().Add(time.Minute); i.TakeHere(slow, "a", slow.Amount) != nil; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%d: it does not come back", n)
			}
		}
		if n%2 == 0 { // otherwise both are reported together
			time.Sleep(time.Millisecond)
		}
		i.Return(t.Context(), slow, "a", slow.Amount)
	}
}

// TestGivenBackToAnEmptyRedis: a Redis restored without its data does not know
// earlier uses. An amount given back then raises the bucket by no more than
// that amount.
func TestGivenBackToAnEmptyRedis(t *testing.T) {
	c := redisClient(t, dbtest.Redis(t))
	i := newInstance(t, c)
	if err := i.TakeHere(slow, "a", 60); err != nil {
		t.Fatal(err)
	}
	i.waitReported(t, "a")
	if err := c.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	if err := i.TakeHere(slow, "a", 10); err != nil {
		t.Fatal(err)
	}
	i.waitReported(t, "a")
	i.Return(t.Context(), slow, "a", 10)
	i.waitReported(t, "a")
	if i.TakeHere(slow, "a", 41) == nil {
		t.Error("what was used before is negligible")
	}
	if err := i.TakeHere(slow, "a", 40); err != nil {
		t.Errorf("what was left is gone: %v", err)
	}
}

// waitReported waits until the use of a bucket has been reported to Redis.
func (i *instance) waitReported(t testing.TB, key string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); i.shared.waits(key); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the use is not reported to Redis")
		}
	}
}

func (s *shared) waits(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.pending[s.key(slow.Name, key)]
	return ok
}
