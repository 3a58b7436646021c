package follows

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/server/metrics"
)

const group = "AppView"

// Outcomes of calls.
const (
	answered = "answered"
	failed   = "failed"
	wrong    = "wrong"
	refused  = "refused"
	paused   = "paused"
	crowded  = "crowded"
)

var (
	callsMetric = metrics.Define(metrics.Metric{
		When:  "with MLS_APPVIEW_URL",
		Group: group, Name: "mls_appview_calls_total", Kind: metrics.Counter, Unit: "calls",
		Help: "Calls of the AppView for relationships. failed says that it did not answer, or with an error of its own; wrong " +
			"that the answer is not one to the question; refused that it did not accept the question. paused and crowded calls " +
			"were not made: after failures, or because the queue was full.",
		Labels: []metrics.Label{{Name: "outcome", Values: []string{answered, failed, wrong, refused, paused, crowded}}},
	})
	secondsMetric = metrics.Define(metrics.Metric{
		When:  "with MLS_APPVIEW_URL",
		Group: group, Name: "mls_appview_call_seconds", Kind: metrics.Histogram, Unit: "seconds",
		Help:    "Time of a call of the AppView that got an answer, whatever it was.",
		Buckets: []float64{.005, .02, .05, .1, .25, .5, 1, 2, 3},
	})
	lastMetric = metrics.Define(metrics.Metric{
		When:  "with MLS_APPVIEW_URL",
		Group: group, Name: "mls_appview_last_answer_timestamp_seconds", Kind: metrics.Gauge, Unit: "seconds",
		Help: "When the AppView last answered this instance.",
	})
	questionsMetric = metrics.Define(metrics.Metric{
		When:  "with MLS_APPVIEW_URL",
		Group: group, Name: "mls_appview_relationships_total", Kind: metrics.Counter, Unit: "pairs",
		Help: "Pairs of accounts whose relationship was needed, by the age of what was known: fresh for less than a minute, " +
			"old for less than 10 minutes. unknown counts as not following, not blocking.",
		Labels: []metrics.Label{{Name: "known", Values: []string{"fresh", "old", "unknown"}}},
	})
)

type appViewMetrics struct {
	calls     *metrics.CounterVec
	seconds   prometheus.Histogram
	last      prometheus.Gauge
	questions *metrics.CounterVec
}

func newMetrics(r prometheus.Registerer) *appViewMetrics {
	m := &appViewMetrics{
		calls: callsMetric.NewCounterVec(), seconds: secondsMetric.NewHistogram(), last: lastMetric.NewGauge(),
		questions: questionsMetric.NewCounterVec(),
	}
	if r != nil {
		r.MustRegister(m.calls, m.seconds, m.last, m.questions)
	}
	return m
}

func (m *appViewMetrics) called(outcome string) { m.calls.WithLabelValues(outcome).Inc() }

// answered counts what Of knew of a pair.
func (m *appViewMetrics) answered(known bool, age time.Duration) {
	switch {
	case !known || age >= Usable:
		m.questions.WithLabelValues("unknown").Inc()
	case age >= Fresh:
		m.questions.WithLabelValues("old").Inc()
	default:
		m.questions.WithLabelValues("fresh").Inc()
	}
}
