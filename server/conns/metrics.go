package conns

import "github.com/prometheus/client_golang/prometheus"

func (k *Keeper) register(r prometheus.Registerer) {
	k.closed = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "mls_connections_closed_total",
		Help: "Connections that were closed to make room, by reason."}, []string{"reason"})
	k.failures = prometheus.NewCounter(prometheus.CounterOpts{Name: "mls_accept_failures_total",
		Help: "Times a connection could not be accepted."})
	for _, reason := range []string{reasonShare, reasonIdle, reasonFiles} {
		k.closed.WithLabelValues(reason)
	}
	if r == nil {
		return
	}
	r.MustRegister(k.closed, k.failures, prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "mls_connections_limit",
		Help: "Most connections that may be open."}, func() float64 { return float64(k.max) }))
	for s, name := range stateNames {
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "mls_connections_open",
			Help:        "Open connections: waiting for a request, active in one, proven to be somebody's in one, streams, or of the reserve.",
			ConstLabels: prometheus.Labels{"state": name}}, func() float64 {
			k.mu.Lock()
			defer k.mu.Unlock()
			return float64(k.count[s])
		}))
	}
}
