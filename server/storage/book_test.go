package storage

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

const mib = 1 << 20

// testBook is a Book with a clock and free storage set by the test.
type testBook struct {
	*Book
	now  time.Duration
	free int64 // of 1000
}

func newTestBook(t testing.TB, opts ...func(*Config, *limit.Config)) *testBook {
	t.Helper()
	b := &testBook{free: 1000}
	clock := func() time.Duration { return b.now }
	l := limit.Config{Clock: clock}
	c := Config{Clock: clock, Places: []Place{{Name: "database", Free: func(context.Context) (int64, int64, error) { return b.free, 1000, nil }}}}
	for _, o := range opts {
		o(&c, &l)
	}
	limits, err := limit.New(l)
	if err != nil {
		t.Fatal(err)
	}
	c.Limits = limits
	b.Book = New(c)
	return b
}

// pay makes a payment for a call of an account, and returns the name of the
// error.
func (b *testBook) pay(t testing.TB, did string, a Amount) string {
	t.Helper()
	return nameOf(t, b.Bill(did).Pay(t.Context(), a))
}

func nameOf(t testing.TB, err error) string {
	t.Helper()
	var e *xrpc.Error
	if err != nil && !errors.As(err, &e) {
		t.Fatal(err)
	}
	if e == nil {
		return ""
	}
	return e.Name
}

// TestBytesOfADay: an account may store an amount per day, independent of other
// accounts. The refusal names the limit and a time to retry.
func TestBytesOfADay(t *testing.T) {
	b := newTestBook(t)
	if got := b.pay(t, "a", Amount{Bytes: 500 * mib}); got != "" {
		t.Fatal(got)
	}
	if got := b.pay(t, "a", Amount{Bytes: 12 * mib}); got != "" {
		t.Fatalf("what just fits: %s", got)
	}
	err := b.Bill("a").Pay(t.Context(), Amount{Bytes: 128 * mib})
	var e *xrpc.Error
	if !errors.As(err, &e) || e.Status != http.StatusTooManyRequests || e.Name != xrpc.RateLimitExceeded {
		t.Fatal(err)
	}
	if e.RetryAfter != 6*time.Hour || !strings.Contains(e.Message, "512 MiB a day (stored-bytes)") || !strings.Contains(e.Message, "try again in 21600 s") {
		t.Errorf("retry after %v, message %q", e.RetryAfter, e.Message)
	}
	if got := b.pay(t, "b", Amount{Bytes: 512 * mib}); got != "" {
		t.Errorf("another account: %s", got)
	}
	b.now += 6 * time.Hour
	if got := b.pay(t, "a", Amount{Bytes: 128 * mib}); got != "" {
		t.Errorf("after a quarter of a day: %s", got)
	}
	if got := b.pay(t, "a", Amount{Bytes: 1000}); got != xrpc.RateLimitExceeded {
		t.Errorf("beyond that: %q", got)
	}
}

// TestKeptBytesAreApart: when the limit for commits and proposals is used up,
// other bytes may still be stored, and a refusal takes nothing.
func TestKeptBytesAreApart(t *testing.T) {
	b := newTestBook(t)
	for range 16 {
		if got := b.pay(t, "a", Amount{Bytes: 4 * mib, Kept: 4 * mib}); got != "" {
			t.Fatal(got)
		}
	}
	for range 200 {
		if got := b.pay(t, "a", Amount{Bytes: 4 * mib, Kept: 4 * mib}); got != xrpc.RateLimitExceeded {
			t.Fatalf("the seventeenth commit of 4 MiB: %q", got)
		}
	}
	if got := b.pay(t, "a", Amount{Bytes: 448 * mib}); got != "" {
		t.Errorf("other bytes: %s", got)
	}
}

// TestWhatIsNotStoredCostsNothing: a payment for something that was not stored
// is given back. If that is not known, it stays.
func TestWhatIsNotStoredCostsNothing(t *testing.T) {
	b := newTestBook(t)
	all := Amount{Bytes: 512 * mib, Kept: 64 * mib, Convos: 200}
	settled := func(stored bool, err error) {
		t.Helper()
		bill := b.Bill("a")
		for range 3 { // a transaction and two retries
			if err := bill.Pay(t.Context(), all); err != nil {
				t.Fatal(err)
			}
		}
		bill.Settle(t.Context(), stored, err)
	}
	settled(false, nil)
	settled(true, xrpc.Invalid("x", "is wrong"))
	settled(false, xrpc.Invalid("x", "is wrong"))
	if b.shares.accounts[b.shares.key("a")].Now(b.now, decayTime) != 0 {
		t.Errorf("what was given back counts: %+v", b.shares.accounts)
	}
	settled(false, context.Canceled)
	if got := b.pay(t, "a", Amount{Bytes: 1}); got != xrpc.RateLimitExceeded {
		t.Errorf("a client that goes away has paid nothing: %q", got)
	}
	b.now += 24 * time.Hour
	settled(true, nil)
	if got := b.pay(t, "a", Amount{Bytes: 1}); got != xrpc.RateLimitExceeded {
		t.Errorf("what is stored is not paid: %q", got)
	}
	var none *Book
	bill := none.Bill("a")
	if err := errors.Join(bill.Pay(t.Context(), all), bill.PayMore(mib)); err != nil {
		t.Errorf("without a book: %v", err)
	}
	bill.Settle(t.Context(), true, nil)
	bill.Return(t.Context())
}

func TestPayMore(t *testing.T) {
	b := newTestBook(t)
	bill := b.Bill("a")
	for range 512 {
		if err := bill.PayMore(mib); err != nil {
			t.Fatal(err)
		}
	}
	if got := nameOf(t, bill.PayMore(1)); got != xrpc.RateLimitExceeded {
		t.Errorf("beyond the limit: %q", got)
	}
	bill.Return(t.Context())
	if got := b.pay(t, "a", Amount{Bytes: 512 * mib}); got != "" {
		t.Errorf("after it was given back: %s", got)
	}
}

// New accounts may create fewer conversations.
func TestConversationsOfADay(t *testing.T) {
	b := newTestBook(t, func(c *Config, _ *limit.Config) {
		c.IsNew = func(_ context.Context, did string) bool { return strings.HasPrefix(did, "new") }
	})
	for did, most := range map[string]int64{"new": 20, "known": 200} {
		n := int64(0)
		for b.pay(t, did, Amount{Convos: 1, ByNew: b.IsNew(t.Context(), did)}) == "" {
			n++
		}
		if n != most {
			t.Errorf("%s: %d conversations, want %d", did, n, most)
		}
	}
	if got := b.pay(t, "new too", Amount{Convos: 1, ByNew: true}); got != "" {
		t.Errorf("another new account: %s", got)
	}
	b.now += 12 * time.Hour
	for range 10 {
		if got := b.pay(t, "new", Amount{Convos: 1, ByNew: true}); got != "" {
			t.Errorf("half a day later: %s", got)
		}
	}
}

func TestUploadsAtOneTime(t *testing.T) {
	b := newTestBook(t, func(_ *Config, l *limit.Config) { l.Off = true }) // which disables only rates
	var done []func()
	for range limit.OpenUploads.Amount {
		end, err := b.BeginUpload("a")
		if err != nil {
			t.Fatal(err)
		}
		done = append(done, end)
	}
	_, err := b.BeginUpload("a")
	var e *xrpc.Error
	if !errors.As(err, &e) || e.Name != xrpc.RateLimitExceeded || e.RetryAfter <= 0 || !strings.HasPrefix(e.Message, "4 uploads of this account are under way") {
		t.Errorf("a fifth: %v", err)
	}
	if _, err := b.BeginUpload("b"); err != nil {
		t.Errorf("another account: %v", err)
	}
	done[0]()
	done[0]() // the second call has no effect
	if _, err := b.BeginUpload("a"); err != nil {
		t.Errorf("when one has ended: %v", err)
	}
	if _, err := b.BeginUpload("a"); err == nil {
		t.Error("one that ended twice made two places")
	}
}

// MLS_RATE_LIMITS scales rates only.
func TestFactor(t *testing.T) {
	b := newTestBook(t, func(_ *Config, l *limit.Config) { l.Scale = 2 })
	if got := b.pay(t, "a", Amount{Bytes: 1024 * mib, Kept: 128 * mib}); got != "" {
		t.Error(got)
	}
	off := newTestBook(t, func(_ *Config, l *limit.Config) { l.Off = true })
	for range 10 {
		if got := off.pay(t, "a", Amount{Bytes: 1024 * mib, Kept: 1024 * mib, Convos: 1000}); got != "" {
			t.Fatal(got)
		}
	}
	off.free = 29
	off.Measure(t.Context())
	if got := off.pay(t, "a", Amount{}); got != limit.StorageFull {
		t.Errorf("on a full disk: %q", got)
	}
}
