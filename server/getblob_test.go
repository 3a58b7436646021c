package server

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/labstack/echo/v4"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// alwaysAs lets every request in as one caller.
type alwaysAs string

func (a alwaysAs) Authenticate(context.Context, *http.Request, *xrpc.Method) (xrpc.Proof, error) {
	return xrpc.Proof{Caller: servertest.As(string(a))}, nil
}

// The Range header of a request reaches the handler, and its answer the client.
func TestBlobRangeOverHTTP(t *testing.T) {
	s := newTestServer(t)
	convo := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"))
	want := randomBytes(1000)
	cid := upload(t, s, servertest.DID("alice"), want)
	e := echo.New()
	gen.RegisterRoutes(e, s, xrpc.Plumbing{Auth: alwaysAs(servertest.DID("alice"))})
	r := httptest.NewRequest(http.MethodGet, "/xrpc/"+gen.NSIDGetBlob+"?"+url.Values{"convoId": {string(convo)}, "cid": {cid}}.Encode(), nil)
	r.Header.Set("Range", "bytes=100-149")
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	if w.Code != http.StatusPartialContent || w.Header().Get("Content-Range") != "bytes 100-149/1000" || !bytes.Equal(w.Body.Bytes(), want[100:150]) {
		t.Fatalf("status %d, header %v, %d bytes", w.Code, w.Header(), w.Body.Len())
	}
	for name, value := range map[string]string{
		"Content-Type": "application/octet-stream", "Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "default-src 'none'; sandbox", "Content-Length": "50", "Cache-Control": "no-store",
	} {
		if v := w.Header().Get(name); v != value {
			t.Errorf("%s is %q, want %q", name, v, value)
		}
	}
}
