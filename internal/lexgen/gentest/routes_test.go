package gentest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/lexicons"
	"catbird.blue/mls/xrpc"
)

// fake implements a few methods of the service. The others panic, because no
// request of these tests may reach them.
type fake struct {
	gen.Service
	calls atomic.Int64
}

func (f *fake) SendMessage(_ context.Context, caller xrpc.Caller, in *gen.SendMessageInput) (*gen.SendMessageOutput, error) {
	f.calls.Add(1)
	if in.MsgID != nil && *in.MsgID == "undeclared" {
		return nil, xrpc.Errorf(400, "NoSuchName", "x")
	}
	return &gen.SendMessageOutput{MessageID: fmt.Sprint(caller.DID, len(in.Ciphertext)), ReceivedAt: xrpc.FormatTime(time.Now())}, nil
}

func (f *fake) GetKeyPackages(_ context.Context, _ xrpc.Caller, p *gen.GetKeyPackagesParams) (*gen.GetKeyPackagesOutput, error) {
	f.calls.Add(1)
	return &gen.GetKeyPackagesOutput{Missing: p.DIDs}, nil
}

func (f *fake) UploadBlob(_ context.Context, _ xrpc.Caller, up *xrpc.Upload) (*gen.UploadBlobOutput, error) {
	f.calls.Add(1)
	n, err := io.Copy(io.Discard, up.Body)
	if err != nil {
		return nil, err
	}
	return &gen.UploadBlobOutput{Blob: xrpc.Blob{Ref: xrpc.CIDLink(samples["cid"][0]), MimeType: up.ContentType, Size: n}}, nil
}

// Authenticate uses the token as the DID.
func (f *fake) Authenticate(_ context.Context, r *http.Request, _ *xrpc.Method) (xrpc.Proof, error) {
	did, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return xrpc.Proof{}, xrpc.Errorf(401, "AuthMissing", "a token is needed")
	}
	return xrpc.Proof{Caller: xrpc.Caller{DID: did}}, nil
}

// auditor records answers that the lexicon does not declare.
type auditor struct{ undeclared []string }

func (*auditor) Answered(*xrpc.Method, []byte) {}

func (a *auditor) Failed(m *xrpc.Method, e *xrpc.Error) {
	if !m.Declares(e) {
		a.undeclared = append(a.undeclared, m.NSID+" "+e.Name)
	}
}

// newServer serves the generated routes.
func newServer(t *testing.T, f *fake, audit xrpc.Auditor) (*echo.Echo, *httptest.Server) {
	t.Helper()
	e := echo.New()
	e.HTTPErrorHandler = func(err error, c echo.Context) { _ = xrpc.WriteError(c.Response(), xrpc.AsError(err)) }
	gen.RegisterRoutes(e, f, xrpc.Plumbing{Auth: f, Audit: audit})
	srv := httptest.NewServer(e)
	t.Cleanup(srv.Close)
	return e, srv
}

// request describes a request that must be refused.
type request struct {
	verb, path, contentType string
	body                    io.Reader
	status                  int
	name, says              string
}

// refused sends a request and checks that the answer is the expected XRPC
// error.
func refused(t *testing.T, srv *httptest.Server, c request) {
	t.Helper()
	r, err := http.NewRequest(c.verb, srv.URL+c.path, c.body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer did:plc:me")
	if c.contentType != "" {
		r.Header.Set("Content-Type", c.contentType)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Errorf("%s %s: %v", c.verb, c.path, err)
		return
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	var env struct{ Error, Message string }
	if err := json.Unmarshal(raw, &env); err != nil && c.verb != http.MethodHead {
		t.Errorf("%s %s: %d, not an envelope: %q", c.verb, c.path, res.StatusCode, raw)
	}
	if res.StatusCode != c.status || c.verb != http.MethodHead && (env.Error != c.name || !strings.Contains(env.Message, c.says)) {
		t.Errorf("%s %s: got %d %s, want %d %s %s", c.verb, c.path, res.StatusCode, raw, c.status, c.name, c.says)
	}
	if got := res.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("%s %s: Cache-Control %q", c.verb, c.path, got)
	}
}

func TestRoutesAreTheLexicons(t *testing.T) {
	e, _ := newServer(t, &fake{}, nil)
	var routes, want []string
	for _, r := range e.Routes() {
		if name := strings.TrimPrefix(r.Path, "/xrpc/"); name != "*" {
			routes = append(routes, r.Method+" "+name)
		}
	}
	b := newBook(t)
	for _, nsid := range lexicons.NSIDs() {
		switch b.main(nsid)["type"] {
		case "query", "subscription":
			want = append(want, "GET "+nsid)
		case "procedure":
			want = append(want, "POST "+nsid)
		}
	}
	slices.Sort(routes)
	slices.Sort(want)
	if !slices.Equal(routes, want) {
		t.Errorf("routes %v\nlexicons %v", routes, want)
	}
}

func TestHostileRequestsToEveryMethod(t *testing.T) {
	f, b := &fake{}, newBook(t)
	_, srv := newServer(t, f, nil)
	for _, m := range gen.Methods {
		path := "/xrpc/" + m.NSID
		other := map[string]string{"GET": "POST", "POST": "GET"}[m.Kind.Verb()]
		for _, verb := range []string{other, "HEAD", "PUT", "DELETE", "PATCH", "PROPFIND", "QUERY"} {
			refused(t, srv, request{verb: verb, path: path, status: 405, name: xrpc.InvalidRequest, says: m.Kind.Verb()})
		}
		for _, verb := range []string{"GET", "POST"} {
			refused(t, srv, request{verb: verb, path: path + "/", status: 400, name: xrpc.InvalidRequest, says: "slash"})
			refused(t, srv, request{verb: verb, path: path + "x", status: 501, name: xrpc.MethodNotImplemented, says: m.NSID + "x"})
			refused(t, srv, request{verb: verb, path: path + "/more", status: 400, name: xrpc.InvalidRequest, says: "NSID"})
		}
		if m.InputEncoding != "application/json" {
			continue
		}
		// An empty object is valid if nothing is required.
		mayBeEmpty := b.main(m.NSID, "input", "schema")["required"] == nil
		for body, says := range map[string]string{
			"":                     "body: empty",
			"{":                    "malformed JSON",
			"[]":                   "body: expected an object",
			"null":                 "body: expected an object",
			"\x00":                 "malformed JSON",
			"{}":                   "required, but missing",
			"{\"a\":1,\"a\":2}":    "a: field occurs twice",
			"{\"\xff\":1}":         "malformed JSON",
			"{} {}":                "",
			strings.Repeat("[", 9): "malformed JSON",
		} {
			if body == "{}" && mayBeEmpty {
				continue
			}
			refused(t, srv, request{verb: "POST", path: path, contentType: "application/json", body: strings.NewReader(body),
				status: 400, name: xrpc.InvalidRequest, says: says})
		}
		for _, ct := range []string{"", "text/plain", "multipart/form-data", "application/cbor"} {
			refused(t, srv, request{verb: "POST", path: path, contentType: ct, body: strings.NewReader("{}"),
				status: 400, name: xrpc.InvalidRequest, says: "Content-Type: must be application/json"})
		}
	}
	if n := f.calls.Load(); n != 0 {
		t.Errorf("%d requests came through", n)
	}
}

const (
	sendPath = "/xrpc/" + gen.NSIDSendMessage
	convoID  = "00000000000000000000000000000000"
)

func TestHostileValues(t *testing.T) {
	f := &fake{}
	_, srv := newServer(t, f, nil)
	for body, want := range map[string][2]string{
		`{"epoch":0,"ciphertext":{"$bytes":"AA"}}`:                                             {xrpc.InvalidRequest, "convoId: required, but missing"},
		`{"convoId":7,"epoch":0,"ciphertext":{"$bytes":"AA"}}`:                                 {xrpc.InvalidRequest, "convoId: expected a string"},
		`{"convoId":"00","epoch":0,"ciphertext":{"$bytes":"AA"}}`:                              {xrpc.InvalidRequest, "convoId: must have at least 32 bytes"},
		`{"convoId":"` + convoID + `","epoch":-1,"ciphertext":{"$bytes":"AA"}}`:                {xrpc.InvalidRequest, "epoch: must be at least 0"},
		`{"convoId":"` + convoID + `","epoch":0,"ciphertext":{"$bytes":"A*"}}`:                 {xrpc.InvalidRequest, "ciphertext.$bytes: expected base64"},
		`{"convoId":"` + convoID + `","epoch":0,"ciphertext":{"$bytes":""}}`:                   {gen.ErrInvalidMessage, "ciphertext: must have at least 1 byte"},
		`{"convoId":"` + convoID + `","epoch":0,"ciphertext":null}`:                            {xrpc.InvalidRequest, "ciphertext: expected"},
		`{"convoId":"` + convoID + `","epoch":0,"ciphertext":{"$bytes":"AA"},"msgId":null}`:    {xrpc.InvalidRequest, "msgId: expected a string, found null"},
		`{"convoId":"` + convoID + `","epoch":0,"ciphertext":{"$bytes":"AA"},"senderDid":"x"}`: {xrpc.InvalidRequest, "senderDid: not a valid did"},
		`{"convoId":"` + convoID + `","epoch":0,"ciphertext":{"$bytes":"AA"},"msgId":"a\u0000"}`: {
			xrpc.InvalidRequest, "msgId: a NUL byte"},
		`{"convoId":"` + convoID + `","epoch":0,"epoch":0,"ciphertext":{"$bytes":"AA"}}`:                    {xrpc.InvalidRequest, "epoch: field occurs twice"},
		`{"convoId":"` + convoID + `","epoch":0,"ciphertext":{"$bytes":"AA"},"blobs":["` + convoID + `*"]}`: {xrpc.InvalidRequest, "blobs[0]: not a valid cid"},
		`{"ConvoId":"` + convoID + `","epoch":0,"ciphertext":{"$bytes":"AA"}}`:                              {xrpc.InvalidRequest, "convoId: required"},
	} {
		refused(t, srv, request{verb: "POST", path: sendPath, contentType: "application/json", body: strings.NewReader(body),
			status: 400, name: want[0], says: want[1]})
	}
	dids := strings.Repeat("&dids=did:plc:a", 101)
	for q, want := range map[string][2]string{
		"":                             {xrpc.InvalidRequest, "dids: required, but missing"},
		"?dids=nobody":                 {gen.ErrInvalidDid, "dids[0]: not a valid did"},
		"?dids=did:plc:a&dids=did:x":   {gen.ErrInvalidDid, "dids[1]: not a valid did"},
		"?dids=did:plc:a%23device":     {gen.ErrInvalidDid, "dids[0]: not a valid did"},
		"?dids=did:plc:a%00":           {xrpc.InvalidRequest, "dids: a NUL byte"},
		"?" + dids[1:]:                 {gen.ErrTooManyDids, "dids: must have at most 100 items"},
		"?dids=did:plc:a&convoId=00":   {xrpc.InvalidRequest, "convoId: must have at least 32 bytes"},
		"?dids=did:plc:a&dids=%zz":     {xrpc.InvalidRequest, "query: malformed"},
		"?dids=did:plc:a;dids=did:x:y": {xrpc.InvalidRequest, "query: malformed"},
	} {
		refused(t, srv, request{verb: "GET", path: "/xrpc/" + gen.NSIDGetKeyPackages + q, status: 400, name: want[0], says: want[1]})
	}
	if n := f.calls.Load(); n != 0 {
		t.Errorf("%d requests came through", n)
	}
}

// endless is a body that never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return copy(p, strings.Repeat(" ", len(p))), nil }

func TestLargeBodies(t *testing.T) {
	f := &fake{}
	_, srv := newServer(t, f, nil)
	for _, m := range []*xrpc.Method{gen.MethodSendMessage, gen.MethodCreateConvo} {
		refused(t, srv, request{verb: "POST", path: "/xrpc/" + m.NSID, contentType: "application/json",
			body: bytes.NewReader(make([]byte, 28<<20)), status: 413, name: xrpc.PayloadTooLarge, says: fmt.Sprint(m.MaxBody)})
	}
	refused(t, srv, request{verb: "POST", path: sendPath, contentType: "application/json",
		body: io.LimitReader(endless{}, 20<<20), status: 413, name: xrpc.PayloadTooLarge})
	refused(t, srv, request{verb: "POST", path: "/xrpc/" + gen.NSIDUploadBlob, contentType: "a/b",
		body: io.LimitReader(endless{}, 50<<20+1), status: 413, name: gen.ErrBlobTooLarge})

	// One byte beyond the limit of the lexicon is far below the limit of the
	// body.
	message := func(n int) io.Reader {
		return strings.NewReader(`{"convoId":"` + convoID + `","epoch":0,"ciphertext":{"$bytes":"` +
			base64.StdEncoding.EncodeToString(make([]byte, n)) + `"}}`)
	}
	refused(t, srv, request{verb: "POST", path: sendPath, contentType: "application/json", body: message(10<<20 + 1),
		status: 413, name: gen.ErrMessageTooLarge, says: "ciphertext: must have at most 10485760 bytes, has 10485761"})
	r, _ := http.NewRequest(http.MethodPost, srv.URL+sendPath, message(10<<20))
	r.Header.Set("Authorization", "Bearer did:plc:me")
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("a message of the bound: %v %v", res, err)
	}
	res.Body.Close()
}

// A client whose body never ends must get an answer, or its connection must be
// closed.
func TestEndlessBody(t *testing.T) {
	_, srv := newServer(t, &fake{}, nil)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r, _ := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL+sendPath, endless{})
	r.Header.Set("Authorization", "Bearer did:plc:me")
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if ctx.Err() != nil {
		t.Fatal("the request hangs")
	}
	if err == nil {
		res.Body.Close()
		if res.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%d", res.StatusCode)
		}
	}
}

func TestUndeclaredErrorsAreSeen(t *testing.T) {
	f, a := &fake{}, &auditor{}
	_, srv := newServer(t, f, a)
	refused(t, srv, request{verb: "POST", path: sendPath, contentType: "application/json",
		body:   strings.NewReader(`{"convoId":"` + convoID + `","epoch":0,"ciphertext":{"$bytes":"AA"},"msgId":"undeclared"}`),
		status: 400, name: "NoSuchName"})
	if !slices.Equal(a.undeclared, []string{gen.NSIDSendMessage + " NoSuchName"}) {
		t.Errorf("%v", a.undeclared)
	}
}
