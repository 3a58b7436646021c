package retention

import (
	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/server/metrics"
)

// Values of the metrics' label what.
const (
	kindAnswer     = "answer"
	kindBlob       = "blob"
	kindClaim      = "package-claim"
	kindConvo      = "conversation"
	kindEvent      = "event"
	kindJoinLink   = "join-link"
	kindJoinAsked  = "join-request"
	kindMessage    = "message"
	kindMessageID  = "message-id"
	kindObject     = "object"
	kindOrigin     = "origin"
	kindPackage    = "key-package"
	kindReport     = "report"
	kindProposal   = "proposal"
	kindRecipient  = "welcome-recipient"
	kindRequest    = "request"
	kindSigningKey = "signing-key"
	kindStranger   = "stranger"
	kindTicket     = "ticket"
)

const metricGroup = "Cleaning"

var whatLabel = metrics.Label{Name: "what", Values: []string{kindAnswer, kindBlob, kindClaim, kindConvo, kindEvent, kindJoinLink,
	kindJoinAsked, kindMessage, kindMessageID,
	kindObject, kindOrigin, kindPackage, kindProposal, kindRecipient, kindReport, kindRequest,
	kindSigningKey, kindStranger, kindTicket}}

var (
	removedMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_removed_total", Kind: metrics.Counter, Unit: "rows and objects",
		Help: "Rows and objects that the cleaner removed because their time was over.", Labels: []metrics.Label{whatLabel},
	})
	errorsMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_cleaner_errors_total", Kind: metrics.Counter, Unit: "attempts",
		Help:   "Attempts to remove rows or objects that failed. The next round, about five minutes later, tries again.",
		Labels: []metrics.Label{whatLabel},
	})
	successMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_cleaner_last_success_timestamp_seconds", Kind: metrics.Gauge, Unit: "seconds",
		Help:   "When the cleaner of this instance last removed all that was due of a kind, or as much as one round may.",
		Labels: []metrics.Label{whatLabel},
	})
)

// Metrics says what the Cleaner of one instance does.
type Metrics struct {
	rows, errors *metrics.CounterVec
	success      *metrics.GaugeVec
}

// NewMetrics makes the collectors and registers them with reg, which may be
// nil. It panics, as MustRegister does, where a name is taken.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{rows: removedMetric.NewCounterVec(), errors: errorsMetric.NewCounterVec(), success: successMetric.NewGaugeVec()}
	if reg != nil {
		reg.MustRegister(m.rows, m.errors, m.success)
	}
	return m
}

// add counts n of a kind.
func (m *Metrics) add(what string, n int64) { m.rows.WithLabelValues(what).Add(float64(n)) }
