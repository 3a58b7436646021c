package origin

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.uber.org/goleak"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// value returns the value of a counter.
func value(t testing.TB, m prometheus.Metric) float64 {
	t.Helper()
	var out dto.Metric
	if err := m.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.GetCounter().GetValue()
}

// outcome is how many requests to PDSes had an outcome.
func (w *world) outcome(name string) int {
	return int(value(w.t, w.origins.confirmations.WithLabelValues(name)))
}

// pass advances the clock and waits until all goroutines are idle.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// bucketOf finds the bucket of an account by how much it can take.
func (w *world) bucketOf(did string) string {
	w.t.Helper()
	a := w.origins.state(w.t.Context(), did)
	if a.settled {
		return "its own"
	}
	return w.origins.originOf(a, w.origins.claimOf(did))
}

func TestConfirmation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		defer w.origins.Close()
		did := w.account("a", "pds.big.org", true)
		visit := func(want string, asked int) {
			t.Helper()
			if err := w.call(did, "203.0.113.7", xrpc.RateRead); err != nil {
				t.Fatal(err)
			}
			pass(time.Second)
			if got := w.bucketOf(did); got != want || w.network.asked["pds.big.org"] != asked {
				t.Errorf("in the bucket %q after %d questions, want %q after %d", got, w.network.asked["pds.big.org"], want, asked)
			}
		}
		visit("big.org", 1)
		pass(confirmAfter - time.Hour)
		visit("big.org", 1)
		pass(time.Hour)
		visit("big.org", 2) // before the confirmation gets old
		w.network.status = http.StatusServiceUnavailable
		pass(confirmAfter)
		visit("big.org", 3) // the confirmation is valid until it expires
		pass(24 * time.Hour)
		visit(unconfirmed, 4)
		visit(unconfirmed, 4) // a request was made a moment ago
		w.network.status = 0
		pass(afterFailure)
		visit("big.org", 5)
		delete(w.network.accounts["pds.big.org"], did)
		pass(confirmAfter)
		visit(unconfirmed, 6)
		if w.outcome("confirmed") != 3 || w.outcome("failed") != 2 || w.outcome("denied") != 1 {
			t.Errorf("%d confirmed, %d failed, %d denied", w.outcome("confirmed"), w.outcome("failed"), w.outcome("denied"))
		}
	})
}

// TestAnotherPDS: a document that names a PDS of another origin needs its
// confirmation; within the same origin it does not.
func TestAnotherPDS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		defer w.origins.Close()
		did := w.account("a", "one.evil.net", true)
		_ = w.call(did, "203.0.113.7", xrpc.RateRead)
		pass(time.Second)
		w.account("a", "two.evil.net", false)
		if got := w.bucketOf(did); got != "evil.net" {
			t.Errorf("at another host of the origin: %q", got)
		}
		w.account("a", "pds.big.org", false)
		w.account("b", "pds.big.org", true)
		if got := w.bucketOf(did); got != unconfirmed {
			t.Errorf("it claims another origin: %q", got)
		}
		_ = w.call(did, "203.0.113.7", xrpc.RateRead)
		pass(time.Second)
		if got := w.bucketOf(did); got != unconfirmed || w.outcome("denied") != 1 {
			t.Errorf("that denies it: %q", got)
		}
		w.account("a", "one.evil.net", true)
		if got := w.bucketOf(did); got != "evil.net" {
			t.Errorf("back at the first: %q", got)
		}
		w.mu.Lock()
		delete(w.pds, did)
		w.mu.Unlock()
		if got := w.bucketOf(did); got != "evil.net" {
			t.Errorf("while its document is not at hand: %q", got)
		}
	})
}

// TestAnswers: the possible answers of a PDS and their effect.
func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		name, want string
		status     int
		body       any
	}{
		{"it has it", "confirmed", 200, map[string]any{"did": "did:plc:a", "active": true}},
		{"deactivated", "denied", 200, map[string]any{"did": "did:plc:a", "active": false, "status": "deactivated"}},
		{"another account", "denied", 200, map[string]any{"did": "did:plc:b", "active": true}},
		{"an empty object", "denied", 200, map[string]any{}},
		{"not an object", "failed", 200, "yes"},
		{"unknown", "denied", 400, nil},
		{"not found", "denied", 404, nil},
		{"not implemented", "failed", 501, nil},
		{"a redirect", "failed", 302, nil},
		{"broken", "failed", 500, nil},
		{"limited", "failed", 429, nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, nil)
			defer w.origins.Close()
			w.origins.client = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				return answer(r, c.status, c.body), nil
			})}
			_ = w.call(w.account("a", "pds.big.org", true), "203.0.113.7", xrpc.RateRead)
			pass(time.Second)
			for _, outcome := range []string{"confirmed", "denied", "failed"} {
				if got := w.outcome(outcome); (got == 1) != (outcome == c.want) {
					t.Errorf("%s: %d %s, want %s", c.name, got, outcome, c.want)
				}
			}
		})
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestSettled: a settled account does not use the bucket of its origin, and its
// cached state is not queried at each call.
func TestSettled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		defer w.origins.Close()
		did := w.account("a", "pds.big.org", true)
		w.store.accepted[did] = time.Now()
		for range 20 {
			_ = w.call(did, "203.0.113.7", xrpc.RateRead)
		}
		pass(time.Second)
		if w.store.asked > 2 {
			t.Errorf("the database was asked %d times", w.store.asked)
		}
		if got := w.bucketOf(did); got != "big.org" {
			t.Errorf("new: %q", got)
		}
		if !w.origins.IsNew(t.Context(), did) {
			t.Error("it is not called new")
		}
		pass(newFor)
		if got := w.bucketOf(did); got != "its own" || !w.store.rows[did].settled {
			t.Errorf("a day later: %q", got)
		}
		if w.origins.IsNew(t.Context(), did) {
			t.Error("it is called new")
		}
		delete(w.store.accepted, did) // it has left all conversations
		pass(newFor)
		if got := w.bucketOf(did); got != "its own" {
			t.Errorf("another day later: %q", got)
		}
	})
}

// TestDatabaseFails: while the database is down, accounts keep their state.
func TestDatabaseFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		defer w.origins.Close()
		did := w.account("a", "pds.big.org", true)
		w.store.accepted[did] = time.Now().Add(-48 * time.Hour)
		_ = w.call(did, "203.0.113.7", xrpc.RateRead)
		pass(time.Second)
		w.store.fail(errors.New("down"))
		pass(2 * rememberSettled)
		if got := w.bucketOf(did); got != "its own" {
			t.Errorf("one that was settled: %q", got)
		}
		fresh := w.account("b", "pds.big.org", true)
		if err := w.call(fresh, "203.0.113.7", xrpc.RateRead); err != nil {
			t.Error(err)
		}
		pass(time.Second)
		if got := w.outcome("not-stored"); got != 1 {
			t.Errorf("%d answers were not stored", got)
		}
	})
}

// TestSizes: settled accounts of an origin make its bucket larger.
func TestSizes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Sizes{"given.org": 50_000})
		defer w.origins.Close()
		for i := range 200 {
			did := "did:web:u" + string(rune('a'+i%26)) + string(rune('a'+i/26)) + ".counted.org"
			w.store.accepted[did] = time.Now().Add(-48 * time.Hour)
			_ = w.call(did, "203.0.113.7", xrpc.RateRead)
		}
		w.origins.size("counted.org")
		synctest.Wait()
		for origin, want := range map[string]float64{
			"given.org": (20 + 500) / 20, "counted.org": (20. + 2) / 20, "unknown.org": 1, unconfirmed: 1,
		} {
			if got := w.origins.size(origin); got != want {
				t.Errorf("%s: %v, want %v", origin, got, want)
			}
		}
	})
}

// TestInstanceIsShared: the new accounts of one origin cannot use the whole
// instance, and others get their share.
func TestInstanceIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, Sizes{"huge.org": 1e9})
		defer w.origins.Close()
		row := limit.InstanceRow(xrpc.RateChange)
		total := int64(0)
		for i := range 500 {
			did := "did:web:" + string(rune('a'+i%26)) + string(rune('a'+i/26)) + ".huge.org"
			for range limit.AccountRow(xrpc.RateChange).Amount {
				if w.call(did, "198.51.100.1", xrpc.RateChange) != nil {
					break
				}
				total++
			}
		}
		if total > row.Amount*2/2+1 {
			t.Errorf("one origin got %d of %d", total, row.Amount*2)
		}
		settled := w.account("old", "pds.big.org", true)
		w.store.accepted[settled] = time.Now().Add(-48 * time.Hour)
		for range 100 {
			if err := w.call(settled, "203.0.113.7", xrpc.RateChange); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestOffAndPublic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		defer w.origins.Close()
		public := gen.MethodDescribeService
		for range 50_000 {
			if err := w.origins.Admit(t.Context(), &xrpc.Call{Method: public, Request: &http.Request{}}); err != nil {
				t.Fatal(err)
			}
		}
		limits, err := limit.New(limit.Config{Off: true})
		if err != nil {
			t.Fatal(err)
		}
		w.origins.limits = limits
		did := w.account("a", "pds.big.org", true)
		for range 50_000 {
			if err := w.call(did, "203.0.113.7", xrpc.RateChange); err != nil {
				t.Fatal(err)
			}
		}
		if w.store.asked > 0 {
			t.Error("the database was asked")
		}
	})
}
