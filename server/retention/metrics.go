package retention

import "github.com/prometheus/client_golang/prometheus"

// Values of the metric's label what.
const (
	kindAnswer     = "answer"
	kindBlob       = "blob"
	kindClaim      = "package-claim"
	kindConvo      = "conversation"
	kindEvent      = "event"
	kindMessage    = "message"
	kindObject     = "object"
	kindOrigin     = "origin"
	kindPackage    = "key-package"
	kindReport     = "report"
	kindProposal   = "proposal"
	kindRecipient  = "welcome-recipient"
	kindSigningKey = "signing-key"
	kindTicket     = "ticket"
)

// Metrics counts what the Cleaner of one instance removes.
type Metrics struct{ rows *prometheus.CounterVec }

// NewMetrics makes the collector and registers it with reg, which may be
// nil. It panics, as MustRegister does, where the name is taken.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{rows: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "mls_removed_total",
		Help: "Rows and objects removed by the cleaner because their time was over, by kind."}, []string{"what"})}
	for _, what := range []string{kindAnswer, kindBlob, kindClaim, kindConvo, kindEvent, kindMessage, kindObject,
		kindOrigin, kindPackage, kindProposal, kindRecipient, kindReport, kindSigningKey, kindTicket} {
		m.rows.WithLabelValues(what)
	}
	if reg != nil {
		reg.MustRegister(m.rows)
	}
	return m
}

// add counts n of a kind.
func (m *Metrics) add(what string, n int64) { m.rows.WithLabelValues(what).Add(float64(n)) }
