package limit

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/xrpc"
)

// shareRow is a row for shared buckets that decays too slowly to matter during
// a test.
var shareRow = &Row{Name: "crowd", What: "tests", Unit: Calls, Per: "origin", Amount: 100, Refill: 1, Every: time.Hour,
	Error: xrpc.RateLimitExceeded, Kept: Shared}

// drain makes new members take one each until one is refused, and returns how
// many were accepted.
func (i *instance) drain(t *testing.T, b SharedBucket) int {
	t.Helper()
	for n := range 10_000 {
		if i.TryShare(b, freshMember()) > 0 {
			return n
		}
	}
	t.Fatal("no end of what is given")
	return 0
}

// servesFew waits until an instance without knowledge of a bucket refuses it,
// because it is used up elsewhere. It learns that with its first use, so it
// accepts fewer than the bucket has.
func (i *instance) servesFew(t *testing.T, b SharedBucket) {
	t.Helper()
	served := 0
	eventually(t, func() bool {
		if i.TryShare(b, freshMember()) > 0 {
			return true
		}
		served++
		return false
	})
	if served >= 100 {
		t.Errorf("%d more were served", served)
	}
}

var members int

func freshMember() string { members++; return time.Duration(members).String() }

// TestInstancesShareTotals: what members take at one instance is missing at the
// others, so several instances give hardly more than one does. What one member
// took counts against it at its instance.
func TestInstancesShareTotals(t *testing.T) {
	c := redisClient(t, dbtest.Redis(t))
	one, two := newInstance(t, c), newInstance(t, c)
	b := SharedBucket{Row: shareRow, Name: "example.com", Size: 1}
	if n := one.drain(t, b); n != 100 {
		t.Errorf("one instance gives %d", n)
	}
	two.servesFew(t, b)
	// A third instance has no answer of Redis yet: its first use asks.
	three := newInstance(t, c)
	three.servesFew(t, b)
	// Another bucket is not affected.
	if three.TryShare(SharedBucket{Row: shareRow, Name: "example.org", Size: 1}, freshMember()) > 0 {
		t.Error("another origin is refused")
	}
}

// TestTotalsKeepFairness: members with less use go first, by what is left for
// all instances.
func TestTotalsKeepFairness(t *testing.T) {
	c := redisClient(t, dbtest.Redis(t))
	one, two := newInstance(t, c), newInstance(t, c)
	b := SharedBucket{Row: shareRow, Name: "example.com", Size: 1}
	for n := 0; one.TryShare(b, "greedy") == 0; n++ {
		if n > 50 {
			t.Fatal("one member takes more than half")
		}
	}
	// The use of greedy at one is in the total at two, where greedy itself has
	// used nothing, so it gets half of the rest. A new member is accepted all
	// the time.
	two.TryShare(b, "greedy")
	eventually(t, func() bool {
		if two.TryShare(b, freshMember()) > 0 {
			t.Fatal("a newcomer is refused")
		}
		return two.TryShare(b, "greedy") > 0
	})
}

// TestTotalsWithoutRedis: an instance without Redis counts its own, and reports
// it when Redis is restored.
func TestTotalsWithoutRedis(t *testing.T) {
	c := redisClient(t, dbtest.Redis(t))
	one, two := newInstance(t, c), newInstance(t, c)
	b := SharedBucket{Row: shareRow, Name: "example.com", Size: 1}
	one.shared.lost.Store(true)
	if n := one.drain(t, b); n != 100 {
		t.Errorf("an instance without Redis gives %d", n)
	}
	one.shared.lost.Store(false)
	one.TryShare(SharedBucket{Row: shareRow, Name: "example.org", Size: 1}, "a")
	two.servesFew(t, b)
}

// TestTotalsFadeWithoutRedis: what an instance counted long ago without Redis has
// decayed when it is reported, so that nobody is refused for it after an outage.
func TestTotalsFadeWithoutRedis(t *testing.T) {
	c := redisClient(t, dbtest.Redis(t))
	one, two := newInstance(t, c), newInstance(t, c)
	var now atomic.Int64
	one.shares.clock = func() time.Duration { return time.Duration(now.Load()) }
	b := SharedBucket{Row: shareRow, Name: "example.com", Size: 1}
	one.shared.lost.Store(true)
	for range 20 {
		one.drain(t, b)
		now.Add(int64(shareRow.fillTime()))
	}
	now.Add(int64(10 * shareRow.fillTime()))
	one.shared.lost.Store(false)
	if wait := one.TryShare(b, freshMember()); wait > 0 {
		t.Fatal("refused after an outage")
	}
	key := one.shared.key("total "+shareRow.Name, b.Name)
	eventually(t, func() bool { return c.Exists(t.Context(), key).Val() == 1 })
	if used := c.HGet(t.Context(), key, "use").Val(); !strings.HasPrefix(used, "1.0") {
		t.Errorf("%s is reported, want one and little more", used)
	}
	if n := two.drain(t, b); n < 90 {
		t.Errorf("another instance gives %d", n)
	}
}
