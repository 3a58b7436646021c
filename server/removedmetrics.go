package server

import "github.com/prometheus/client_golang/prometheus"

// What the janitor removes, as its metric has it.
const (
	removedAnswers     = "answer"
	removedBlobs       = "blob"
	removedClaims      = "package-claim"
	removedConvos      = "conversation"
	removedEvents      = "event"
	removedMessages    = "message"
	removedObjects     = "object"
	removedOrigins     = "origin"
	removedPackages    = "key-package"
	removedProposals   = "proposal"
	removedRecipients  = "welcome-recipient"
	removedSigningKeys = "signing-key"
	removedTickets     = "ticket"
)

// RemovedMetrics counts what the janitor of one instance removes.
type RemovedMetrics struct{ rows *prometheus.CounterVec }

// NewRemovedMetrics makes the collector and registers it with reg, which may be
// nil. It panics, as MustRegister does, where the name is taken.
func NewRemovedMetrics(reg prometheus.Registerer) *RemovedMetrics {
	m := &RemovedMetrics{rows: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "mls_removed_total",
		Help: "What the janitor removed because its time was over, by kind."}, []string{"what"})}
	for _, what := range []string{removedAnswers, removedBlobs, removedClaims, removedConvos, removedEvents, removedMessages, removedObjects,
		removedOrigins, removedPackages, removedProposals, removedRecipients, removedSigningKeys, removedTickets} {
		m.rows.WithLabelValues(what)
	}
	if reg != nil {
		reg.MustRegister(m.rows)
	}
	return m
}

// add counts n of a kind.
func (m *RemovedMetrics) add(what string, n int64) { m.rows.WithLabelValues(what).Add(float64(n)) }
