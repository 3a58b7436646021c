package bodies

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/share"
	"catbird.blue/mls/xrpc"
)

const (
	kib = 1 << 10
	mib = 1 << 20
)

// place is a Budget with a clock set by the test.
type place struct {
	*Budget
	t   *testing.T
	now time.Time
}

func newPlace(t *testing.T, instance, account int64) *place {
	p := &place{t: t, now: time.Unix(1_800_000_000, 0)}
	p.Budget = New(Config{Instance: instance, Account: account, Stream: 64 * kib, Now: func() time.Time { return p.now }})
	return p
}

// reader is one body in progress.
type reader struct {
	xrpc.BodyMemory
	lost bool
}

func (p *place) begin(did string) *reader {
	r := &reader{}
	r.BodyMemory = p.Begin(xrpc.Caller{DID: did}, func() bool { r.lost = true; return true })
	return r
}

// send begins a body of which n bytes arrive at once.
func (p *place) send(did string, n int) *reader {
	p.t.Helper()
	r := p.begin(did)
	if err := r.Grow(int64(n)); err != nil {
		p.t.Fatalf("%s is refused %d bytes: %v", did, n, err)
	}
	r.Arrived(n)
	return r
}

func (p *place) refused(r *reader, n int64, status int) {
	p.t.Helper()
	before := p.Used()
	err := r.Grow(n)
	var e *xrpc.Error
	if !errors.As(err, &e) || e.Status != status || e.RetryAfter != retryAfter {
		p.t.Errorf("%d bytes: %v, want a refusal with %d", n, err, status)
	}
	if p.Used() != before {
		p.t.Errorf("a refusal charges %d bytes", p.Used()-before)
	}
}

func (p *place) wait(d time.Duration) { p.now = p.now.Add(d) }

// TestSlowBodiesOfOneAccount: a hundred slow bodies of one account stay within
// the account's limit, and others are not affected.
func TestSlowBodiesOfOneAccount(t *testing.T) {
	p := newPlace(t, 256*mib, 64*mib)
	var slow []*reader
	for range 100 {
		slow = append(slow, p.send("did:plc:greedy", 2*mib))
		p.wait(time.Second)
		if used := p.Used(); used > 64*mib {
			t.Fatalf("one account has %d bytes", used)
		}
	}
	lost := 0
	for i, r := range slow {
		if r.lost {
			lost++
			if i > 68+2 {
				t.Errorf("body %d lost its place to older ones", i)
			}
		}
	}
	if lost != 68 {
		t.Errorf("%d of 100 lost their place, want 68", lost)
	}
	for i := range 20 {
		p.send(fmt.Sprintf("did:plc:honest%d", i), 4*mib)
	}
}

// TestTheSlowestLoses: among the bodies of an account the slowest loses, and
// one that has just begun does not count as slow.
func TestTheSlowestLoses(t *testing.T) {
	p := newPlace(t, 64*mib, 10*mib)
	crawling := p.send("did:plc:a", 1*mib)
	p.wait(10 * time.Second)
	steady := p.send("did:plc:a", 4*mib)
	p.wait(5 * time.Second)
	fresh := p.begin("did:plc:a")
	if err := fresh.Grow(5 * mib); err != nil {
		t.Fatal(err)
	}
	if crawling.lost || steady.lost {
		t.Fatal("somebody lost while there was room")
	}
	next := p.begin("did:plc:a")
	if err := next.Grow(1); err != nil || !crawling.lost || steady.lost || fresh.lost {
		t.Errorf("%v: crawling %v, steady %v, fresh %v", err, crawling.lost, steady.lost, fresh.lost)
	}
	// All bodies of the account have just begun: the largest one loses.
	p = newPlace(t, 64*mib, 10*mib)
	first := p.send("did:plc:a", 6*mib)
	p.refused(p.begin("did:plc:a"), 6*mib, 429)
	if first.lost {
		t.Error("a body that has just begun lost to the next one")
	}
}

// TestTheLargestLoses: when the instance is full, the account with the most
// bytes loses, not the one that asks.
func TestTheLargestLoses(t *testing.T) {
	p := newPlace(t, 64*mib, 64*mib)
	a1, a2 := p.send("did:plc:a", 30*mib), p.send("did:plc:a", 10*mib)
	b := p.send("did:plc:b", 20*mib)
	p.wait(10 * time.Second)
	a2.Arrived(100 * mib) // it is faster
	newcomer := p.send("did:plc:new", 8*mib)
	if !a1.lost || a2.lost || b.lost || newcomer.lost {
		t.Errorf("lost: a %v %v, b %v, newcomer %v", a1.lost, a2.lost, b.lost, newcomer.lost)
	}
	if used := p.Used(); used != 38*mib {
		t.Errorf("%d bytes are used", used)
	}
	// A body that lost gets no memory, and shrinking it has no effect.
	p.refused(a1, 1, 503)
	a1.Shrink(10 * mib)
	a1.End()
	if used := p.Used(); used != 38*mib {
		t.Errorf("%d bytes are used", used)
	}
}

// TestNewcomerIsRefusedLast: a new body is refused, with a Retry-After, only if
// no account has more than an equal share.
func TestNewcomerIsRefusedLast(t *testing.T) {
	p := newPlace(t, 60*mib, 60*mib)
	var all []*reader
	for i := range 10 {
		all = append(all, p.send(fmt.Sprintf("did:plc:%d", i), 5*mib))
	}
	p.wait(10 * time.Second)
	for _, r := range all {
		r.Whole() // they are being processed and cannot lose
	}
	// An eleventh fits, a twelfth does not, and no account has more than a
	// share.
	p.send("did:plc:eleven", 5*mib)
	twelve := p.begin("did:plc:twelve")
	p.refused(twelve, 6*mib, 503)
	all[0].End()
	if err := twelve.Grow(6 * mib); err != nil {
		t.Errorf("there is room again: %v", err)
	}
}

// TestGreedyNewcomer: a body that needs more than an equal share itself is
// refused.
func TestGreedyNewcomer(t *testing.T) {
	p := newPlace(t, 60*mib, 60*mib)
	var all []*reader
	for i := range 10 {
		all = append(all, p.send(fmt.Sprintf("did:plc:%d", i), 5*mib))
	}
	p.wait(10 * time.Second)
	p.refused(p.begin("did:plc:greedy"), 20*mib, 503)
	for i, r := range all {
		if r.lost {
			t.Errorf("account %d lost", i)
		}
	}
}

// TestSourcesAreHolders: a thousand source addresses without a token share the
// memory, and an account with a small body is served at once.
func TestSourcesAreHolders(t *testing.T) {
	p := newPlace(t, 54*mib, 54*mib)
	var strangers []*reader
	for i := range 1000 {
		r := &reader{}
		source := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 8), byte(i), 0}), 24)
		r.BodyMemory = p.Begin(xrpc.Caller{Source: source}, func() bool { r.lost = true; return true })
		for range 10 {
			if err := r.Grow(8 * kib); err != nil {
				break
			}
		}
		strangers = append(strangers, r)
		p.wait(10 * time.Millisecond)
	}
	if p.Used() < 53*mib {
		t.Fatalf("the flood did nothing: %d bytes", p.Used())
	}
	p.wait(10 * time.Second)
	p.send("did:plc:honest", 40*kib)
	lost := 0
	for _, r := range strangers {
		if r.lost {
			lost++
		}
	}
	if lost == 0 {
		t.Error("nobody gave way")
	}
}

// TestWholeInTheMeantime: a body that was read completely meanwhile does not
// lose; the next one does.
func TestWholeInTheMeantime(t *testing.T) {
	p := newPlace(t, 64*mib, 10*mib)
	r := &reader{}
	r.BodyMemory = p.Begin(xrpc.Caller{DID: "did:plc:a"}, func() bool { return false })
	if err := r.Grow(4 * mib); err != nil {
		t.Fatal(err)
	}
	p.wait(time.Minute)
	other := p.send("did:plc:a", 4*mib)
	p.wait(time.Minute)
	p.send("did:plc:a", 4*mib)
	if !other.lost || p.Used() != 8*mib {
		t.Errorf("the other lost: %v, %d bytes are used", other.lost, p.Used())
	}
	r.End()
	if p.Used() != 4*mib {
		t.Errorf("%d bytes are used", p.Used())
	}
}

func TestSizes(t *testing.T) {
	for memory, want := range map[int64]int64{0: limit.AllBodyBytes.Amount, 8 << 30: 2 << 30, 512 * mib: 128 * mib, 64 * mib: leastInstance} {
		b := New(Config{Memory: memory})
		if b.instance != want || b.account != min(limit.BodyBytes.Amount, want) {
			t.Errorf("of %d: %d for the instance, %d for an account", memory, b.instance, b.account)
		}
	}
	// The largest body fits into the account's limit, together with the buffer
	// that it outgrew.
	if b := New(Config{Memory: 1}); b.account < gen.MaxJSON+gen.MaxJSON/2+64*kib {
		t.Errorf("an account has %d bytes, bodies have %d", b.account, gen.MaxJSON)
	}
}

func TestMetrics(t *testing.T) {
	r := prometheus.NewPedanticRegistry()
	limits, err := limit.New(limit.Config{Registry: r})
	if err != nil {
		t.Fatal(err)
	}
	calm := share.NewCalm(share.CalmConfig{From: 1 << 40})
	b := New(Config{Instance: 10, Account: 5, Limits: limits, Registry: r, Calm: calm})
	room := b.Begin(xrpc.Caller{DID: "a"}, func() bool { return true })
	if err := room.Grow(5); err != nil {
		t.Fatal(err)
	}
	if err := room.Grow(1); err == nil {
		t.Error("more than an account may have")
	}
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		for _, m := range f.Metric {
			got[f.GetName()] += m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	for name, want := range map[string]float64{"mls_body_bytes": 5, "mls_body_bytes_limit": 10, limit.RefusedMetric: 1} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
}

// TestBudgetConcurrently: under concurrency the limits hold, and nothing stays
// charged at the end.
func TestBudgetConcurrently(t *testing.T) {
	b := New(Config{Instance: 8 * mib, Account: 2 * mib})
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(uint64(i), 1))
			for range 300 {
				var mu sync.Mutex
				over := false
				room := b.Begin(xrpc.Caller{DID: fmt.Sprint(random.IntN(8))}, func() bool {
					mu.Lock()
					defer mu.Unlock()
					return !over
				})
				for range random.IntN(8) {
					if room.Grow(random.Int64N(512*kib)) != nil {
						break
					}
					room.Arrived(1000)
					room.Shrink(random.Int64N(64 * kib))
					if used := b.Used(); used > 8*mib || used < 0 {
						t.Errorf("%d bytes are used", used)
					}
				}
				mu.Lock()
				over = true
				mu.Unlock()
				room.Whole()
				room.End()
			}
		})
	}
	wg.Wait()
	if b.used != 0 || len(b.held) != 0 || len(b.reading) != 0 || b.waiting.Len() != 0 {
		t.Errorf("left over: %d bytes, %d, %d, %d", b.used, len(b.held), len(b.reading), b.waiting.Len())
	}
}
