package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
)

// BenchmarkGetMessages answers a page of 50 by the whole handler, without
// sockets but for the database's.
func BenchmarkGetMessages(b *testing.B) {
	s := newTestServer(b)
	convo := addConvo(b, s, 0, did("reader"))
	fill(b, s, convo, strings.Repeat("a", 60))
	h := newSite(b, s, nil).Config.Handler
	req := httptest.NewRequest(http.MethodGet, "/xrpc/"+gen.NSIDGetMessages+"?limit=50&convoId="+convo, nil)
	req.Header.Set("Authorization", "Bearer "+did("reader"))
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		if w.Code != http.StatusOK {
			b.Fatal(w.Body)
		}
	}
}
