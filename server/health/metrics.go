package health

import (
	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/server/metrics"
)

const metricGroup = "Health"

var (
	statusMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_health_status", Kind: metrics.Gauge, Unit: "status",
		Help:   "0 while a check of the instance is healthy, 1 while it is degraded, 2 while it is unhealthy.",
		Labels: []metrics.Label{{Name: "check", Values: []string{DatabaseName, "memory", "clock", "log", "blobs", "redis"}}},
		Zero:   [][]string{},
	})
	offsetMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_clock_offset_seconds", Kind: metrics.Gauge, Unit: "seconds",
		Help: "How far the clock of this instance is ahead of that of the database, at least.",
	})
)

// collectors show the states.
type collectors struct{ status *metrics.GaugeVec }

func newCollectors(reg prometheus.Registerer, checks []*watched) *collectors {
	m := &collectors{status: statusMetric.NewGaugeVec()}
	for _, w := range checks {
		m.status.WithLabelValues(w.Name)
	}
	if reg != nil {
		reg.MustRegister(m.status)
	}
	return m
}

func (m *collectors) set(name string, s Status) { m.status.WithLabelValues(name).Set(float64(s)) }
