package origin

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// The clock of these tests is that of synctest: it stands still while a
// goroutine can run.

// strangers makes accounts whose documents name a host that does not know them;
// %d in host is replaced by a number for each.
func (w *world) strangers(n int, host string) []string {
	dids := make([]string, n)
	for i := range dids {
		at := host
		if host == "" {
			at = fmt.Sprintf("pds.invented%d.com", i)
		}
		dids[i] = w.account(fmt.Sprint("stranger", i), at, false)
	}
	return dids
}

// flooded omits reading, whose bucket is too large for a quick test.
var flooded = []xrpc.RateClass{xrpc.RateSend, xrpc.RateChange, xrpc.RatePublish, xrpc.RateClaim, xrpc.RateStream}

// during makes accounts flood every second while run runs, and returns how many
// calls of each class were accepted.
func (w *world) during(dids []string, run func()) map[xrpc.RateClass]int {
	ctx, end := context.WithCancel(w.t.Context())
	got := map[xrpc.RateClass]int{}
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			for _, class := range flooded {
				got[class] += w.flood(dids, class)
			}
			time.Sleep(time.Second)
		}
	})
	run()
	end()
	wg.Wait()
	return got
}

// TestClaimsOfAnHonestHost: 200 DIDs claim an honest host and flood. A new
// account of that host is neither refused nor delayed, from its first call on.
func TestClaimsOfAnHonestHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		defer w.origins.Close()
		honest := w.account("honest", "pds.honest.org", true)
		second := w.account("second", "pds.honest.org", true)
		w.during(w.strangers(200, "pds.honest.org"), func() {
			w.newcomer(honest, "203.0.113.7", time.Second/2)
			time.Sleep(5 * time.Second)
			w.newcomer(second, "203.0.113.7", time.Second/2)
		})
		synctest.Wait()
		if n := w.network.asked["pds.honest.org"]; n > 202+w.crowded() {
			t.Errorf("the host was asked %d times", n)
		}
	})
}

// TestNewcomersOfAClaimedHost: 200 DIDs from 50 addresses claim a small host,
// so that requests to it queue for a long time. Six new accounts from the
// host's own address come within seconds, and each is confirmed before a call
// of it would be refused.
func TestNewcomersOfAClaimedHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		defer w.origins.Close()
		for i, did := range w.strangers(200, "pds.small.net") {
			go func() { _ = w.call(did, fmt.Sprintf("198.51.%d.1", i%50), xrpc.RatePublish) }()
		}
		time.Sleep(5 * time.Second) // each address has had a turn
		for i := range 6 {
			did := w.account(fmt.Sprint("small", i), "pds.small.net", true)
			if err := w.call(did, "203.0.113.7", xrpc.RatePublish); err != nil {
				t.Error(err)
			}
			time.Sleep(answerTimeout)
			w.store.mu.Lock()
			origin := w.store.rows[did].origin
			w.store.mu.Unlock()
			if origin != "small.net" {
				t.Errorf("newcomer %d is not confirmed after %s", i, answerTimeout)
			}
		}
	})
}

// crowded is how many requests to PDSes did not get a turn.
func (w *world) crowded() int {
	return int(value(w.t, w.origins.confirmations.WithLabelValues("crowded")))
}

// TestInventedHosts: 200 DIDs with 200 hosts that do not exist share one
// bucket.
func TestInventedHosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		defer w.origins.Close()
		const seconds = 10
		start := time.Now()
		got := w.during(w.strangers(200, ""), func() { time.Sleep(seconds * time.Second) })
		took := int64(time.Since(start)/time.Second) + 1
		for class, n := range got {
			row := limit.OriginRow(class)
			if most := row.Amount + took*row.Refill; int64(n) > most || int64(n) < row.Amount/2 {
				t.Errorf("%s: %d calls in %d s, where one bucket gives %d", class, n, took, most)
			}
		}
	})
}

// TestFirstDay: on the first day of an instance 5,000 new accounts of one big
// host come within an hour, five of a new PDS come too, and 200 DIDs flood. No
// new account is refused.
func TestFirstDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		defer w.origins.Close()
		const newcomers = 5000
		var wg sync.WaitGroup
		for i := range newcomers {
			wg.Go(func() {
				time.Sleep(time.Duration(i) * time.Hour / newcomers)
				did := w.account(fmt.Sprint("big", i), fmt.Sprintf("pds%d.big.org", i%20), true)
				w.newcomer(did, fmt.Sprintf("203.0.%d.7", i%20), 10*time.Second)
			})
		}
		for i := range 5 {
			wg.Go(func() {
				time.Sleep(time.Duration(i) * 10 * time.Minute)
				w.newcomer(w.account(fmt.Sprint("small", i), "pds.small.net", true), "192.0.2.1", time.Second)
			})
		}
		time.Sleep(30 * time.Minute)
		w.during(w.strangers(200, "pds.small.net"), func() { time.Sleep(5 * time.Second) })
		wg.Wait()
	})
}

// TestAccountsOfOneHost: 200 accounts that their host confirms flood, and leave
// a share for its next new account.
func TestAccountsOfOneHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		defer w.origins.Close()
		var dids []string
		for i := range 200 {
			dids = append(dids, w.account(fmt.Sprint("bot", i), "pds.big.org", true))
		}
		honest := w.account("honest", "pds.big.org", true)
		w.during(dids, func() {
			time.Sleep(3 * time.Second)
			w.newcomer(honest, "203.0.113.7", time.Second/2)
		})
	})
}

// TestWordOfThePDS: a flood uses up the bucket of the unconfirmed accounts. A
// new account whose PDS answers is not refused, and one whose PDS does not
// answer waits only once.
func TestWordOfThePDS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		defer w.origins.Close()
		row := limit.OriginRow(xrpc.RateStream)
		members := 0
		fill := func() {
			for wait := time.Duration(0); wait == 0; members++ {
				wait = w.origins.limits.TryShare(limit.SharedBucket{Row: row, Name: unconfirmed, Size: 1}, fmt.Sprint(members))
			}
		}
		fill()
		honest, stranger := w.account("honest", "pds.honest.org", true), w.account("stranger", "pds.honest.org", false)
		start := time.Now()
		if err := w.call(honest, "203.0.113.7", xrpc.RateStream); err != nil || time.Since(start) != w.network.takes {
			t.Errorf("%v after %s", err, time.Since(start))
		}
		if err := w.call(honest, "203.0.113.7", xrpc.RateStream); err != nil || time.Since(start) != w.network.takes {
			t.Errorf("again: %v after %s", err, time.Since(start))
		}
		ctx, end := context.WithCancel(t.Context())
		var filling sync.WaitGroup
		filling.Go(func() {
			for ctx.Err() == nil {
				fill()
				time.Sleep(time.Millisecond)
			}
		})
		synctest.Wait()
		for range 2 {
			if w.call(stranger, "203.0.113.8", xrpc.RateStream) == nil {
				t.Error("a stranger got something")
			}
		}
		if took := time.Since(start); took != 2*w.network.takes {
			t.Errorf("the stranger waited more than once: %s", took)
		}
		for i := range 2 * maxWaiting {
			go func() {
				_ = w.call(w.account("slow", "pds.slow.org", true), fmt.Sprint("203.0.113.", i), xrpc.RateStream)
			}()
		}
		synctest.Wait()
		end()
		filling.Wait()
		w.origins.mu.Lock()
		defer w.origins.mu.Unlock()
		for _, a := range w.origins.open {
			if a.waiting > maxWaiting {
				t.Errorf("%d calls wait for one PDS", a.waiting)
			}
		}
	})
}
