package reports

import (
	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/server/metrics"
)

const group = "Reports"

// Outcomes of attempts to forward a report.
const (
	forwarded = "forwarded"
	failed    = "failed"
)

var (
	attemptsMetric = metrics.Define(metrics.Metric{
		When:  "with MLS_REPORT_SERVICE",
		Group: group, Name: "mls_report_forwards_total", Kind: metrics.Counter, Unit: "attempts",
		Help:   "Attempts of this instance to forward a report to the moderation service (MLS_REPORT_SERVICE).",
		Labels: []metrics.Label{{Name: "outcome", Values: []string{forwarded, failed}}},
	})
	waitingMetric = metrics.Define(metrics.Metric{
		When:  "with MLS_REPORT_SERVICE",
		Group: group, Name: "mls_reports_to_forward", Kind: metrics.Gauge, Unit: "reports",
		Help: "Reports that wait to be forwarded, at all instances together.",
	})
)

type forwardMetrics struct {
	attempts *metrics.CounterVec
	waiting  prometheus.Gauge
}

func newForwardMetrics(r prometheus.Registerer) *forwardMetrics {
	m := &forwardMetrics{attempts: attemptsMetric.NewCounterVec(), waiting: waitingMetric.NewGauge()}
	if r != nil {
		r.MustRegister(m.attempts, m.waiting)
	}
	return m
}
