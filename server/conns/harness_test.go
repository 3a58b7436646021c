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
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/source"
	"catbird.blue/mls/xrpc"
)

// harness is a server behind a Keeper, with a clock set by the test. Its
// clients choose their address.
type harness struct {
	*Keeper
	t       *testing.T
	addr    string
	log     *bytes.Buffer
	metrics *prometheus.Registry

	mu   sync.Mutex
	now  time.Time
	from net.Addr
	// accepted gets a value for every connection that the keeper has handled.
	accepted chan struct{}
	// inside gets a value when a request to /hold has arrived; such requests
	// wait for hold.
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
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return p.Context(xrpc.CoalescingContext(ctx, c), c)
		}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = web.Serve(xrpc.CoalescingListener(acceptNotifier{p.Listener(l), p.accepted}))
	}()
	t.Cleanup(func() {
		_ = web.Close()
		<-done
	})
	return p
}

// acceptNotifier reports that a connection was accepted: at the next call of Accept the
// previous connection has been handled.
type acceptNotifier struct {
	net.Listener
	accepted chan struct{}
}

func (l acceptNotifier) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		l.accepted <- struct{}{}
	}
	return c, err
}

// answer authenticates a request that has the header DID.
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

// dial connects from an address, and waits until the keeper has handled it.
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

// ask expects a response with a status.
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

// ended expects that the server has closed the connection.
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

func (p *harness) openNow() int {
	p.Keeper.mu.Lock()
	defer p.Keeper.mu.Unlock()
	return p.open()
}

// value returns a metric, the sum over all series or those with a label value.
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
