package conns

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"catbird.blue/mls/xrpc"
)

// TestBehindAProxy: a connection from a proxy does not count for the proxy's
// address; its requests count for the sources that the proxy names.
func TestBehindAProxy(t *testing.T) {
	p := newHarness(t, 64)
	most := p.maxUnproven()
	for range most {
		p.dial("10.0.0.1").ask(200, "/", "X-Forwarded-For: 203.0.113.1")
	}
	p.counts(waiting, most)
	if got := p.sources.Len(); got != 0 {
		t.Errorf("%d sources have idle connections of a proxy", got)
	}
	// They are replaced if no others can be.
	p.dial("10.0.0.1").ask(200, "/", "X-Forwarded-For: 203.0.113.1")
	p.counts(waiting, most)
	defer close(p.hold)
	for i := range most {
		c := p.dial("10.0.0.1")
		c.send("/hold", fmt.Sprintf("X-Forwarded-For: 1.2.3.4, 203.0.113.%d", i))
		<-p.inside
	}
	p.counts(active, most)
	key, held := p.sources.Most()
	if key != netip.MustParsePrefix("203.0.113.0/24") || held != int64(most) {
		t.Errorf("%v has %d", key, held)
	}
	// Another client behind the proxy is served.
	p.dial("10.0.0.1").ask(200, "/", "X-Forwarded-For: 192.0.2.1")
}

// TestIdleTimeIsShortened: the more connections are open, the less time they
// have for their next request.
func TestIdleTimeIsShortened(t *testing.T) {
	p := newHarness(t, 64)
	open := func(n int, net string) (all []*client) {
		for i := range n {
			c := p.dial(fmt.Sprintf("%s.%d.1", net, i))
			c.ask(200, "/")
			all = append(all, c)
		}
		return all
	}
	first := open(20, "198.51")
	p.counts(waiting, 20)
	p.wait(time.Hour) // few are open, so only the timeout of the HTTP server would apply
	second := open(11, "203.0")
	p.counts(waiting, 31)
	open(2, "203.1") // now half of the maximum is open
	for _, c := range first {
		c.ended()
	}
	p.counts(waiting, 13)
	p.wait(idleBusy)
	third := open(18, "203.2")
	p.counts(waiting, 31)
	open(2, "203.3")
	for _, c := range second {
		c.ended()
	}
	p.counts(waiting, 20)
	p.wait(idleFull)
	open(30, "203.4")
	for _, c := range third {
		c.ended()
	}
	if got := p.value("mls_connections_closed_total", reasonIdle); got < 49 {
		t.Errorf("%v were closed for waiting too long", got)
	}
}

// failing returns errors a number of times, and then blocks until it is closed.
type failing struct {
	net.Listener
	left int
}

func (l *failing) Accept() (net.Conn, error) {
	if l.left--; l.left < 0 {
		return nil, net.ErrClosed
	}
	return nil, &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
}

// TestAcceptFailures: failures of Accept are logged and counted, and waiting
// connections are closed to free files.
func TestAcceptFailures(t *testing.T) {
	p := newHarness(t, 64)
	c := p.dial("198.51.100.1")
	c.ask(200, "/")
	p.counts(waiting, 1)
	l := p.Listener(&failing{left: 3})
	for range 3 {
		if _, err := l.Accept(); !errors.Is(err, syscall.EMFILE) {
			t.Fatalf("%v: the server cannot tell that it should try again", err)
		}
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Fatal(err)
	}
	c.ended()
	if got := p.value("mls_accept_failures_total", ""); got != 3 {
		t.Errorf("%v failures are counted", got)
	}
	if log := p.log.String(); strings.Count(log, "\n") != 1 || !strings.Contains(log, "too many open files") || !strings.Contains(log, "level=WARN") {
		t.Errorf("the log says %q", log)
	}
	p.wait(logInterval)
	p.failed(syscall.EMFILE)
	if strings.Count(p.log.String(), "\n") != 2 {
		t.Errorf("the log says no more: %s", p.log)
	}
}

// TestNothingIsLeftOver: after many connections came and went, all counts are
// zero.
func TestNothingIsLeftOver(t *testing.T) {
	p := newHarness(t, 24)
	go func() {
		for range p.inside {
		}
	}()
	close(p.hold)
	for i := range 300 {
		from := []string{"203.0.113.1", "10.0.0.1", fmt.Sprintf("198.51.%d.1", i%100)}[i%3]
		c := p.dial(from)
		switch i % 5 {
		case 0:
			c.send("/hold", "DID: did:plc:a")
		case 1:
			c.send("/stream", "DID: did:plc:a")
		case 2:
			c.send("/hold")
		case 3:
			c.send("/", "X-Forwarded-For: 192.0.2.1")
		}
		if i%7 == 0 {
			c.Close()
		}
		p.wait(time.Second)
		t.Cleanup(func() { c.Close() })
	}
	// All clients close.
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		p.Keeper.mu.Lock()
		for _, l := range []interface{ Len() int }{&p.waiting, &p.proxied, &p.reserved} {
			_ = l.Len()
		}
		victims := []*Conn{}
		for _, s := range []*Conn{oldest(&p.waiting), oldest(&p.proxied), oldest(&p.reserved), oldest(&p.active)} {
			if s != nil {
				victims = append(victims, s)
			}
		}
		left := p.unproven() + p.count[reserved] + p.count[proven]
		p.Keeper.mu.Unlock()
		for _, v := range victims {
			_ = v.Close()
		}
		if left == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d are left", left)
		}
	}
	if p.sources.Len() != 0 || len(p.groups) != 0 || p.active.Len() != 0 {
		t.Errorf("left over: %d sources, %d groups, %d active", p.sources.Len(), len(p.groups), p.active.Len())
	}
}

func TestMetricsOfConnections(t *testing.T) {
	p := newHarness(t, 64)
	p.dial("198.51.100.1").ask(200, "/")
	p.counts(waiting, 1)
	p.dial("198.51.100.1").ask(200, "/stream", "DID: did:plc:a")
	p.counts(stream, 1)
	for label, want := range map[string]float64{"waiting": 1, "stream": 1, "active": 0, "proven": 0, "reserve": 0} {
		if got := p.value("mls_connections_open", label); got != want {
			t.Errorf("%s: %v", label, got)
		}
	}
	if got := p.value("mls_connections_limit", ""); got != 64 {
		t.Errorf("the limit is %v", got)
	}
}

// BenchmarkRequest measures the cost of the keeper for a request on an open
// connection.
func BenchmarkRequest(b *testing.B) {
	k := New(Config{Max: 10_000})
	from := netip.MustParsePrefix("203.0.113.0/24")
	all := make([]*Conn, 1000)
	for i := range all {
		all[i] = &Conn{keeper: k, own: from, source: from, since: time.Now()}
		k.enter(all[i])
	}
	call := &xrpc.Call{Caller: xrpc.Caller{DID: "did:plc:a"}}
	ctx := k.Context(b.Context(), all[0])
	b.ReportAllocs()
	for b.Loop() {
		k.State(all[0], http.StateActive)
		if err := k.Admit(ctx, call); err != nil {
			b.Fatal(err)
		}
		k.State(all[0], http.StateIdle)
	}
}
