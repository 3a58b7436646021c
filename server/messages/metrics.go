package messages

import (
	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/server/metrics"
)

const metricGroup = "Sending"

// Ways in which a message is stored, and states of the queue.
const (
	waySingle    = "single"
	wayBatch     = "batch"
	stateQueued  = "queued"
	stateBlocked = "blocked"
)

var (
	queueMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_send_queue_length", Kind: metrics.Gauge, Unit: "messages",
		Help: "Messages that wait to be stored: for the next batch, or for a send of the same conversation, whose row another " +
			"transaction has locked (blocked).",
		Labels: []metrics.Label{{Name: "state", Values: []string{stateQueued, stateBlocked}}},
	})
	waitMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_send_queue_wait_seconds", Kind: metrics.Histogram, Unit: "seconds",
		Help:    "Time from the moment a message was queued until it was stored or refused.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
	})
	sentMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_sends_total", Kind: metrics.Counter, Unit: "messages",
		Help:   "Attempts to store an application message, in a statement of its own or in a batch.",
		Labels: []metrics.Label{{Name: "way", Values: []string{waySingle, wayBatch}}},
	})
	batchesMetric = metrics.Define(metrics.Metric{
		Group: metricGroup, Name: "mls_send_batches_total", Kind: metrics.Counter, Unit: "batches",
		Help: "Transactions that stored several messages.",
	})
)

// sendMetrics are the metrics of a sendQueue.
type sendMetrics struct {
	wait    prometheus.Histogram
	single  prometheus.Counter
	batch   prometheus.Counter
	batches prometheus.Counter
	sent    *metrics.CounterVec
}

func newSendMetrics() *sendMetrics {
	m := &sendMetrics{wait: waitMetric.NewHistogram(), sent: sentMetric.NewCounterVec(), batches: batchesMetric.NewCounter()}
	m.single, m.batch = m.sent.WithLabelValues(waySingle), m.sent.WithLabelValues(wayBatch)
	return m
}

// Register registers the metrics of sending.
func (s *Service) Register(r prometheus.Registerer) {
	q := s.sends
	r.MustRegister(q.metrics.wait, q.metrics.sent, q.metrics.batches)
	r.MustRegister(queueMetric.NewFunc(func() float64 {
		q.mu.Lock()
		defer q.mu.Unlock()
		return float64(len(q.queued))
	}, stateQueued), queueMetric.NewFunc(func() float64 {
		q.mu.Lock()
		defer q.mu.Unlock()
		n := 0
		for _, waiting := range q.blocked {
			n += len(waiting)
		}
		return float64(n)
	}, stateBlocked))
}
