package xrpc

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// The message of every 429 and 503 ends with the time to wait, which is Retry-After.
func TestErrorsNameTheTimeToWait(t *testing.T) {
	for _, c := range []struct {
		e             Error
		message, wait string
	}{
		{Error{Status: 429, Message: "too much", RetryAfter: 2 * time.Second}, "too much: try again in 2 s", "2"},
		{Error{Status: 503, Message: "closing", RetryAfter: 1500 * time.Millisecond}, "closing: try again in 2 s", "2"},
		{Error{Status: 503, Message: "too much (send): try again in 7 s", RetryAfter: 7 * time.Second}, "too much (send): try again in 7 s", "7"},
		{Error{Status: 503, Message: "took too long"}, "took too long: try again in 5 s", "5"},
		{Error{Status: 429}, "try again in 5 s", "5"},
		{Error{Status: 400, Message: "no"}, "no", ""},
		{Error{Status: 408, Message: "slow", RetryAfter: 5 * time.Second}, "slow", "5"},
	} {
		w := httptest.NewRecorder()
		if err := WriteError(w, &c.e); err != nil {
			t.Fatal(err)
		}
		if got := w.Header().Get("Retry-After"); got != c.wait {
			t.Errorf("%+v: Retry-After is %q, want %q", c.e, got, c.wait)
		}
		if got := w.Body.String(); !strings.Contains(got, `"message":"`+c.message+`"`) {
			t.Errorf("%+v: %s, want the message %s", c.e, got, c.message)
		}
		if got := w.Header().Get("Access-Control-Allow-Origin"); got != "*" {
			t.Errorf("%+v: Access-Control-Allow-Origin is %q", c.e, got)
		}
	}
}

// OPTIONS is answered for every path below /xrpc/, without a caller.
func TestPreflight(t *testing.T) {
	for _, path := range []string{"/xrpc/com.example.chat.post", "/xrpc/nonsense", "/xrpc/"} {
		w := httptest.NewRecorder()
		if err := Unrouted(w, httptest.NewRequest(http.MethodOptions, path, nil), nil, &Plumbing{}); err != nil {
			t.Fatal(err)
		}
		if h := w.Header(); w.Code != http.StatusNoContent || w.Body.Len() > 0 || h.Get("Access-Control-Allow-Origin") != "*" ||
			!strings.HasPrefix(h.Get("Access-Control-Allow-Headers"), "Authorization, Content-Type") || h.Get("Access-Control-Allow-Methods") != "GET, POST" {
			t.Errorf("%s: %d %v", path, w.Code, h)
		}
	}
}
