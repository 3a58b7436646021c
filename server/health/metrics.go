package health

import "github.com/prometheus/client_golang/prometheus"

// metrics shows the states.
type metrics struct{ status *prometheus.GaugeVec }

func newMetrics(reg prometheus.Registerer, checks []*watched) *metrics {
	m := &metrics{status: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "mls_health_status",
		Help: "0 while a check of the instance is healthy, 1 while it is degraded, 2 while it is unhealthy."}, []string{"check"})}
	for _, w := range checks {
		m.status.WithLabelValues(w.Name)
	}
	if reg != nil {
		reg.MustRegister(m.status)
	}
	return m
}

func (m *metrics) set(name string, s Status) { m.status.WithLabelValues(name).Set(float64(s)) }
