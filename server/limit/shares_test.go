package limit

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"catbird.blue/mls/xrpc"
)

// crowd is the members of one bucket.
type crowd struct {
	t      *testing.T
	limits *Limits
	clock  time.Duration
	// first is the member of a flood that calls first.
	first  int
	bucket SharedBucket
}

func newCrowd(t *testing.T, row *Row, size float64) *crowd {
	c := &crowd{t: t, bucket: SharedBucket{Row: row, Name: "pds.example", Size: size}}
	c.limits = newTestLimits(t, Config{Clock: func() time.Duration { return c.clock }})
	return c
}

func (c *crowd) take(member string) bool {
	c.t.Helper()
	return c.limits.TryShare(c.bucket, member) == 0
}

// flood makes members take all they can, in turns, and returns how much each of
// them got.
func (c *crowd) flood(members int) map[string]int {
	c.t.Helper()
	got := map[string]int{}
	for more := true; more; {
		more = false
		for i := range members {
			if name := fmt.Sprint("flood", (i+c.first)%members); c.take(name) {
				got[name]++
				more = true
			}
		}
	}
	return got
}

func TestOneAloneGetsHalf(t *testing.T) {
	c := newCrowd(t, OriginRow(xrpc.RateSend), 1)
	got := c.flood(1)["flood0"]
	if half := int(c.bucket.Row.Amount) / 2; got < half-1 || got > half+1 {
		t.Errorf("%d of %d", got, c.bucket.Row.Amount)
	}
}

// TestFloodLeavesAShare: a flood leaves as much as each of its members has, and
// a new member gets half of that at once.
func TestFloodLeavesAShare(t *testing.T) {
	c := newCrowd(t, OriginRow(xrpc.RatePublish), 1)
	total := 0
	for name, n := range c.flood(200) {
		total += n
		if share := int(c.bucket.Row.Amount) / 201; n < share-1 || n > share+1 {
			t.Fatalf("%s got %d", name, n)
		}
	}
	if total > int(c.bucket.Row.Amount) {
		t.Errorf("%d together", total)
	}
	for i := range int(c.bucket.Row.Amount) / 201 / 2 {
		if !c.take("honest") {
			t.Fatalf("the honest one is refused at its call %d", i)
		}
	}
}

// TestLongFlood: a flood of a minute gets the refill and no more, and one call
// of another member in ten seconds is always accepted.
func TestLongFlood(t *testing.T) {
	c := newCrowd(t, OriginRow(xrpc.RateChange), 1)
	total := 0
	const most, step = time.Minute, 250 * time.Millisecond
	for c.clock < most {
		for _, n := range c.flood(100) {
			total += n
		}
		if c.clock%(10*time.Second) == 0 && !c.take("honest") {
			t.Fatalf("refused after %s", c.clock)
		}
		c.clock += step
		c.first = rand.N(100)
	}
	if all := c.bucket.Row.Amount + int64(most/time.Second)*c.bucket.Row.Refill; int64(total) > all {
		t.Errorf("%d in %s, more than %d", total, most, all)
	}
}

func TestSharedBucketsAreApart(t *testing.T) {
	c := newCrowd(t, OriginRow(xrpc.RateClaim), 1)
	c.flood(50)
	c.bucket.Name = "other.example"
	if n := len(c.flood(50)); n != 50 {
		t.Errorf("%d members of another bucket got something", n)
	}
	c.bucket.Row = OriginRow(xrpc.RateSend)
	if n := len(c.flood(50)); n != 50 {
		t.Errorf("%d members got something in another class", n)
	}
}

func TestShareComesBack(t *testing.T) {
	c := newCrowd(t, OriginRow(xrpc.RateStream), 1)
	c.flood(1)
	wait := c.limits.TryShare(c.bucket, "flood0")
	if c.clock += wait / 2; c.take("flood0") {
		t.Errorf("it came back before %s", wait)
	}
	if c.clock += wait/2 + time.Microsecond; !c.take("flood0") {
		t.Errorf("it did not come back after %s", wait)
	}
}

// TestSmallBucket: a bucket of any size allows one call.
func TestSmallBucket(t *testing.T) {
	c := newCrowd(t, OriginRow(xrpc.RateRead), 1e-9)
	if !c.take("a") || c.take("b") {
		t.Error("not one")
	}
	if c.clock += time.Hour; !c.take("b") {
		t.Error("none an hour later")
	}
}

func TestSharesAreBounded(t *testing.T) {
	s := newShares(func() time.Duration { return 0 }, 100)
	for i := range 5000 {
		s.take(SharedBucket{OriginRow(xrpc.RateRead), "one", 1e6}, fmt.Sprint(i), 1)
		s.take(SharedBucket{OriginRow(xrpc.RateRead), fmt.Sprint(i), 1}, "one", 1)
	}
	for i := range s.parts {
		if p := &s.parts[i]; len(p.total) > 100 || len(p.members) > 100 {
			t.Errorf("%d buckets and %d members", len(p.total), len(p.members))
		}
	}
}

func TestSharesConcurrently(t *testing.T) {
	c := newCrowd(t, OriginRow(xrpc.RateUpload), 1)
	var got atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 1000 {
				if c.take("one") {
					got.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if half := c.bucket.Row.Amount / 2; got.Load() < half-1 || got.Load() > half+1 {
		t.Errorf("%d of %d", got.Load(), c.bucket.Row.Amount)
	}
}

func TestSharesOff(t *testing.T) {
	l := newTestLimits(t, Config{Off: true})
	for range 100_000 {
		if wait := l.TryShare(SharedBucket{OriginRow(xrpc.RateUpload), "x", 1}, "one"); wait != 0 {
			t.Fatal(wait)
		}
	}
}

func BenchmarkTakeShare(b *testing.B) {
	l := newTestLimits(b, Config{Scale: 1e9})
	b.ReportAllocs()
	for b.Loop() {
		_ = l.TryShare(SharedBucket{OriginRow(xrpc.RateSend), "pds.example", 1}, "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")
	}
}
