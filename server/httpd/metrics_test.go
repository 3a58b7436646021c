package httpd

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
)

func scrape(t *testing.T, m *Metrics) string {
	t.Helper()
	rec := httptest.NewRecorder()
	m.Handler(slog.New(slog.DiscardHandler)).ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	b, err := io.ReadAll(rec.Result().Body)
	if err != nil || rec.Code != 200 {
		t.Fatalf("answer is %d, %v", rec.Code, err)
	}
	return string(b)
}

func TestMetricsHaveTheirNames(t *testing.T) {
	x := newSite(t, newServer(t), nil)
	x.ask(t, "GET", "/xrpc/"+gen.NSIDDescribeService)
	x.ask(t, "GET", "/xrpc/"+gen.NSIDGetConvos)
	x.Close()
	got := scrape(t, x.metrics)
	for _, want := range []string{
		`http_requests_total{error="",nsid="blue.catbird.mls.describeService",status="200"} 1`,
		`http_requests_total{error="AuthenticationRequired",nsid="blue.catbird.mls.getConvos",status="401"} 1`,
		`http_request_duration_seconds_count{error="AuthenticationRequired",nsid="blue.catbird.mls.getConvos"} 1`,
		`process_resident_memory_bytes `, `process_cpu_seconds_total `, `go_goroutines `,
		`http_requests_in_flight 0`,
	} {
		if !strings.Contains(got, "\n"+want) {
			t.Errorf("%s is missing", want)
		}
	}
}

// TestLabelsAreBounded has a client make up paths and methods: none becomes a
// label.
func TestLabelsAreBounded(t *testing.T) {
	x := newSite(t, newServer(t), nil)
	series := func(scrape string) int {
		return len(regexp.MustCompile(`(?m)^http_requests_total{`).FindAllString(scrape, -1))
	}
	before := series(scrape(t, x.metrics))
	for i := range 20 {
		x.ask(t, "GET", fmt.Sprintf("/made-up-%d", i))
		x.ask(t, "GET", fmt.Sprintf("/xrpc/made.up.method%d", i))
		x.ask(t, "GET", fmt.Sprintf("/lexicons/made.up%d.json", i))
		x.ask(t, fmt.Sprintf("MADEUP%d", i), "/health")
		x.ask(t, fmt.Sprintf("MADEUP%d", i), "/xrpc/"+gen.NSIDGetConvos)
	}
	x.Close()
	got := scrape(t, x.metrics)
	if strings.Contains(strings.ToLower(got), "made") {
		t.Error("what a client made up is a label")
	}
	if n := series(got) - before; n > 8 {
		t.Errorf("100 requests made %d series", n)
	}
}
