package relay

import (
	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/server/metrics"
)

// Values of the metric's label kind.
const (
	kindAccount  = "account"
	kindIdentity = "identity"
)

const metricGroup = "Account events"

var (
	configuredMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_relay_configured", Kind: metrics.Gauge, Unit: "1",
		Help: "1 if this instance may follow account events (MLS_RELAY_URL), else 0.",
	})
	readMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_relay_last_answer_timestamp_seconds", Kind: metrics.Gauge, Unit: "seconds",
		Help: "When the relay last answered this instance. Of all instances one reads the relay; 0 for those that have never read it.",
	})
	eventsMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_relay_events_total", Kind: metrics.Counter, Unit: "events",
		Help:   "Account events that this instance handled, of all accounts in the network.",
		Labels: []metrics.Label{{Name: "kind", Values: []string{kindAccount, kindIdentity}}},
	})
)

// Metrics says how an instance follows account events.
type Metrics struct {
	configured prometheus.Gauge
	read       prometheus.Gauge
	events     *metrics.CounterVec
}

// NewMetrics makes the metrics and registers them with reg, which may be nil. They
// exist where no relay is configured too.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{configured: configuredMetric.NewGauge(), read: readMetric.NewGauge(), events: eventsMetric.NewCounterVec()}
	if reg != nil {
		reg.MustRegister(m.configured, m.read, m.events)
	}
	return m
}
