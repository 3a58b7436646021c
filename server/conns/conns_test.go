package conns

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/source"
	"catbird.blue/mls/xrpc"
)

// harness is a server behind a Keeper, on a clock of the test's. Its clients come
// from whatever address they say.
type harness struct {
	*Keeper
	t       *testing.T
	addr    string
	log     *bytes.Buffer
	metrics *prometheus.Registry

	mu   sync.Mutex
	now  time.Time
	from net.Addr
	// accepted hears of every connection that the keeper has looked at.
	accepted chan struct{}
	// inside and hold: requests to /hold say that they are there, and stay.
	inside, hold chan struct{}
}

const trusted = "10.0.0.0/8,127.0.0.0/8"

func newHarness(t *testing.T, max int) *harness {
	t.Helper()
	p := &harness{t: t, log: &bytes.Buffer{}, metrics: prometheus.NewPedanticRegistry(), now: time.Unix(1_800_000_000, 0),
		accepted: make(chan struct{}), inside: make(chan struct{}), hold: make(chan struct{})}
	proxies, err := source.ParseProxies(trusted)
	if err != nil {
		t.Fatal(err)
	}
	limits, err := limit.New(limit.Config{Registry: p.metrics})
	if err != nil {
		t.Fatal(err)
	}
	p.Keeper = New(Config{
		Max: max, Trusted: proxies, Limits: limits, Registry: p.metrics,
		Log:    slog.New(slog.NewTextHandler(p.log, nil)),
		Urgent: func(r *http.Request) bool { return r.URL.Path == "/health" || r.URL.Path == "/stream" },
		Now:    func() time.Time { p.mu.Lock(); defer p.mu.Unlock(); return p.now },
		remote: func(*net.TCPConn) net.Addr { p.mu.Lock(); defer p.mu.Unlock(); return p.from },
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.addr = l.Addr().String()
	web := &http.Server{Handler: p.Handler(http.HandlerFunc(p.answer)), ReadHeaderTimeout: time.Minute, IdleTimeout: time.Hour,
		ConnState: p.State, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context { return p.Context(xrpc.WholeContext(ctx, c), c) }}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = web.Serve(xrpc.WholeListener(told{p.Listener(l), p.accepted}))
	}()
	t.Cleanup(func() {
		_ = web.Close()
		<-done
	})
	return p
}

// told says when a connection has been accepted: the next call of Accept shows
// that the one before is dealt with.
type told struct {
	net.Listener
	accepted chan struct{}
}

func (l told) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		l.accepted <- struct{}{}
	}
	return c, err
}

// answer proves whoever says so in a header.
func (p *harness) answer(w http.ResponseWriter, r *http.Request) {
	if did := r.Header.Get("DID"); did != "" {
		if err := p.Admit(r.Context(), &xrpc.Call{Caller: xrpc.Caller{DID: did}}); err != nil {
			_ = xrpc.WriteError(w, xrpc.AsError(err))
			return
		}
	}
	switch r.URL.Path {
	case "/hold":
		p.inside <- struct{}{}
		<-p.hold
	case "/stream":
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			p.t.Error(err)
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstream")
		go func() {
			_, _ = io.Copy(io.Discard, conn)
			_ = conn.Close()
		}()
		return
	}
	_, _ = io.WriteString(w, "fine")
}

// client is one connection of a client.
type client struct {
	net.Conn
	t *testing.T
	r *bufio.Reader
}

// dial connects from an address, and waits until the keeper has accepted it.
func (p *harness) dial(from string) *client {
	p.t.Helper()
	c := p.dialled(from)
	<-p.accepted
	return c
}

func (p *harness) dialled(from string) *client {
	p.t.Helper()
	p.mu.Lock()
	p.from = &net.TCPAddr{IP: net.ParseIP(from), Port: 1}
	p.mu.Unlock()
	conn, err := net.Dial("tcp", p.addr)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	return &client{conn, p.t, bufio.NewReader(conn)}
}

func (c *client) send(path string, headers ...string) {
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\n%s\r\n", path, strings.Join(append(headers, ""), "\r\n"))
}

func (c *client) read() (*http.Response, string, error) {
	res, err := http.ReadResponse(c.r, nil)
	if err != nil {
		return nil, "", err
	}
	body, err := io.ReadAll(res.Body)
	return res, string(body), err
}

// ask wants an answer with a status.
func (c *client) ask(status int, path string, headers ...string) *http.Response {
	c.t.Helper()
	c.send(path, headers...)
	res, body, err := c.read()
	if err != nil {
		c.t.Fatalf("%s: no answer: %v", path, err)
	}
	if res.StatusCode != status {
		c.t.Fatalf("%s: %d %s, want %d", path, res.StatusCode, body, status)
	}
	return res
}

// ended wants the server to have closed the connection.
func (c *client) ended() {
	c.t.Helper()
	if _, err := c.r.ReadByte(); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		c.t.Errorf("the connection is still open: %v", err)
	}
}

func (p *harness) wait(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = p.now.Add(d)
}

// counts waits until so many connections are in a state.
func (p *harness) counts(s state, want int) {
	p.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		p.Keeper.mu.Lock()
		got := p.count[s]
		p.Keeper.mu.Unlock()
		if got == want {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("%d connections are %s, want %d", got, stateNames[s], want)
		}
	}
}

// Idle connections of one source, however many, keep nobody out, and stay within
// the bound.
func TestIdleFloodOfOneSource(t *testing.T) {
	p := newHarness(t, 64)
	honest := p.dial("198.51.100.1")
	honest.ask(200, "/")
	p.wait(time.Second)
	flood := make([]*client, 0, 400)
	for i := range 400 {
		c := p.dial(fmt.Sprintf("203.0.113.%d", i%250))
		if i%2 == 0 {
			c.ask(200, "/") // half of them have asked for something
		}
		flood = append(flood, c)
		if open := p.openNow(); open > 64 {
			t.Fatalf("%d connections are open", open)
		}
	}
	// The one that was there first is still there, and new ones are served.
	honest.ask(200, "/")
	for i := range 10 {
		p.dial(fmt.Sprintf("192.0.2.%d", i)).ask(200, "/")
	}
	flood[0].ended()
	flood[300].ended()
	if !strings.Contains(p.log.String(), "connections are at their limit") || strings.Count(p.log.String(), "\n") != 1 {
		t.Errorf("the log says %s", p.log)
	}
	if got := p.value("mls_connections_closed_total", reasonShare); got < 300 {
		t.Errorf("%v gave way", got)
	}
}

// Idle connections from everywhere, one from each source, keep nobody out either.
func TestIdleFloodOfManySources(t *testing.T) {
	p := newHarness(t, 64)
	for i := range 400 {
		c := p.dial(fmt.Sprintf("203.%d.%d.7", i/200, i%200))
		if i%2 == 0 {
			c.ask(200, "/")
		}
	}
	if open := p.openNow(); open < 50 {
		t.Fatalf("the flood did nothing: %d are open", open)
	}
	for i := range 10 {
		p.dial(fmt.Sprintf("198.51.%d.1", i)).ask(200, "/")
	}
}

// What is proven does not give way, and a part is kept free for it.
func TestProvenAndStreamsStay(t *testing.T) {
	p := newHarness(t, 32)
	streams := make([]*client, 8)
	for i := range streams {
		streams[i] = p.dial("198.51.100.1")
		streams[i].ask(200, "/stream", "DID: did:plc:a")
	}
	p.counts(stream, 8)
	busy := p.dial("198.51.100.2")
	busy.send("/hold", "DID: did:plc:b")
	<-p.inside
	p.wait(time.Minute)
	for i := range 200 {
		p.dial(fmt.Sprintf("203.0.113.%d", i))
	}
	// A new stream, in the middle of it.
	late := p.dial("198.51.100.9")
	late.ask(200, "/stream", "DID: did:plc:c")
	close(p.hold)
	if res, _, err := busy.read(); err != nil || res.StatusCode != 200 {
		t.Errorf("a proven request is lost: %v %v", res, err)
	}
	p.counts(stream, 9)
	for _, c := range streams {
		c.Close()
	}
	p.counts(stream, 1)
}

// Streams leave room for requests, and are refused beyond.
func TestStreamsAreBounded(t *testing.T) {
	p := newHarness(t, 32)
	most := p.provenMost()
	for i := range most {
		p.dial(fmt.Sprintf("198.51.%d.1", i)).ask(200, "/stream", "DID: did:plc:a")
	}
	p.counts(stream, most)
	res := p.dial("192.0.2.1").ask(503, "/stream", "DID: did:plc:b")
	if res.Header.Get("Retry-After") != "5" {
		t.Errorf("Retry-After %q", res.Header.Get("Retry-After"))
	}
	p.dial("192.0.2.2").ask(200, "/")
	p.dial("192.0.2.2").ask(200, "/health")
}

// Where requests that prove nothing take up everything, health and streams still
// have a way in, and everything else is told to come back.
func TestReserve(t *testing.T) {
	p := newHarness(t, 32)
	most := p.unprovenMost()
	var busy []*client
	for i := range most {
		c := p.dial(fmt.Sprintf("203.%d.113.1", i))
		c.send("/hold")
		<-p.inside
		busy = append(busy, c)
	}
	p.counts(active, most)
	for range 5 {
		if res := p.dial("192.0.2.1").ask(200, "/health"); !res.Close {
			t.Error("a connection of the reserve stays open")
		}
		p.counts(reserved, 0)
	}
	res := p.dial("192.0.2.1").ask(503, "/")
	if !res.Close || res.Header.Get("Retry-After") != "5" {
		t.Errorf("close %v, Retry-After %q", res.Close, res.Header.Get("Retry-After"))
	}
	p.dial("192.0.2.1").ask(200, "/stream", "DID: did:plc:a")
	p.counts(stream, 1)
	// Connections that ask for nothing do not fill the reserve.
	for range 10 {
		p.dial("192.0.2.1")
	}
	p.dial("192.0.2.2").ask(200, "/health")
	if got := p.value(limit.RefusedMetric, limit.OpenConnections.Name); got != 1 {
		t.Errorf("%v refusals are counted", got)
	}
	if open := p.openNow(); open > 32 {
		t.Errorf("%d are open", open)
	}
	close(p.hold)
	for _, c := range busy {
		if res, _, err := c.read(); err != nil || res.StatusCode != 200 {
			t.Fatalf("%v %v", res, err)
		}
	}
}

// A request that proves nothing and does not end gives way at last, first that of
// a source with a quarter of all.
func TestStuckRequestsGiveWay(t *testing.T) {
	p := newHarness(t, 32)
	defer close(p.hold)
	most := p.unprovenMost()
	var stuck []*client
	honest := p.dial("198.51.100.1")
	honest.send("/hold")
	<-p.inside
	for range most - 1 {
		c := p.dial("203.0.113.1")
		c.send("/hold")
		<-p.inside
		stuck = append(stuck, c)
	}
	p.dial("192.0.2.1").ask(200, "/")
	stuck[0].ended()
	p.counts(active, most-1)
}

// A connection from a proxy is not that of one source, and its requests are of
// those that the proxy names.
func TestBehindAProxy(t *testing.T) {
	p := newHarness(t, 64)
	most := p.unprovenMost()
	for range most {
		p.dial("10.0.0.1").ask(200, "/", "X-Forwarded-For: 203.0.113.1")
	}
	p.counts(waiting, most)
	if got := p.sources.Len(); got != 0 {
		t.Errorf("%d sources have idle connections of a proxy", got)
	}
	// They give way to one another when nothing else does.
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
	// Somebody else behind the proxy is served all the same.
	p.dial("10.0.0.1").ask(200, "/", "X-Forwarded-For: 192.0.2.1")
}

// The more are open, the shorter they may wait for their next request.
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
	p.wait(time.Hour) // few are open: that is for the server to bound
	second := open(11, "203.0")
	p.counts(waiting, 31)
	open(2, "203.1") // now half of them are open
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

// failing fails a number of times, and then waits for the end.
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

// Where no connection can be accepted the log and a metric say so, and those that
// wait give files back.
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
	p.wait(quiet)
	p.failed(syscall.EMFILE)
	if strings.Count(p.log.String(), "\n") != 2 {
		t.Errorf("the log says no more: %s", p.log)
	}
}

// Whatever comes and goes, nothing is left over.
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
	// Everything closes.
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

func (p *harness) openNow() int {
	p.Keeper.mu.Lock()
	defer p.Keeper.mu.Unlock()
	return p.open()
}

// value is that of a metric, of those with a label value where one is given.
func (p *harness) value(name, label string) (sum float64) {
	p.t.Helper()
	families, err := p.metrics.Gather()
	if err != nil {
		p.t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.Metric {
			if f.GetName() == name && (label == "" || m.Label[0].GetValue() == label) {
				sum += m.GetGauge().GetValue() + m.GetCounter().GetValue()
			}
		}
	}
	return sum
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

// What the keeper costs a request on a connection that stays open.
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
