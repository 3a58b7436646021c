package httpd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/lexicons"
	"catbird.blue/mls/server"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/health"
	"catbird.blue/mls/xrpc"
)

// site is the whole HTTP side of a Server, with its log.
type site struct {
	*httptest.Server
	log     bytes.Buffer
	health  *Health
	metrics *Metrics
}

// noTokens refuses whoever calls.
type noTokens struct{}

func (noTokens) Authenticate(_ context.Context, r *http.Request, m *xrpc.Method) (xrpc.Proof, error) {
	if m.Public {
		return xrpc.Proof{}, nil
	}
	if did, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return xrpc.Proof{Caller: xrpc.Caller{DID: did}}, nil
	}
	return xrpc.Proof{}, xrpc.Errorf(http.StatusUnauthorized, xrpc.AuthenticationRequired, "a service token is needed")
}

// testServer is a Server and its database.
type testServer struct {
	*server.Server
	pool *pgxpool.Pool
}

// newServer makes a Server on a new database.
func newServer(t testing.TB) testServer {
	t.Helper()
	pool := dbtest.Pool(t)
	return testServer{server.New(server.Config{Pool: pool, ServiceDID: "did:web:mls.example", Version: "test", Secret: auth.NewSecret()}), pool}
}

// newSite serves s; wrap may put faults between the routes and s.
func newSite(t testing.TB, s testServer, wrap func(gen.Service) gen.Service) *site {
	t.Helper()
	x := &site{health: NewHealth(health.New(health.Config{Checks: []health.Check{health.NewDatabase(s.pool, nil).Check()}}), "v1"), metrics: NewMetrics("v1")}
	var service gen.Service = s
	if wrap != nil {
		service = wrap(s)
	}
	x.Server = httptest.NewServer(NewHandler(HandlerConfig{
		Service: service, Plumbing: xrpc.Plumbing{Auth: noTokens{}}, ServiceDID: "did:web:mls.example", Version: "v1",
		Document: func() []byte { return []byte(`{"id":"did:web:mls.example"}`) }, Health: x.health, Metrics: x.metrics,
		Log: slog.New(slog.NewJSONHandler(&x.log, nil)),
	}))
	t.Cleanup(x.Close)
	return x
}

// ask sends a request and gives status, header and body.
func (x *site) ask(t testing.TB, method, path string, header ...string) (int, http.Header, string) {
	t.Helper()
	req, err := http.NewRequest(method, x.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := x.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(b)
}

func TestPlainPages(t *testing.T) {
	x := newSite(t, newServer(t), nil)
	for _, tc := range []struct {
		method, path string
		status       int
		contentType  string
		body         string // contained
	}{
		{"GET", "/", 200, "text/html; charset=utf-8", "did:web:mls.example#atproto_mls"},
		{"GET", "/health/live", 200, "text/plain; charset=utf-8", "OK"},
		{"GET", "/xrpc/_health", 200, "application/json", `{"version":"v1"}`},
		{"GET", "/.well-known/did.json", 200, "application/json", `{"id":"did:web:mls.example"}`},
		{"GET", "/lexicons/blue.catbird.mls.defs.json", 200, "application/json", `"blue.catbird.mls.defs"`},
		{"HEAD", "/health/ready", 200, "application/json", ""},
		{"HEAD", "/", 200, "text/html; charset=utf-8", ""},
		{"GET", "/lexicons/blue.catbird.mls.nothing.json", 404, "application/json", `"error":"NotFound"`},
		{"GET", "/lexicons/blue.catbird.mls.nothing", 404, "application/json", `"error":"NotFound"`},
		{"GET", "/lexicons/blue.catbird.mls.defs", 200, "text/html; charset=utf-8", "<h1>blue.catbird.mls.defs</h1>"},
		{"GET", "/lexicons/lexicons.tar.gz", 200, "application/gzip", ""},
		{"GET", "/lexicons/", 200, "text/html; charset=utf-8", "<h1>Lexicons</h1>"},
		{"GET", "/llms.txt", 200, "text/plain; charset=utf-8", "# Your first chat"},
		{"GET", "/lexicons/..%2F..%2Fgo.mod.json", 404, "application/json", `"error":"NotFound"`},
		{"GET", "/lexicons/.json", 404, "application/json", `"error":"NotFound"`},
		{"GET", "/nothing", 404, "application/json", `"error":"NotFound"`},
		{"GET", "/metrics", 404, "application/json", `"error":"NotFound"`},
		{"POST", "/health", 405, "application/json", `"error":"InvalidRequest"`},
		{"GET", "/xrpc/blue.catbird.mls.nothing", 501, "application/json", `"error":"MethodNotImplemented"`},
		{"GET", "/xrpc/blue.catbird.mls.sendMessage", 405, "application/json", `"error":"InvalidRequest"`},
		{"GET", "/xrpc/blue.catbird.mls.getConvos", 401, "application/json", `"error":"AuthenticationRequired"`},
		{"GET", "/xrpc/blue.catbird.mls.getConvos/", 400, "application/json", `"error":"InvalidRequest"`},
	} {
		t.Run(tc.method+tc.path, func(t *testing.T) {
			status, header, body := x.ask(t, tc.method, tc.path)
			if status != tc.status || header.Get("Content-Type") != tc.contentType || !strings.Contains(body, tc.body) {
				t.Errorf("answer is %d %q %s", status, header.Get("Content-Type"), body)
			}
			if header.Get("Cache-Control") != "no-store" {
				t.Errorf("Cache-Control is %q", header.Get("Cache-Control"))
			}
			if tc.method == "HEAD" && body != "" {
				t.Errorf("HEAD has a body: %s", body)
			}
		})
	}
}

func TestLexiconsAreServedAsTheyAre(t *testing.T) {
	x := newSite(t, newServer(t), nil)
	for _, nsid := range lexicons.NSIDs() {
		want, _ := lexicons.JSON(nsid)
		if status, _, body := x.ask(t, "GET", "/lexicons/"+nsid+".json"); status != 200 || body != string(want) {
			t.Errorf("%s: answer is %d, %d bytes", nsid, status, len(body))
		}
	}
}

func TestStartPageNamesEveryMethod(t *testing.T) {
	page := string(startPage(HandlerConfig{ServiceDID: `did:web:<x>`, Version: "<v>"}))
	for _, m := range gen.Methods {
		if !strings.Contains(page, "<code>"+m.NSID+"</code><td>"+kindText(m)+"<td>") {
			t.Errorf("%s is missing", m.NSID)
		}
	}
	if strings.Contains(page, "<x>") || strings.Contains(page, "<v>") {
		t.Error("the configuration is not escaped")
	}
}

// TestEveryLinkOfTheStartPageWorks follows them.
func TestEveryLinkOfTheStartPageWorks(t *testing.T) {
	x := newSite(t, newServer(t), nil)
	_, _, page := x.ask(t, "GET", "/")
	n := 0
	for _, part := range strings.Split(page, `href="`)[1:] {
		href, _, _ := strings.Cut(part, `"`)
		if !strings.HasPrefix(href, "/") {
			continue
		}
		n++
		if status, _, _ := x.ask(t, "GET", href); status != http.StatusOK {
			t.Errorf("%s answers %d", href, status)
		}
	}
	if n < len(gen.Methods)+4 {
		t.Errorf("only %d links", n)
	}
}

// TestLogLineIsAnAllowList has requests full of identifiers leave none in the
// log.
func TestLogLineIsAnAllowList(t *testing.T) {
	x := newSite(t, newServer(t), func(s gen.Service) gen.Service { return faulty{Service: s} })
	const secret = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"
	convo := strings.Repeat("ab", 16)
	x.ask(t, "GET", "/xrpc/blue.catbird.mls.getEpoch?convoId="+convo, "Authorization", "Bearer "+secret)
	x.ask(t, "GET", "/xrpc/blue.catbird.mls.getConvos", "Authorization", "Bearer "+secret, "User-Agent", secret)
	x.ask(t, "GET", "/"+secret+"?token="+secret)
	x.ask(t, "GET", "/xrpc/blue.catbird.mls.getEpoch?convoId="+convo)
	x.Close()
	allowed := []string{"time", "level", "msg", "nsid", "status", "error", "duration_ms", "bytes_in", "bytes_out", "request_id", "cause"}
	lines := strings.Split(strings.TrimSpace(x.log.String()), "\n")
	if len(lines) != 4 {
		t.Fatalf("%d lines for 4 requests:\n%s", len(lines), x.log.String())
	}
	for _, line := range lines {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatal(err)
		}
		for name := range fields {
			if !slices.Contains(allowed, name) {
				t.Errorf("field %q is not on the list", name)
			}
		}
		for _, word := range []string{"did:", convo, "127.0.0.1", "aaaaaaaa", "hunter2"} {
			if strings.Contains(line, word) {
				t.Errorf("the line has %q: %s", word, line)
			}
		}
	}
	var first struct {
		NSID, Error string
		Status      int
	}
	if err := json.Unmarshal([]byte(lines[0]), &first); err != nil || first.NSID != gen.NSIDGetEpoch || first.Status != 500 || first.Error != xrpc.InternalServerError {
		t.Errorf("the first line is %s", lines[0])
	}
}

// faulty fails or panics with errors that are full of identifiers.
type faulty struct{ gen.Service }

func (faulty) GetEpoch(_ context.Context, caller xrpc.Caller, p *gen.GetEpochParams) (*gen.GetEpochOutput, error) {
	return nil, fmt.Errorf("reading convo %s for %s from 127.0.0.1:5432: bad value \"hunter2\"", p.ConvoID, caller.DID)
}

func (faulty) GetConvos(_ context.Context, caller xrpc.Caller, _ *gen.GetConvosParams) (*gen.GetConvosOutput, error) {
	panic("cannot happen to " + caller.DID)
}

func TestFaultsAreBlandAndContained(t *testing.T) {
	x := newSite(t, newServer(t), func(s gen.Service) gen.Service { return faulty{Service: s} })
	for _, path := range []string{"/xrpc/blue.catbird.mls.getEpoch?convoId=" + strings.Repeat("ab", 16), "/xrpc/blue.catbird.mls.getConvos"} {
		status, _, body := x.ask(t, "GET", path, "Authorization", "Bearer did:web:a.example")
		if status != 500 || body != `{"error":"InternalServerError","message":"internal server error"}` {
			t.Errorf("%s: answer is %d %s", path, status, body)
		}
	}
	if status, _, _ := x.ask(t, "GET", "/health"); status != 200 {
		t.Errorf("after a panic /health answers %d", status)
	}
}
