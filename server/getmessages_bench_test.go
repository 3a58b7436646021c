package server

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// bearers takes the DID in place of a token.
type bearers struct{}

func (bearers) Authenticate(_ context.Context, r *http.Request, _ *xrpc.Method) (xrpc.Proof, error) {
	return xrpc.Proof{Caller: xrpc.Caller{DID: strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")}}, nil
}

// BenchmarkGetMessages answers a page of 50 from the route to the body of the
// answer, without sockets but for the database's.
func BenchmarkGetMessages(b *testing.B) {
	s := newTestServer(b)
	convo := servertest.AddConvo(b, s.Pool, 0, servertest.DID("reader"))
	servertest.Fill(b, s.Pool, convo, strings.Repeat("a", 60))
	h := echo.New()
	gen.RegisterRoutes(h, s, xrpc.Plumbing{Auth: bearers{}})
	req := httptest.NewRequest(http.MethodGet, "/xrpc/"+gen.NSIDGetMessages+"?limit=50&convoId="+string(convo), nil)
	req.Header.Set("Authorization", "Bearer "+servertest.DID("reader"))
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		if w.Code != http.StatusOK {
			b.Fatal(w.Body)
		}
	}
}
