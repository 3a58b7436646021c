package limit

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

var (
	sendMessage = gen.MethodSendMessage
	getMessages = gen.MethodGetMessages
)

func newTestLimits(t testing.TB, cfg Config) *Limits {
	t.Helper()
	l, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func allow(t testing.TB, l *Limits, did string, m *xrpc.Method) error {
	return l.Account(t.Context(), &xrpc.Call{Method: m, Caller: xrpc.Caller{DID: did}})
}

// drain calls until it is refused and returns the number of accepted calls.
func drain(t testing.TB, l *Limits, did string, m *xrpc.Method) int {
	t.Helper()
	for n := range 100_000 {
		if allow(t, l, did, m) != nil {
			return n
		}
	}
	return -1
}

func TestBurstThenRate(t *testing.T) {
	now := time.Duration(0)
	l := newTestLimits(t, Config{Clock: func() time.Duration { return now }})
	rate := AccountRow(xrpc.RateSend)
	if got := drain(t, l, "did:plc:a", sendMessage); got != int(rate.Amount) {
		t.Errorf("burst of %d, want %d", got, int(rate.Amount))
	}
	err := allow(t, l, "did:plc:a", sendMessage)
	var e *xrpc.Error
	if !errors.As(err, &e) || e.Status != http.StatusTooManyRequests || e.Name != xrpc.RateLimitExceeded {
		t.Fatalf("%v", err)
	}
	if e.RetryAfter != time.Second || !strings.Contains(e.Message, "try again in 1 s") {
		t.Errorf("retry after %s, message %q", e.RetryAfter, e.Message)
	}
	now += time.Second
	if got := drain(t, l, "did:plc:a", sendMessage); got != int(rate.Refill) {
		t.Errorf("%d calls a second later, want %v", got, rate.Refill)
	}
	now += time.Hour
	if got := drain(t, l, "did:plc:a", sendMessage); got != int(rate.Amount) {
		t.Errorf("%d calls an hour later, want %d", got, int(rate.Amount))
	}
}

func TestLimitsAreApart(t *testing.T) {
	now := time.Duration(0)
	l := newTestLimits(t, Config{Clock: func() time.Duration { return now }})
	drain(t, l, "did:plc:a", sendMessage)
	if drain(t, l, "did:plc:b", sendMessage) == 0 {
		t.Error("accounts share a bucket")
	}
	if drain(t, l, "did:plc:a", getMessages) == 0 {
		t.Error("classes share a bucket")
	}
	if l.ConvoFull("did:plc:a", sendMessage) != nil {
		t.Error("conversations share buckets with accounts")
	}
	if allow(t, l, "did:plc:a", gen.MethodUpdateCursor) == nil {
		t.Error("methods of one class do not share a bucket")
	}
}

func TestConvoLimits(t *testing.T) {
	now := time.Duration(0)
	l := newTestLimits(t, Config{Clock: func() time.Duration { return now }})
	n := 0
	for ; l.ConvoFull("00ff", sendMessage) == nil; n++ {
		if l.ConvoFull("00ff", sendMessage) != nil {
			t.Fatal("asking counts")
		}
		l.CountConvo("00ff", sendMessage)
	}
	if n != int(convoRates[xrpc.RateSend].Amount) {
		t.Errorf("burst of %d", n)
	}
	if l.ConvoFull("ff00", sendMessage) != nil {
		t.Error("conversations share a bucket")
	}
	now += time.Second
	if l.ConvoFull("00ff", sendMessage) != nil {
		t.Error("the rate does not come back")
	}
	for range 10_000 {
		l.CountConvo("00ff", getMessages)
		if err := l.ConvoFull("00ff", getMessages); err != nil {
			t.Fatal("reading is bounded by account only")
		}
	}
}

func TestScaleAndOff(t *testing.T) {
	now := time.Duration(0)
	clock := func() time.Duration { return now }
	if got := drain(t, newTestLimits(t, Config{Scale: 2, Clock: clock}), "d", sendMessage); got != 2*int(AccountRow(xrpc.RateSend).Amount) {
		t.Errorf("doubled: %d", got)
	}
	if got := drain(t, newTestLimits(t, Config{Scale: 0.001, Clock: clock}), "d", sendMessage); got != 1 {
		t.Errorf("scaled to almost nothing: %d, one call always passes", got)
	}
	if got := drain(t, newTestLimits(t, Config{Off: true, Clock: clock}), "d", sendMessage); got != -1 {
		t.Errorf("off: %d", got)
	}
	if _, err := New(Config{Scale: -1}); err == nil {
		t.Error("a negative scale passed")
	}
}

// Rates change while they are in use: a new factor counts for the next call.
func TestRatesChange(t *testing.T) {
	l := newTestLimits(t, Config{Clock: func() time.Duration { return 0 }})
	amount := int(AccountRow(xrpc.RateSend).Amount)
	if got := drain(t, l, "before", sendMessage); got != amount {
		t.Errorf("before: %d", got)
	}
	if err := l.SetRates(false, 2); err != nil {
		t.Fatal(err)
	}
	if got := drain(t, l, "doubled", sendMessage); got != 2*amount {
		t.Errorf("doubled: %d", got)
	}
	if err := l.SetRates(true, 0); err != nil || !l.Off() {
		t.Errorf("turned off: %v", err)
	}
	if got := drain(t, l, "before", sendMessage); got != -1 {
		t.Errorf("off: %d", got)
	}
	if err := l.SetRates(false, -1); err == nil || !l.Off() {
		t.Errorf("a negative factor passed: %v", err)
	}
}

func TestLimitsAreBounded(t *testing.T) {
	l := newTestLimits(t, Config{maxBuckets: 100})
	for i := range 50_000 {
		_ = allow(t, l, fmt.Sprint(i), sendMessage)
	}
	for i := range l.buckets.shards {
		if n := len(l.buckets.shards[i].levels); n > 100 {
			t.Errorf("shard %d holds %d buckets", i, n)
		}
	}
}

func TestLimitsConcurrently(t *testing.T) {
	now := time.Duration(0)
	l := newTestLimits(t, Config{Clock: func() time.Duration { return now }})
	var passed atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { passed.Add(int64(drain(t, l, "did:plc:a", sendMessage))) })
	}
	wg.Wait()
	if passed.Load() != AccountRow(xrpc.RateSend).Amount {
		t.Errorf("%d passed", passed.Load())
	}
}

func TestEveryClassHasARate(t *testing.T) {
	for c := range xrpc.RateClasses {
		if r := AccountRow(c); r.Refill <= 0 || r.Amount <= 0 || c.String() == "" {
			t.Errorf("class %d has rate %v and name %q", c, r, c)
		}
	}
}

func BenchmarkAccount(b *testing.B) {
	l := newTestLimits(b, Config{Scale: 1e9})
	b.ReportAllocs()
	for b.Loop() {
		_ = allow(b, l, "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", sendMessage)
	}
}
