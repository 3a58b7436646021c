package links

import (
	"testing"
	"time"
)

// Each account gets a turn of its own, and turns of a conversation do not delay another.
func TestTurns(t *testing.T) {
	turns, now := newTurns(), time.Unix(1000, 0)
	var last time.Duration
	for range 500 {
		wait := turns.Take("a", now)
		if wait-last != shortestTurn {
			t.Fatalf("a turn is %v after the one before", wait-last)
		}
		last = wait
	}
	if wait := turns.Take("b", now); wait != shortestTurn {
		t.Errorf("the first turn of another conversation is after %v", wait)
	}
	if wait := turns.Take("a", now.Add(last)); wait != shortestTurn {
		t.Errorf("after all turns have passed, the next one is after %v", wait)
	}
}

// Turns are further apart where joins take longer, and not without bound.
func TestTurnsFollowTheJoins(t *testing.T) {
	now := time.Unix(1000, 0)
	measure := func(d time.Duration) time.Duration {
		turns := newTurns()
		for range 100 {
			turns.Begin("a", "did:web:a.example", now)
			turns.Joined("a", "did:web:a.example", now.Add(d))
			turns.Joined("a", "did:web:a.example", now.Add(time.Hour)) // nothing began
		}
		first := turns.Take("a", now)
		return turns.Take("a", now) - first
	}
	for d, want := range map[time.Duration]time.Duration{time.Millisecond: shortestTurn, 400 * time.Millisecond: 200 * time.Millisecond, time.Minute: longestTurn} {
		if got := measure(d); got < want-5*time.Millisecond || got > want {
			t.Errorf("for joins of %v turns are %v apart, want %v", d, got, want)
		}
	}
}

// What is not used is forgotten.
func TestTurnsAreForgotten(t *testing.T) {
	turns, now := newTurns(), time.Unix(1000, 0)
	turns.Begin("a", "did:web:a.example", now)
	turns.Take("a", now)
	turns.Take("b", now.Add(3*turnsKept))
	if len(turns.convos) != 1 || len(turns.began) != 0 {
		t.Errorf("%d conversations and %d attempts are remembered", len(turns.convos), len(turns.began))
	}
}
