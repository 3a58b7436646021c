package httpd

import (
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/metrics"
	"catbird.blue/mls/server/reference"
	"catbird.blue/mls/xrpc"
)

const metricGroup = "HTTP"

// errAborted is the error name of a request whose handler gave up the connection.
const errAborted = "Aborted"

var (
	nsidLabel = metrics.Label{Name: "nsid", Values: routeNames(),
		Means: "the NSID of a method, the path of another route, or `other`"}
	errorLabel = metrics.Label{Name: "error", Values: errorNames(),
		Means: "the name of the error that the lexicon or the protocol has; empty for success"}

	requestsMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "http_requests_total", Kind: metrics.Counter, Unit: "requests",
		Help:   "Finished requests.",
		Labels: []metrics.Label{nsidLabel, {Name: "status", Values: statuses(), Means: "the status of the answer"}, errorLabel},
		Zero:   firstRequests(),
	})
	secondsMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "http_request_duration_seconds", Kind: metrics.Histogram, Unit: "seconds",
		Help:    "Time from the header of a request to the end of its answer. That of a stream or a long poll is how long it was open.",
		Labels:  []metrics.Label{nsidLabel, errorLabel},
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		Zero:    firstDurations(),
	})
	inFlightMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "http_requests_in_flight", Kind: metrics.Gauge, Unit: "requests",
		Help: "Requests being answered.",
	})
	receivedMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "http_received_bytes_total", Kind: metrics.Counter, Unit: "bytes",
		Help: "Bytes of request bodies.",
	})
	sentMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "http_sent_bytes_total", Kind: metrics.Counter, Unit: "bytes",
		Help: "Bytes of answer bodies.",
	})
)

// routeNames gives the values that routeName has.
func routeNames() []string {
	names := []string{"/", healthPath, healthPath + "/ready", healthPath + "/live", "_health", "/.well-known/did.json", llmsPath, "/lexicons/",
		"/lexicons/:file", reference.ArchivePath, metrics.Other}
	for _, m := range gen.Methods {
		names = append(names, m.NSID)
	}
	return names
}

// errorNames gives the names of errors that answers have.
func errorNames() []string {
	names := []string{"", errAborted, xrpc.InvalidRequest, xrpc.RateLimitExceeded, xrpc.PayloadTooLarge, xrpc.InternalServerError,
		xrpc.MethodNotImplemented, xrpc.NotFound, xrpc.UpstreamFailure, xrpc.ServiceUnavailable}
	names = append(names, auth.ErrorNames...)
	for _, m := range gen.Methods {
		names = append(names, m.Errors...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// statuses gives those of HTTP that have a text.
func statuses() []string {
	var out []string
	for code := 100; code < 600; code++ {
		if http.StatusText(code) != "" {
			out = append(out, strconv.Itoa(code))
		}
	}
	return out
}

// firstRequests lists the series that exist from the start: success, and the
// errors that alerts watch, of each route.
func firstRequests() [][]string {
	var out [][]string
	for _, nsid := range routeNames() {
		out = append(out, []string{nsid, "200", ""})
	}
	for _, m := range gen.Methods {
		out = append(out, []string{m.NSID, "500", xrpc.InternalServerError}, []string{m.NSID, "503", xrpc.ServiceUnavailable},
			[]string{m.NSID, "429", xrpc.RateLimitExceeded})
	}
	return out
}

func firstDurations() [][]string {
	var out [][]string
	for _, m := range gen.Methods {
		out = append(out, []string{m.NSID, ""})
	}
	return out
}

// Metrics has the collectors of the HTTP side.
type Metrics struct {
	// Registry has these collectors; other packages register theirs there.
	Registry *prometheus.Registry
	requests *metrics.CounterVec
	seconds  *metrics.HistogramVec
	inFlight prometheus.Gauge
	received prometheus.Counter
	sent     prometheus.Counter
}

// NewMetrics makes the collectors of HTTP and of the process.
func NewMetrics(version string) *Metrics {
	m := &Metrics{
		Registry: prometheus.NewRegistry(), requests: requestsMetric.NewCounterVec(), seconds: secondsMetric.NewHistogramVec(),
		inFlight: inFlightMetric.NewGauge(), received: receivedMetric.NewCounter(), sent: sentMetric.NewCounter(),
	}
	m.Registry.MustRegister(m.requests, m.seconds, m.inFlight, m.received, m.sent)
	metrics.Process(m.Registry, version)
	return m
}

// record counts one finished request.
func (m *Metrics) record(o *outcome) {
	m.requests.WithLabelValues(o.nsid, strconv.Itoa(o.status), o.errName).Inc()
	m.seconds.WithLabelValues(o.nsid, o.errName).Observe(o.took.Seconds())
	m.received.Add(float64(o.in))
	m.sent.Add(float64(o.out))
}

// Handler serves GET /metrics in the format that the client accepts.
func (m *Metrics) Handler(log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.Registry, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelError), Timeout: 5 * time.Second,
	}))
	return mux
}

// routeName gives the NSID for the route of a method, the path for any other
// route, and "other" where no route matched.
func routeName(route string) string {
	if nsid, ok := strings.CutPrefix(route, "/xrpc/"); ok && nsid != "*" && nsid != "" {
		return nsid
	}
	if route == "" || strings.HasSuffix(route, "*") {
		return metrics.Other
	}
	return route
}
