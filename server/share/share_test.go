package share

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestBook(t *testing.T) {
	b := NewBook[string]()
	if key, held := b.Most(); key != "" || held != 0 || b.Len() != 0 {
		t.Errorf("an empty book: %q %d", key, held)
	}
	b.Add("a", 3)
	b.Add("b", 5)
	b.Add("a", 4)
	b.Add("c", 0)
	if key, held := b.Most(); key != "a" || held != 7 || b.Len() != 2 {
		t.Errorf("%q %d of %d", key, held, b.Len())
	}
	b.Add("a", -7)
	if key, held := b.Most(); key != "b" || held != 5 || b.Held("a") != 0 || b.Len() != 1 {
		t.Errorf("%q %d", key, held)
	}
}

// TestBookAtRandom: after random changes, Most is the largest holder.
func TestBookAtRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	b, want := NewBook[int](), map[int]int64{}
	for range 50_000 {
		key := r.IntN(50)
		n := r.Int64N(20) - min(want[key], 10)
		want[key] += n
		b.Add(key, n)
		var most, holders int64
		for _, held := range want {
			most = max(most, held)
			if held > 0 {
				holders++
			}
		}
		if _, held := b.Most(); held != most || int64(b.Len()) != holders || b.Held(key) != want[key] {
			t.Fatalf("most is %d of %d, want %d of %d", held, b.Len(), most, holders)
		}
	}
}

func TestMemoryIsGivenBackOnceAfterAFlood(t *testing.T) {
	var timers []func()
	freed := 0
	c := NewCalm(CalmConfig{From: 1000, Free: func() { freed++ },
		After: func(d time.Duration, f func()) {
			if d != calmTime {
				t.Errorf("waits %v", d)
			}
			timers = append(timers, f)
		}})
	fire := func() {
		t.Helper()
		if len(timers) != 1 {
			t.Fatalf("%d timers run", len(timers))
		}
		f := timers[0]
		timers = nil
		f()
	}
	c.Note(999)
	c.Note(0)
	if len(timers) != 0 {
		t.Error("ordinary use counts as a flood")
	}
	c.Note(5000)
	c.Note(1251)
	if len(timers) != 0 {
		t.Error("it is not over")
	}
	c.Note(1250)
	c.Note(100)
	c.Note(4000) // it comes again while we wait
	fire()
	if freed != 0 {
		t.Error("memory was given back in the middle of a flood")
	}
	c.Note(300)
	c.Note(0)
	fire()
	if freed != 1 {
		t.Errorf("given back %d times", freed)
	}
	c.Note(10)
	c.Note(0)
	if len(timers) != 0 {
		t.Error("the same flood counts twice")
	}
	c.Note(1000)
	c.Note(0)
	fire()
	if freed != 2 {
		t.Errorf("given back %d times after two floods", freed)
	}
}
