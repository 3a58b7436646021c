package httpd

import (
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics has the collectors of the HTTP side. Labels are NSIDs, paths of routes,
// error names and statuses; no label value is chosen by a client.
type Metrics struct {
	// Registry has these collectors; other packages register theirs there.
	Registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	inFlight prometheus.Gauge
	received prometheus.Counter
	sent     prometheus.Counter
}

// NewMetrics makes the collectors of the process, of HTTP and of the database
// pool.
func NewMetrics(pool *pgxpool.Pool) *Metrics {
	m := &Metrics{
		Registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "http_requests_total",
			Help: "Finished requests, by method or route, status and error name."}, []string{"nsid", "status", "error"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "http_request_duration_seconds",
			Help:    "Time from the request's header to the end of its answer, by method or route and error name.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"nsid", "error"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "http_requests_in_flight", Help: "Requests being answered."}),
		received: prometheus.NewCounter(prometheus.CounterOpts{Name: "http_received_bytes_total", Help: "Bytes of request bodies."}),
		sent:     prometheus.NewCounter(prometheus.CounterOpts{Name: "http_sent_bytes_total", Help: "Bytes of answer bodies."}),
	}
	m.Registry.MustRegister(m.requests, m.seconds, m.inFlight, m.received, m.sent,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	gauge := func(name, help string, value func(*pgxpool.Stat) float64) {
		m.Registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help},
			func() float64 { return value(pool.Stat()) }))
	}
	gauge("database_connections_active", "Connections in use.", func(s *pgxpool.Stat) float64 { return float64(s.AcquiredConns()) })
	gauge("database_connections_idle", "Open connections not in use.", func(s *pgxpool.Stat) float64 { return float64(s.IdleConns()) })
	gauge("database_connections_max", "Most connections the pool opens.", func(s *pgxpool.Stat) float64 { return float64(s.MaxConns()) })
	gauge("database_waits_total", "Times a connection had to be waited for.", func(s *pgxpool.Stat) float64 { return float64(s.EmptyAcquireCount()) })
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
		return "other"
	}
	return route
}
