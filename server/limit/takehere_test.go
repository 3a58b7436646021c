package limit

import (
	"testing"
	"time"

	"catbird.blue/mls/internal/dbtest"
)

// What is taken without waiting for Redis is refused here at once where it is
// used up, and soon at the other instances.
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
	for deadline := time.Now().Add(time.Minute); two.Take(t.Context(), slow, "a", 1) == nil; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the other instance does not hear of it")
		}
		two.Return(t.Context(), slow, "a", 1)
	}
	if two.TakeHere(slow, "a", 1) == nil {
		t.Error("what Redis said is not heeded")
	}
	if err := two.TakeHere(slow, "b", slow.Amount); err != nil {
		t.Errorf("another key: %v", err)
	}
}

// What is given back is there again, whenever Redis answers to its being taken.
func TestGivenBackWhileRedisIsTold(t *testing.T) {
	i := newInstance(t, redisClient(t, dbtest.Redis(t)))
	for n := range 100 {
		for deadline := time.Now().Add(time.Minute); i.TakeHere(slow, "a", slow.Amount) != nil; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%d: it does not come back", n)
			}
		}
		if n%2 == 0 { // else both are told together
			time.Sleep(time.Millisecond)
		}
		i.Return(t.Context(), slow, "a", slow.Amount)
	}
}
