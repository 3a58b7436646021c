package xrpc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// watcher implements all parts of the plumbing and records the calls it gets.
type watcher struct {
	mu       sync.Mutex
	refuse   *Error
	limit    *Error
	seen     []string
	answered []string
	failed   []*Error
	// spent counts the proofs that were used up. spendErr is the error that
	// using one returns.
	spent    int
	spendErr *Error
}

func (w *watcher) Authenticate(_ context.Context, r *http.Request, _ *Method) (Proof, error) {
	if w.refuse != nil {
		return Proof{}, w.refuse
	}
	return Proof{Caller: Caller{DID: r.Header.Get("Authorization")}, Spend: w.spend}, nil
}

func (w *watcher) spend(context.Context) error {
	w.spent++
	if w.spendErr != nil {
		return w.spendErr
	}
	return nil
}

// allow is an admission step.
func (w *watcher) allow(context.Context, *Call) error {
	if w.limit != nil {
		return w.limit
	}
	return nil
}

func (w *watcher) Observe(m *Method, status int, name string, took time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if took < 0 {
		panic("time runs backwards")
	}
	w.seen = append(w.seen, fmt.Sprintf("%s %d %s", m.NSID, status, name))
}

func (w *watcher) Answered(_ *Method, body []byte) { w.answered = append(w.answered, string(body)) }
func (w *watcher) Failed(_ *Method, e *Error)      { w.failed = append(w.failed, e) }

func (w *watcher) plumbing() *Plumbing {
	return &Plumbing{Auth: w, Admit: []Step{w.allow}, Observe: w, Audit: w}
}

var (
	echoMethod  = &Method{NSID: "test.echo", Kind: Procedure, InputEncoding: "application/json", MaxBody: 1 << 20}
	queryMethod = &Method{NSID: "test.query", Kind: Query}
	blobMethod  = &Method{NSID: "test.up", Kind: Procedure, InputEncoding: "*/*", MaxBody: 1 << 20, TooLarge: "BlobTooLarge"}
)

// host serves a route in the way that gen and server do together.
func host(rt Route, p *Plumbing) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := rt.Serve(w, r, p); err != nil {
			_ = WriteError(w, AsError(err))
		}
	})
}

func post(h http.Handler, contentType, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/xrpc/test", strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

func errorName(t *testing.T, rec *httptest.ResponseRecorder) string {
	t.Helper()
	var env struct{ Error, Message string }
	if err := json.Unmarshal(rec.Body.Bytes(), &env); err != nil || env.Message == "" {
		t.Fatalf("not an envelope: %q, %v", rec.Body, err)
	}
	if got := rec.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q", got)
	}
	if got := rec.Header().Get("Content-Type"); got != "application/json" {
		t.Errorf("Content-Type %q", got)
	}
	return env.Error
}

func TestProcedure(t *testing.T) {
	w := &watcher{}
	h := host(Route{echoMethod, ProcedureJSON(echoSample)}, w.plumbing())
	for _, ct := range []string{"application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"} {
		rec := post(h, ct, `{"text":"x","num":1}`)
		if rec.Code != 200 || rec.Body.String() != `{"text":"x","num":1}` || rec.Header().Get("Content-Length") != "20" ||
			rec.Header().Get("Cache-Control") != "no-store" || rec.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s %v", ct, rec.Code, rec.Body, rec.Header())
		}
	}
	if len(w.seen) != 3 || w.seen[0] != "test.echo 200 " || len(w.answered) != 3 || w.answered[0] != `{"text":"x","num":1}` {
		t.Errorf("seen %q, answered %q", w.seen, w.answered)
	}
	for _, ct := range []string{"", "text/plain", "application/jsonx", "application/json; charset=latin1", ";;", "application/x-www-form-urlencoded"} {
		rec := post(h, ct, `{"text":"x","num":1}`)
		if rec.Code != 400 || errorName(t, rec) != InvalidRequest || !strings.Contains(rec.Body.String(), "Content-Type: ") {
			t.Errorf("%q: %d %s", ct, rec.Code, rec.Body)
		}
	}
	if rec := post(h, "application/json", `{"text":"x"}`); rec.Code != 400 || errorName(t, rec) != "NumMissing" {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	if got := w.seen[len(w.seen)-1]; got != "test.echo 400 NumMissing" {
		t.Errorf("observed %s", got)
	}
}

func TestCompressedBody(t *testing.T) {
	w := &watcher{}
	for _, rt := range []Route{{echoMethod, ProcedureJSON(echoSample)}, {blobMethod, UploadJSON(readAll)}} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("x"))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Content-Encoding", "gzip")
		rec := httptest.NewRecorder()
		host(rt, w.plumbing()).ServeHTTP(rec, r)
		if rec.Code != 415 || errorName(t, rec) != InvalidRequest {
			t.Errorf("%d %s", rec.Code, rec.Body)
		}
	}
}

func TestAdmission(t *testing.T) {
	called := false
	rt := Route{echoMethod, ProcedureJSON(func(ctx context.Context, c Caller, in *sample) (*sample, error) {
		called = true
		return in, nil
	})}
	w := &watcher{refuse: Errorf(401, "BadJwt", "no")}
	if rec := post(host(rt, w.plumbing()), "application/json", "{"); rec.Code != 401 || errorName(t, rec) != "BadJwt" {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	w = &watcher{limit: &Error{Status: 429, Name: RateLimitExceeded, Message: "later", RetryAfter: 1500 * time.Millisecond}}
	rec := post(host(rt, w.plumbing()), "application/json", "{")
	if rec.Code != 429 || errorName(t, rec) != RateLimitExceeded || rec.Header().Get("Retry-After") != "2" {
		t.Errorf("%d %s %v", rec.Code, rec.Body, rec.Header())
	}
	if called {
		t.Error("the handler ran")
	}
	if w.spent != 0 {
		t.Error("a call that was refused spent its token")
	}
	public := *echoMethod
	public.Public = true
	w = &watcher{refuse: Errorf(401, "BadJwt", "no")}
	if rec := post(host(Route{&public, rt.Handler}, w.plumbing()), "application/json", `{"text":"x","num":1}`); rec.Code != 200 {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

// Steps run in their order, the first refusal ends the call, and the token is
// used up only after all of them.
func TestAdmissionInOrder(t *testing.T) {
	var asked []string
	var refuse string
	w := &watcher{}
	step := func(name string) Step {
		return func(_ context.Context, c *Call) error {
			asked = append(asked, fmt.Sprintf("%s %s %s %d", name, c.Caller.DID, c.Method.NSID, w.spent))
			if name == refuse {
				return Errorf(429, RateLimitExceeded, "later")
			}
			return nil
		}
	}
	called := 0
	h := host(Route{echoMethod, ProcedureJSON(func(_ context.Context, _ Caller, in *sample) (*sample, error) {
		called++
		return in, nil
	})}, &Plumbing{Auth: w, Admit: []Step{step("account"), step("origin")}})
	for _, c := range []struct {
		refuse                string
		status, asked, spends int
	}{{"", 200, 2, 1}, {"account", 429, 1, 0}, {"origin", 429, 2, 0}} {
		asked, refuse, w.spent, called = nil, c.refuse, 0, 0
		r := httptest.NewRequest(http.MethodPost, "/xrpc/test", strings.NewReader(`{"text":"x","num":1}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "did:a")
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		if rec.Code != c.status || w.spent != c.spends || called != c.spends {
			t.Errorf("%q refuses: status %d, %d tokens spent, %d calls", c.refuse, rec.Code, w.spent, called)
		}
		if want := []string{"account did:a test.echo 0", "origin did:a test.echo 0"}[:c.asked]; !slices.Equal(asked, want) {
			t.Errorf("%q refuses: asked %q", c.refuse, asked)
		}
	}
	refuse, called, w.spendErr = "", 0, Errorf(401, "JwtReplayed", "used")
	if rec := post(h, "application/json", `{"text":"x","num":1}`); rec.Code != 401 || called != 0 {
		t.Errorf("a token that somebody else spent first: status %d, %d calls", rec.Code, called)
	}
}

func TestHandlerErrors(t *testing.T) {
	secret := errors.New("secret detail")
	for _, c := range []struct {
		err    error
		status int
		name   string
	}{
		{Errorf(404, "Gone", "not here"), 404, "Gone"},
		{fmt.Errorf("wrapped: %w", Errorf(404, "Gone", "not here")), 404, "Gone"},
		{secret, 500, InternalServerError},
		{fmt.Errorf("query: %w", context.DeadlineExceeded), 503, ServiceUnavailable},
		{context.Canceled, 499, ServiceUnavailable},
		{nil, 500, InternalServerError}, // the handler gave neither answer nor error
	} {
		w := &watcher{}
		h := host(Route{echoMethod, ProcedureJSON(func(context.Context, Caller, *sample) (*sample, error) { return nil, c.err })}, w.plumbing())
		rec := post(h, "application/json", `{"text":"x","num":1}`)
		if rec.Code != c.status || errorName(t, rec) != c.name || strings.Contains(rec.Body.String(), "secret") {
			t.Errorf("%v: %d %s", c.err, rec.Code, rec.Body)
		}
		if len(w.failed) != 1 || w.failed[0].Name != c.name || w.seen[0] != fmt.Sprintf("test.echo %d %s", c.status, c.name) {
			t.Errorf("%v: failed %v, seen %v", c.err, w.failed, w.seen)
		}
		if errors.Is(c.err, secret) && !errors.Is(w.failed[0], secret) {
			t.Error("the cause is lost")
		}
	}
}

func TestPanicIsAnInternalError(t *testing.T) {
	w := &watcher{}
	h := host(Route{echoMethod, ProcedureJSON(func(context.Context, Caller, *sample) (*sample, error) { panic("secret") })}, w.plumbing())
	rec := post(h, "application/json", `{"text":"x","num":1}`)
	if rec.Code != 500 || errorName(t, rec) != InternalServerError || strings.Contains(rec.Body.String(), "secret") {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	if !strings.Contains(w.failed[0].Error(), "secret") || !strings.Contains(w.failed[0].Error(), "serve_test.go") {
		t.Errorf("the log does not learn of it: %v", w.failed[0])
	}
}

func TestQueryAndBare(t *testing.T) {
	w := &watcher{}
	h := host(Route{queryMethod, QueryJSON(func(_ context.Context, c Caller, p *sampleParams) (*sample, error) {
		return &sample{Text: c.DID + p.Name, Num: p.Limit}, nil
	})}, w.plumbing())
	get := func(h http.Handler, target string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, target, nil)
		r.Header.Set("Authorization", "me ")
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		return rec
	}
	if rec := get(h, "/x?name=a&limit=7"); rec.Body.String() != `{"text":"me a","num":7}` {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	for _, q := range []string{"/x?name=%zz", "/x?a;b", "/x"} {
		if rec := get(h, q); rec.Code != 400 || errorName(t, rec) != InvalidRequest {
			t.Errorf("%s: %d %s", q, rec.Code, rec.Body)
		}
	}
	bare := host(Route{queryMethod, BareJSON(func(_ context.Context, c Caller) (*sample, error) { return &sample{Text: c.DID}, nil })}, w.plumbing())
	if rec := get(bare, "/x?ignored=1"); rec.Body.String() != `{"text":"me ","num":0}` {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

// readAll returns the length of an upload.
func readAll(_ context.Context, _ Caller, up *Upload) (*sample, error) {
	n, err := io.Copy(io.Discard, up.Body)
	return &sample{Text: up.ContentType, Num: n}, err
}

func TestUploadBounds(t *testing.T) {
	w := &watcher{}
	h := host(Route{blobMethod, UploadJSON(readAll)}, w.plumbing())
	for size, status := range map[int]int{0: 200, 1: 200, 1 << 20: 200, 1<<20 + 1: 413, 3 << 20: 413} {
		rec := post(h, "", strings.Repeat("x", size))
		if rec.Code != status {
			t.Errorf("%d: %d %s", size, rec.Code, rec.Body)
		}
		if status == 200 && rec.Body.String() != fmt.Sprintf(`{"text":"application/octet-stream","num":%d}`, size) {
			t.Errorf("%d: %s", size, rec.Body)
		}
		if status == 413 && errorName(t, rec) != "BlobTooLarge" {
			t.Errorf("%d: %s", size, rec.Body)
		}
	}
}

func TestUnrouted(t *testing.T) {
	w := &watcher{}
	methods := []*Method{{NSID: "com.example.echo", Kind: Procedure}, {NSID: "com.example.query", Kind: Query}}
	for _, c := range []struct {
		verb, path string
		status     int
		name       string
		label      string
	}{
		{"GET", "/xrpc/com.example.echo", 405, InvalidRequest, "com.example.echo"},
		{"PUT", "/xrpc/com.example.echo", 405, InvalidRequest, "com.example.echo"},
		{"POST", "/xrpc/com.example.query", 405, InvalidRequest, "com.example.query"},
		{"GET", "/xrpc/com.example.other", 501, MethodNotImplemented, "unknown"},
		{"POST", "/xrpc/com.example.other", 501, MethodNotImplemented, "unknown"},
		{"GET", "/xrpc/com.example.query/", 400, InvalidRequest, "unknown"},
		{"GET", "/xrpc/", 400, InvalidRequest, "unknown"},
		{"GET", "/xrpc/a/b", 400, InvalidRequest, "unknown"},
		{"GET", "/xrpc/_nothing", 400, InvalidRequest, "unknown"},
	} {
		rec := httptest.NewRecorder()
		err := Unrouted(rec, httptest.NewRequest(c.verb, c.path, nil), methods, w.plumbing())
		_ = WriteError(rec, AsError(err))
		if rec.Code != c.status || errorName(t, rec) != c.name {
			t.Errorf("%s %s: %d %s", c.verb, c.path, rec.Code, rec.Body)
		}
		if got, want := w.seen[len(w.seen)-1], fmt.Sprintf("%s %d %s", c.label, c.status, c.name); got != want {
			t.Errorf("observed %s, want %s", got, want)
		}
		if allow := rec.Header().Get("Allow"); (c.status == 405) != (allow != "") {
			t.Errorf("%s %s: Allow %q", c.verb, c.path, allow)
		}
	}
}

func TestDeclares(t *testing.T) {
	m := &Method{Errors: []string{"Own"}}
	for e, want := range map[*Error]bool{
		Errorf(400, "Own", ""):               true,
		Errorf(400, "Foreign", ""):           false,
		Errorf(400, InvalidRequest, ""):      true,
		Errorf(500, InternalServerError, ""): true,
		Errorf(401, "JwtExpired", ""):        true,
		Errorf(403, "JwtExpired", ""):        false,
	} {
		if m.Declares(e) != want {
			t.Errorf("%d %s: %v", e.Status, e.Name, !want)
		}
	}
}
