package stream

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.uber.org/goleak"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/gen/client"
	"catbird.blue/mls/xrpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// source keeps the attached sinks. attach, if it is set, may refuse a stream or
// give it events.
type source struct {
	attach func(Want, Sink) error

	mu       sync.Mutex
	sinks    map[Sink]Want
	attached int
	detached int
}

func (s *source) Attach(_ context.Context, want Want, to Sink) (func(), error) {
	if s.attach != nil {
		if err := s.attach(want, to); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sinks == nil {
		s.sinks = map[Sink]Want{}
	}
	s.sinks[to] = want
	s.attached++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.sinks, to)
		s.detached++
	}, nil
}

// deliver delivers an event to all sinks while it holds a lock, as a hub does.
func (s *source) deliver(ev *Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for to := range s.sinks {
		if !to.Deliver(ev) {
			delete(s.sinks, to)
		}
	}
}

// sink waits for the only attached sink and returns it.
func (s *source) sink(t testing.TB) Sink {
	t.Helper()
	var found Sink
	eventually(t, "a stream", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		for to := range s.sinks {
			found = to
		}
		return found != nil
	})
	return found
}

// attachedSinks are the sinks of all streams.
func (s *source) attachedSinks() []Sink {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.sinks))
}

func (s *source) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sinks)
}

func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for until := time.Now().Add(5 * time.Minute); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("%s: not within 5 minutes", what)
		}
	}
}

// handlers is a service that has only the streams.
type handlers struct {
	gen.Service
	streams *Streams
}

func (h *handlers) StreamConvoEvents(ctx context.Context, caller xrpc.Caller, p *gen.StreamConvoEventsParams, out *xrpc.Stream) error {
	return h.streams.SSE(ctx, Want{DID: caller.DID, Cursor: text(p.Cursor)}, out)
}

func (h *handlers) SubscribeConvoEvents(ctx context.Context, caller xrpc.Caller, p *gen.SubscribeConvoEventsParams, out *xrpc.Stream) error {
	return h.streams.WebSocket(ctx, Want{DID: caller.DID, Cursor: text(p.Cursor), ConvoIDs: p.ConvoIDs}, out)
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Authenticate uses the token as the DID.
func (h *handlers) Authenticate(_ context.Context, r *http.Request, _ *xrpc.Method) (xrpc.Proof, error) {
	did, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return xrpc.Proof{}, xrpc.Errorf(401, "AuthMissing", "a token is needed")
	}
	return xrpc.Proof{Caller: xrpc.Caller{DID: did}}, nil
}

// world is streams behind the real routes and a real HTTP server.
type world struct {
	*source
	streams *Streams
	srv     *httptest.Server
	client  *client.Client
	metrics *Metrics
}

func newWorld(t testing.TB, c Config) *world {
	t.Helper()
	w := &world{source: &source{}, metrics: NewMetrics(nil)}
	c.Source, c.Metrics = w.source, w.metrics
	w.streams = New(c)
	h := &handlers{streams: w.streams}
	e := echo.New()
	e.HTTPErrorHandler = func(err error, c echo.Context) { _ = xrpc.WriteError(c.Response(), xrpc.AsError(err)) }
	gen.RegisterRoutes(e, h, xrpc.Plumbing{Auth: h})
	w.srv = httptest.NewServer(e)
	transport := &http.Transport{}
	w.client = &client.Client{Client: &xrpc.Client{Service: w.srv.URL, HTTP: &http.Client{Transport: transport},
		Authorize: func(r *http.Request, _ string) error {
			r.Header.Set("Authorization", "Bearer did:plc:me")
			return nil
		}}}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		_ = w.streams.Shutdown(ctx)
		transport.CloseIdleConnections()
		w.srv.Close()
	})
	return w
}

// as returns the world with a client of another account.
func (w *world) as(did string) *world {
	other, calls := *w, *w.client.Client
	calls.Authorize = func(r *http.Request, _ string) error {
		r.Header.Set("Authorization", "Bearer "+did)
		return nil
	}
	other.client = &client.Client{Client: &calls}
	return &other
}

// open opens a stream with a transport.
func (w *world) open(t testing.TB, transport string, cursor *string) *xrpc.Events[client.ConvoEvent] {
	t.Helper()
	var events *xrpc.Events[client.ConvoEvent]
	var err error
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	if transport == "sse" {
		events, err = w.client.StreamConvoEvents(ctx, &client.StreamConvoEventsParams{Cursor: cursor})
	} else {
		events, err = w.client.SubscribeConvoEvents(ctx, &client.SubscribeConvoEventsParams{Cursor: cursor})
	}
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = events.Close()
	})
	return events
}

// encoded returns how often events were encoded in a form.
func (w *world) encoded(form string) int { return valueOf(w.metrics.Encoded.WithLabelValues(form)) }

// ended returns how many streams of a transport ended for a reason.
func (w *world) ended(transport, reason string) int {
	return valueOf(w.metrics.Ended.WithLabelValues(transport, reason))
}

func valueOf(c prometheus.Counter) int {
	var m dto.Metric
	if err := c.Write(&m); err != nil {
		panic(err)
	}
	return int(m.GetCounter().GetValue())
}

// message makes an event with a ciphertext of n bytes.
func message(i, n int) gen.ConvoEvent {
	return &gen.MessageEvent{Cursor: cursorOf(i), Message: gen.MessageView{ID: fmt.Sprint("m", i), ConvoID: xrpc.ConvoID(strings.Repeat("0", 32)),
		Ciphertext: make([]byte, n), Epoch: 1, Seq: int64(i) + 1, CreatedAt: "2026-11-23T00:00:00.000Z"}}
}

func cursorOf(i int) string { return fmt.Sprintf("c%09d", i) }

// raw opens a stream with the given header lines, and returns the connection, from
// which it has read the header of the answer, and that header.
func (w *world) raw(t testing.TB, path string, header ...string) (net.Conn, *bufio.Reader, http.Header) {
	t.Helper()
	conn, err := net.Dial("tcp", w.srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer did:plc:me\r\n%s\r\n", path,
		strings.Join(append(header, ""), "\r\n"))
	r := bufio.NewReader(conn)
	res, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%s", res.Status)
	}
	return conn, r, res.Header
}

const ssePath = "/xrpc/" + gen.NSIDStreamConvoEvents
