package certificate

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

// The watch sees when the certificate expires, and keeps it while the URL cannot
// be reached.
func TestExpiryIsSeen(t *testing.T) {
	s := httptest.NewTLSServer(http.NotFoundHandler())
	defer s.Close()
	var log strings.Builder
	w := NewWatch(s.URL, nil, slog.New(slog.NewTextHandler(&log, nil)))
	if got := testutil.ToFloat64(w.expiry); got != 0 {
		t.Errorf("before the first look it is %v", got)
	}
	w.look(t.Context())
	want := float64(s.Certificate().NotAfter.Unix())
	if got := testutil.ToFloat64(w.expiry); got != want {
		t.Errorf("expires at %v, want %v", got, want)
	}
	s.Close()
	w.look(t.Context())
	w.look(t.Context())
	if got := testutil.ToFloat64(w.expiry); got != want {
		t.Errorf("without an answer it is %v", got)
	}
	if got := testutil.ToFloat64(w.failures); got != 2 || strings.Count(log.String(), "cannot be seen") != 1 {
		t.Errorf("%v failures, log %q", got, log.String())
	}
}

// Without TLS there is nothing to watch, and Run ends.
func TestNoCertificateWithoutTLS(t *testing.T) {
	w := NewWatch("http://localhost:3000", nil, slog.New(slog.DiscardHandler))
	if err := w.Run(t.Context()); err != nil || testutil.ToFloat64(w.failures) != 0 {
		t.Errorf("%v", err)
	}
}
