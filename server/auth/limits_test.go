package auth

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"catbird.blue/mls/xrpc"
)

func newTestLimits(t testing.TB, cfg LimitsConfig) *Limits {
	t.Helper()
	l, err := NewLimits(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// drain calls until it is refused and returns how often it was not.
func drain(t testing.TB, l *Limits, did string, m *xrpc.Method) int {
	t.Helper()
	for n := range 100_000 {
		if l.Allow(t.Context(), xrpc.Caller{DID: did}, m) != nil {
			return n
		}
	}
	return -1
}

func TestBurstThenRate(t *testing.T) {
	now := time.Now()
	l := newTestLimits(t, LimitsConfig{now: func() time.Time { return now }})
	rate := RateOf(ClassSend)
	if got := drain(t, l, "did:plc:a", sendMessage); got != rate.Burst {
		t.Errorf("burst of %d, want %d", got, rate.Burst)
	}
	err := l.Allow(t.Context(), xrpc.Caller{DID: "did:plc:a"}, sendMessage)
	var e *xrpc.Error
	if !errors.As(err, &e) || e.Status != http.StatusTooManyRequests || e.Name != xrpc.RateLimitExceeded {
		t.Fatalf("%v", err)
	}
	if e.RetryAfter != time.Second || !strings.Contains(e.Message, "try again in 1 s") {
		t.Errorf("retry after %s, message %q", e.RetryAfter, e.Message)
	}
	now = now.Add(time.Second)
	if got := drain(t, l, "did:plc:a", sendMessage); got != int(rate.PerSecond) {
		t.Errorf("%d calls a second later, want %v", got, rate.PerSecond)
	}
	now = now.Add(time.Hour)
	if got := drain(t, l, "did:plc:a", sendMessage); got != rate.Burst {
		t.Errorf("%d calls an hour later, want %d", got, rate.Burst)
	}
}

func TestLimitsAreApart(t *testing.T) {
	now := time.Now()
	l := newTestLimits(t, LimitsConfig{now: func() time.Time { return now }})
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
	if l.Allow(t.Context(), xrpc.Caller{DID: "did:plc:a"}, &xrpc.Method{NSID: nsidPrefix + "updateCursor", Kind: xrpc.Procedure}) == nil {
		t.Error("methods of one class do not share a bucket")
	}
}

func TestConvoLimits(t *testing.T) {
	now := time.Now()
	l := newTestLimits(t, LimitsConfig{now: func() time.Time { return now }})
	n := 0
	for ; l.ConvoFull("00ff", sendMessage) == nil; n++ {
		if l.ConvoFull("00ff", sendMessage) != nil {
			t.Fatal("asking counts")
		}
		l.CountConvo("00ff", sendMessage)
	}
	if n != convoRates[ClassSend].Burst {
		t.Errorf("burst of %d", n)
	}
	if l.ConvoFull("ff00", sendMessage) != nil {
		t.Error("conversations share a bucket")
	}
	now = now.Add(time.Second)
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
	now := time.Now()
	clock := func() time.Time { return now }
	if got := drain(t, newTestLimits(t, LimitsConfig{Scale: 2, now: clock}), "d", sendMessage); got != 2*RateOf(ClassSend).Burst {
		t.Errorf("doubled: %d", got)
	}
	if got := drain(t, newTestLimits(t, LimitsConfig{Scale: 0.001, now: clock}), "d", sendMessage); got != 1 {
		t.Errorf("scaled to almost nothing: %d, one call always passes", got)
	}
	if got := drain(t, newTestLimits(t, LimitsConfig{Off: true, now: clock}), "d", sendMessage); got != -1 {
		t.Errorf("off: %d", got)
	}
	if _, err := NewLimits(LimitsConfig{Scale: -1}); err == nil {
		t.Error("a negative scale passed")
	}
}

func TestLimitsAreBounded(t *testing.T) {
	l := newTestLimits(t, LimitsConfig{maxBuckets: 100})
	for i := range 50_000 {
		_ = l.Allow(t.Context(), xrpc.Caller{DID: fmt.Sprint(i)}, sendMessage)
	}
	for i := range l.shards {
		if n := len(l.shards[i].full); n > 100 {
			t.Errorf("shard %d holds %d buckets", i, n)
		}
	}
}

func TestLimitsConcurrently(t *testing.T) {
	now := time.Now()
	l := newTestLimits(t, LimitsConfig{now: func() time.Time { return now }})
	var passed atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { passed.Add(int64(drain(t, l, "did:plc:a", sendMessage))) })
	}
	wg.Wait()
	if passed.Load() != int64(RateOf(ClassSend).Burst) {
		t.Errorf("%d passed", passed.Load())
	}
}

func TestClasses(t *testing.T) {
	for nsid, c := range map[string]struct {
		m    xrpc.Method
		want Class
	}{
		"sendMessage":          {xrpc.Method{Kind: xrpc.Procedure}, ClassSend},
		"sendCommit":           {xrpc.Method{Kind: xrpc.Procedure}, ClassChange},
		"getConvos":            {xrpc.Method{}, ClassRead},
		"sync":                 {xrpc.Method{Kind: xrpc.Procedure}, ClassRead},
		"getKeyPackages":       {xrpc.Method{}, ClassClaim},
		"describeService":      {xrpc.Method{Public: true}, ClassPublic},
		"subscribeConvoEvents": {xrpc.Method{Kind: xrpc.Subscription}, ClassStream},
		"somethingNew":         {xrpc.Method{Kind: xrpc.Procedure}, ClassChange},
	} {
		c.m.NSID = nsidPrefix + nsid
		if got := ClassOf(&c.m); got != c.want {
			t.Errorf("%s: %s, want %s", nsid, got, c.want)
		}
	}
	for c := range classes {
		if r := RateOf(c); r.PerSecond <= 0 || r.Burst <= 0 || c.String() == "" {
			t.Errorf("class %d has rate %v and name %q", c, r, c)
		}
	}
}

func BenchmarkAllow(b *testing.B) {
	l := newTestLimits(b, LimitsConfig{Scale: 1e9})
	b.ReportAllocs()
	for b.Loop() {
		_ = l.Allow(b.Context(), xrpc.Caller{DID: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"}, sendMessage)
	}
}
