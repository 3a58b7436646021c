package conns

import (
	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/server/metrics"
)

const metricGroup = "Connections and request bodies"

var (
	closedMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_connections_closed_total", Kind: metrics.Counter, Unit: "connections",
		Help: "Connections that the service closed: replaced by another one (share), idle for too long, " +
			"or because the process has too many open files.",
		Labels: []metrics.Label{{Name: "reason", Values: []string{reasonShare, reasonIdle, reasonFiles}}},
	})
	failuresMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_accept_failures_total", Kind: metrics.Counter, Unit: "attempts",
		Help: "Times a connection could not be accepted, mostly because the process has too many open files.",
	})
	limitMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_connections_limit", Kind: metrics.Gauge, Unit: "connections",
		Help: "Most connections that may be open.",
	})
	openMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_connections_open", Kind: metrics.Gauge, Unit: "connections",
		Help: "Open connections: waiting for a request, active in one whose caller is not proven, proven, " +
			"used by a stream, or of the reserve.",
		Labels: []metrics.Label{{Name: "state", Values: stateNames[:]}},
	})
)

func (k *Keeper) register(r prometheus.Registerer) {
	k.closed, k.failures = closedMetric.NewCounterVec(), failuresMetric.NewCounter()
	if r == nil {
		return
	}
	r.MustRegister(k.closed, k.failures, limitMetric.NewFunc(func() float64 { return float64(k.max) }))
	for s, name := range stateNames {
		r.MustRegister(openMetric.NewFunc(func() float64 {
			k.mu.Lock()
			defer k.mu.Unlock()
			return float64(k.count[s])
		}, name))
	}
}
