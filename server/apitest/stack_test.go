package apitest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/labstack/echo/v4"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/server/blob"
	"catbird.blue/mls/server/bodies"
	"catbird.blue/mls/server/bus"
	"catbird.blue/mls/server/conns"
	"catbird.blue/mls/server/health"
	"catbird.blue/mls/server/httpd"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/live"
	"catbird.blue/mls/server/source"
	"catbird.blue/mls/server/storage"
	"catbird.blue/mls/server/stream"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

const serviceDID = "did:web:mls.example"

// stack is a complete service with a database of its own, behind a TCP socket.
type stack struct {
	url     string
	addr    string
	pool    *pgxpool.Pool
	echo    *echo.Echo
	client  *http.Client
	hub     *eventlog.Hub
	log     *lines
	blobDir string
	conns   *conns.Keeper
	bodies  *bodies.Budget
	storage *storage.Book
	trace   *trace
}

// options are the parts of the configuration that tests change.
type options struct {
	server  server.Config
	limits  limit.Config
	stream  stream.Config
	conns   conns.Config
	bodies  bodies.Config
	storage storage.Config
	// first are steps of admission before those of the service.
	first []xrpc.Step
}

// newStack assembles the service as mlsd does, without rate limits.
func newStack(t testing.TB, opts ...func(*options)) *stack {
	t.Helper()
	s := &stack{trace: &trace{}, log: &lines{}, blobDir: t.TempDir()}
	s.pool = s.trace.pool(t)
	blobs := must(blob.OpenDir(s.blobDir))(t)
	t.Cleanup(func() { _ = blobs.Close() })
	o := options{
		server: server.Config{Pool: s.pool, Blobs: blobs, ServiceDID: serviceDID, Version: "test", PublicURL: "https://mls.example", Secret: auth.NewSecret()},
		limits: limit.Config{Off: true},
		conns:  conns.Config{Max: 1000, Urgent: httpd.Urgent, Trusted: must(source.ParseProxies(source.Loopback))(t)},
		bodies: bodies.Config{Stream: blobs.WriteMemory()},
	}
	for _, f := range opts {
		f(&o)
	}
	dir := must(auth.NewDirectory(auth.DirectoryConfig{PLCURL: plc.URL, Dev: true}))(t)
	t.Cleanup(dir.Close)
	replay := must(auth.NewMemoryReplay(auth.MemoryReplayConfig{}))(t)
	authenticator := must(auth.New(auth.Config{Audiences: auth.Audiences(serviceDID), Directory: dir, Replay: replay}))(t)
	log := slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: httpd.Redact}))
	limits := must(limit.New(o.limits))(t)
	o.server.Limits, o.stream.Limits = limits, limits
	if o.storage.Limits == nil {
		o.storage.Limits = limits
	}
	s.storage = storage.New(o.storage)
	o.server.Storage = s.storage
	s.goLive(t, &o, log)
	s.echo = httpd.NewHandler(httpd.HandlerConfig{
		Service:    server.New(o.server),
		Plumbing:   s.plumbing(t, &o, authenticator),
		ServiceDID: serviceDID, Version: "test", Document: func() []byte { return []byte(`{}`) },
		Health: httpd.NewHealth(health.New(health.Config{Checks: []health.Check{health.NewDatabase(s.pool, nil).Check()}}), "test"), Metrics: httpd.NewMetrics("test"), Log: log,
	})
	s.echo.Pre(s.trace.mark)
	s.listen(t, log)
	return s
}

// plumbing assembles authentication and admission.
func (s *stack) plumbing(t testing.TB, o *options, authenticator xrpc.Authenticator) xrpc.Plumbing {
	t.Helper()
	s.conns, s.bodies = conns.New(o.conns), bodies.New(o.bodies)
	return xrpc.Plumbing{
		Auth: authenticator, Tickets: live.NewTickets(s.pool, nil), Bodies: s.bodies,
		Source: func(r *http.Request) netip.Prefix { return source.Of(r, o.conns.Trusted) },
		Admit:  append(o.first, must(limit.New(o.limits))(t).Account, s.conns.Admit),
	}
}

// goLive adds the streams.
func (s *stack) goLive(t testing.TB, o *options, log *slog.Logger) {
	t.Helper()
	hub := eventlog.NewHub(eventlog.Config{Pool: s.pool, Log: log})
	o.stream.Source = hub
	streams := stream.New(o.stream)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- hub.Run(ctx) }()
	t.Cleanup(func() {
		late, stop := context.WithTimeout(context.Background(), 2*time.Minute)
		defer stop()
		if err := streams.Shutdown(late); err != nil {
			t.Errorf("a stream hangs: %v", err)
		}
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the hub ended: %v", err)
		}
	})
	// The hub has its position in the log, and makes no more writes.
	must(hub.Codec(t.Context()))(t)
	s.hub = hub
	o.server.Hub, o.server.Streams, o.server.Bus = hub, streams, bus.NewLocal(hub)
}

func (s *stack) listen(t testing.TB, log *slog.Logger) {
	t.Helper()
	l := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	s.addr = l.Addr().String()
	s.url = "http://" + s.addr
	web := httpd.NewServer(s.echo, s.conns, log)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = web.Serve(xrpc.CoalescingListener(s.conns.Listener(l)))
	}()
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 16}
	s.client = &http.Client{Transport: transport, Timeout: 10 * time.Minute}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		if err := web.Shutdown(ctx); err != nil {
			t.Errorf("a request hangs: %v", err)
			web.Close()
		}
		<-done
	})
}

// answer is a response.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) short() string { return fmt.Sprintf("%d %.300s", a.status, a.body) }

// methodNamed finds a method by the last part of its NSID.
func methodNamed(t testing.TB, name string) *xrpc.Method {
	t.Helper()
	for _, m := range gen.Methods {
		if m.NSID == namespace+name {
			return m
		}
	}
	t.Fatalf("no method %s", name)
	return nil
}

// call calls a method as an account, nil for none. The input is encoded as
// JSON, or as parameters of a query. A json.RawMessage, string or []byte is
// sent unchanged.
func (s *stack) call(t testing.TB, as *authtest.Account, name string, input any) answer {
	t.Helper()
	m := methodNamed(t, name)
	r := s.request(t, m, input)
	if as != nil {
		r.Header.Set("Authorization", "Bearer "+as.Token(serviceDID, m.NSID))
	}
	if streaming(m) {
		return s.glance(t, m, r)
	}
	return s.do(t, m, r)
}

func (s *stack) request(t testing.TB, m *xrpc.Method, input any) *http.Request {
	t.Helper()
	at := s.url + "/xrpc/" + m.NSID
	if m.Kind.Verb() == http.MethodGet {
		if q, ok := input.(url.Values); ok {
			at += "?" + q.Encode()
		} else if input != nil {
			at += "?" + query(t, input).Encode()
		}
		return must(http.NewRequestWithContext(t.Context(), http.MethodGet, at, nil))(t)
	}
	var body []byte
	switch v := input.(type) {
	case []byte:
		body = v
	case string:
		body = []byte(v)
	default:
		body = must(json.Marshal(v))(t)
	}
	r := must(http.NewRequestWithContext(t.Context(), http.MethodPost, at, bytes.NewReader(body)))(t)
	r.Header.Set("Content-Type", "application/json")
	if m.InputEncoding == "*/*" {
		r.Header.Set("Content-Type", "application/octet-stream")
	}
	return r
}

// query encodes an object as parameters.
func query(t testing.TB, input any) url.Values {
	t.Helper()
	var fields map[string]any
	d := json.NewDecoder(bytes.NewReader(must(json.Marshal(input))(t)))
	d.UseNumber()
	if err := d.Decode(&fields); err != nil {
		t.Fatal(err)
	}
	q := url.Values{}
	for name, v := range fields {
		if list, ok := v.([]any); ok {
			for _, x := range list {
				q.Add(name, fmt.Sprint(x))
			}
			continue
		}
		q.Set(name, fmt.Sprint(v))
	}
	return q
}

// do sends a request of a method and gives the answer to the recorder.
func (s *stack) do(t testing.TB, m *xrpc.Method, r *http.Request) answer {
	t.Helper()
	a := s.send(t, r)
	seen.check(t, m, a)
	if a.status == http.StatusInternalServerError {
		t.Logf("the log says: %s", strings.Join(s.log.all(), "\n"))
	}
	return a
}

// send sends any request.
func (s *stack) send(t testing.TB, r *http.Request) answer {
	t.Helper()
	res, err := s.client.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s %s: reading the answer: %v", r.Method, r.URL.Path, err)
	}
	return answer{res.StatusCode, res.Header, body}
}

// ok fails the test unless the call succeeded, and decodes its answer.
func ok[T any](t testing.TB, a answer) T {
	t.Helper()
	var v T
	if a.status != http.StatusOK {
		t.Fatalf("answer is %s, want a success", a.short())
	}
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// refused fails the test unless the answer is the named error, and returns its
// message.
func refused(t testing.TB, a answer, name string) string {
	t.Helper()
	e, err := envelope(a)
	if err != nil || e.Error != name {
		t.Fatalf("answer is %s, want %s", a.short(), name)
	}
	return e.Message
}

// state returns a digest of all stored data by table, and the number of objects
// in the blob storage.
func (s *stack) state(t testing.TB) map[string]string {
	t.Helper()
	rows := must(s.pool.Query(t.Context(), `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migrations'`))(t)
	var tables []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		tables = append(tables, name)
	}
	out := map[string]string{}
	for _, name := range tables {
		var digest string
		sql := fmt.Sprintf(`SELECT count(*) || ' ' || coalesce(md5(string_agg(md5(r::text), ',' ORDER BY md5(r::text))), '') FROM %s r`, name)
		if err := s.pool.QueryRow(t.Context(), sql).Scan(&digest); err != nil {
			t.Fatal(err)
		}
		out[name] = digest
	}
	out["stored objects"] = fmt.Sprint(countFiles(t, s.blobDir))
	return out
}

func countFiles(t testing.TB, dir string) int {
	t.Helper()
	n := 0
	for _, e := range must(os.ReadDir(dir))(t) {
		switch {
		case e.IsDir():
			n += countFiles(t, dir+"/"+e.Name())
		case e.Name()[0] != '.': // the id of the store is no blob
			n++
		}
	}
	return n
}

// unchanged fails the test if stored data differs from before.
func (s *stack) unchanged(t testing.TB, before map[string]string) {
	t.Helper()
	for table, digest := range s.state(t) {
		if before[table] != digest {
			t.Errorf("%s changed: rows and digest were %s, are %s", table, before[table], digest)
		}
	}
}

// lines collects log lines.
type lines struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Split(strings.TrimSpace(l.b.String()), "\n")
}

// must fails the test on an error.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
