package limit

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"catbird.blue/mls/xrpc"
)

// The clock of these tests is that of synctest: it stands still while a
// goroutine can run.

func retryAfter(t testing.TB, err error) time.Duration {
	t.Helper()
	var e *xrpc.Error
	if !errors.As(err, &e) {
		t.Fatalf("not a refusal: %v", err)
	}
	return e.RetryAfter
}

// lookup behaves like a look-up: it waits for its turn until ctx ends, and then
// works for a time.
func lookup(ctx context.Context, q *Queue, source string, takes time.Duration) error {
	w := q.Enter(source, Resource{Row: LookupNew}, Resource{Row: LookupPLC})
	if err := w.Wait(ctx); err != nil {
		return err
	}
	defer w.Done()
	time.Sleep(takes)
	return nil
}

const turnTimeout = 3 * time.Second

func testQueue(t testing.TB) *Queue { return NewQueue(newTestLimits(t, Config{}), LookupWaiting) }

// storm makes each source look up as often as it can, with 2 look-ups at a
// time.
func storm(ctx context.Context, q *Queue, sources int, done *atomic.Int64) {
	for i := range sources {
		for range 2 {
			go func() {
				for ctx.Err() == nil {
					short, cancel := context.WithTimeout(ctx, turnTimeout)
					if lookup(short, q, fmt.Sprint("storm", i), 50*time.Millisecond) == nil {
						done.Add(1)
					}
					cancel()
				}
			}()
		}
	}
}

// TestNewcomersInAStorm: during a storm from 50 addresses, 39 new sources of
// two PDSes come at once, and each gets its turn in time.
func TestNewcomersInAStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := testQueue(t)
		ctx, end := context.WithCancel(t.Context())
		defer end()
		var stormed atomic.Int64
		storm(ctx, q, 50, &stormed)
		time.Sleep(20 * time.Second)
		if n, most := stormed.Load(), 20*LookupNew.Refill+LookupNew.Amount; n < most-100 || n > most {
			t.Errorf("the storm had %d look-ups", n)
		}
		var served atomic.Int64
		for i := range 39 {
			go func() {
				short, cancel := context.WithTimeout(ctx, turnTimeout)
				defer cancel()
				if err := lookup(short, q, fmt.Sprint("pds", i%2), 50*time.Millisecond); err != nil {
					t.Errorf("newcomer %d: %v", i, err)
					return
				}
				served.Add(1)
			}()
		}
		time.Sleep(turnTimeout)
		if n := served.Load(); n != 39 {
			t.Errorf("%d of 39 were served within %s", n, turnTimeout)
		}
		end()
		time.Sleep(time.Second)
	})
}

// TestSteadySourceInAFlood: a source with four look-ups a second is served as
// before when ten others, which had no turns lately, let thousands wait.
func TestSteadySourceInAFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := testQueue(t)
		ctx, end := context.WithCancel(t.Context())
		defer end()
		var failed, flooded atomic.Int64
		steadily := func(n int) {
			for range n {
				time.Sleep(time.Second / 4)
				go func() {
					short, cancel := context.WithTimeout(ctx, turnTimeout)
					defer cancel()
					if lookup(short, q, "steady", 50*time.Millisecond) != nil {
						failed.Add(1)
					}
				}()
			}
		}
		steadily(4 * 120)
		for range 50 {
			storm(ctx, q, 10, &flooded)
		}
		steadily(4 * 60)
		time.Sleep(turnTimeout)
		if n := failed.Load(); n > 0 || flooded.Load() == 0 {
			t.Errorf("%d of 240 were not served within %s, the flood had %d", n, turnTimeout, flooded.Load())
		}
		end()
		time.Sleep(turnTimeout)
	})
}

// TestSteadySourceAmongNewOnes: sources that never had a turn, each with more
// look-ups than it gets, do not take a source's place that had many in scarce times.
func TestSteadySourceAmongNewOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := testQueue(t)
		for range 5 * LookupNew.Amount {
			w := q.Enter("steady", Resource{Row: LookupNew})
			<-w.Ready()
			w.Done()
		}
		var fresh []*Waiter
		for i := range 100 {
			for range 5 {
				fresh = append(fresh, q.Enter(fmt.Sprint("fresh", i), Resource{Row: LookupNew}))
			}
		}
		steady := q.Enter("steady", Resource{Row: LookupNew})
		time.Sleep(2 * 101 * time.Second / time.Duration(LookupNew.Refill))
		synctest.Wait()
		if !steady.HasTurn() {
			t.Error("it waits longer than two rounds")
		}
		for _, w := range fresh {
			w.Leave()
		}
	})
}

// TestSteadySourceAmongArrivals: sources that come for the first time, and keep coming,
// do not take all turns of one that had many in scarce times.
func TestSteadySourceAmongArrivals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := testQueue(t)
		for range 5 * LookupNew.Amount {
			w := q.Enter("steady", Resource{Row: LookupNew})
			<-w.Ready()
			w.Done()
		}
		var waiting []*Waiter
		came := 0
		arrive := func() {
			came++
			waiting = append(waiting, q.Enter(fmt.Sprint("new", came), Resource{Row: LookupNew}))
		}
		const crowd = 20
		for range crowd {
			arrive()
		}
		steady := q.Enter("steady", Resource{Row: LookupNew})
		for turns := 0; !steady.HasTurn() && turns < 4*crowd; turns++ {
			arrive()
			time.Sleep(time.Second / time.Duration(LookupNew.Refill))
			synctest.Wait()
		}
		if !steady.HasTurn() {
			t.Errorf("%d came and it waits", came)
		}
		for _, w := range append(waiting, steady) {
			w.Leave()
		}
	})
}

// TestFewestTurnsGoFirst: a source that comes for the first time goes before a
// flood that came earlier.
func TestFewestTurnsGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := testQueue(t)
		for range LookupNew.Amount {
			q.Enter("flood", Resource{Row: LookupNew}).Done()
		}
		var waiting []*Waiter
		for range 10 {
			waiting = append(waiting, q.Enter("flood", Resource{Row: LookupNew}))
		}
		honest := q.Enter("honest", Resource{Row: LookupNew})
		time.Sleep(time.Second / time.Duration(LookupNew.Refill))
		synctest.Wait()
		select {
		case <-honest.Ready():
		default:
			t.Error("the honest one waits")
		}
		for _, w := range waiting {
			w.Leave()
		}
	})
}

// TestLongestLineLoses: when too many wait, the longest line loses its last
// Waiter, and a Waiter of another source takes its place.
func TestLongestLineLoses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := testQueue(t)
		var flood []*Waiter
		for range LookupPLC.Amount + LookupWaiting.Amount {
			flood = append(flood, q.Enter("flood", Resource{Row: LookupPLC}))
		}
		more := q.Enter("flood", Resource{Row: LookupPLC})
		<-more.Ready()
		if retryAfter(t, more.Refusal()) <= 0 {
			t.Error("no time to come back")
		}
		honest := q.Enter("honest", Resource{Row: LookupPLC})
		last := flood[len(flood)-1]
		<-last.Ready()
		if last.Refusal() == nil || honest.Refusal() != nil || q.count != LookupWaiting.Amount {
			t.Errorf("the last of the flood: %v, the honest one: %v, %d wait", last.Refusal(), honest.Refusal(), q.count)
		}
		flood[0].Done()
		<-honest.Ready()
		for _, w := range append(flood, honest) {
			w.Leave()
		}
		if q.count != 0 || len(q.lines) != 0 {
			t.Errorf("%d wait in %d lines", q.count, len(q.lines))
		}
	})
}

// TestResourcesAreIndependent: work that waits for one resource does not delay work that does
// not need it.
func TestResourcesAreIndependent(t *testing.T) {
	q := testQueue(t)
	slow := Resource{LookupDomain, "slow.example"}
	for range LookupDomain.Amount {
		<-q.Enter("a", Resource{Row: LookupWeb}, slow).Ready()
	}
	stuck := q.Enter("b", Resource{Row: LookupWeb}, slow)
	<-q.Enter("b", Resource{Row: LookupWeb}, Resource{LookupDomain, "quick.example"}).Ready()
	select {
	case <-stuck.Ready():
		t.Error("a resource has more in it than its row says")
	default:
	}
	stuck.Leave()
}

// TestTurnGivenBack: a turn that comes while the work gives up is given back
// and does not count.
func TestTurnGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := testQueue(t)
		for range 3 * LookupNew.Amount {
			w := q.Enter("a", Resource{Row: LookupNew})
			<-w.Ready()
			w.Leave()
			w.Leave()
			w.Done()
		}
		if got := q.turns["a"].scarce.Now(q.limits.now(), queueDecayTime); got != 0 {
			t.Errorf("%v turns count", got)
		}
		for range LookupNew.Amount {
			<-q.Enter("b", Resource{Row: LookupNew}).Ready()
		}
	})
}

func TestExpired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := testQueue(t)
		for range LookupPLC.Amount {
			q.Enter("a", Resource{Row: LookupPLC})
		}
		w := q.Enter("b", Resource{Row: LookupPLC})
		if err := w.Expire(); retryAfter(t, err) <= 0 {
			t.Errorf("%v", err)
		}
		w.Leave()
		turn := q.Enter("c", Resource{Row: LookupNew})
		if err := turn.Expire(); err != nil {
			t.Errorf("one that has its turn: %v", err)
		}
	})
}

// TestCredit: a credited turn counts for less.
func TestCredit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := testQueue(t)
		for range LookupNew.Amount / 2 {
			q.Enter("flood", Resource{Row: LookupNew}).Done()
		}
		for range 10 {
			good := q.Enter("pds", Resource{Row: LookupNew})
			good.Done()
			good.Credit(0.75)
			q.Enter("flood", Resource{Row: LookupNew}).Done()
		}
		if pds, flood := q.turns["pds"].scarce.Now(q.limits.now(), queueDecayTime), q.turns["flood"].scarce.Now(q.limits.now(), queueDecayTime); pds != flood/4 {
			t.Errorf("%v and %v", pds, flood)
		}
	})
}

func TestQueueIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(newTestLimits(t, Config{Off: true}), LookupWaiting)
		for i := range maxSources + 5000 {
			w := q.Enter(fmt.Sprint(i), Resource{Row: LookupNew}, Resource{LookupDomain, fmt.Sprint(i)})
			<-w.Ready()
			w.Done()
		}
		if len(q.turns) > maxSources || len(q.resources) > maxResources {
			t.Errorf("%d sources, %d resources", len(q.turns), len(q.resources))
		}
	})
}

func BenchmarkQueueFull(b *testing.B) {
	q := NewQueue(newTestLimits(b, Config{}), LookupWaiting)
	for i := range LookupNew.Amount + LookupWaiting.Amount - 1 {
		q.Enter(fmt.Sprint("storm", i%50), Resource{Row: LookupNew}, Resource{LookupDomain, fmt.Sprint(i)})
	}
	b.ReportAllocs()
	for b.Loop() {
		q.Enter("one", Resource{Row: LookupNew}, Resource{Row: LookupPLC}).Leave()
	}
}
