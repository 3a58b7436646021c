package stream

import (
	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/server/metrics"
)

// The values of the label transport are those that Streams.open is called with.
var transportLabel = metrics.Label{Name: "transport", Values: []string{"sse", "websocket"}}

var (
	openMetric = metrics.Define(metrics.Metric{
		Group: metrics.LogGroup, Name: "mls_streams_open", Kind: metrics.Gauge, Unit: "streams",
		Help: "Open streams.", Labels: []metrics.Label{transportLabel},
	})
	endedMetric = metrics.Define(metrics.Metric{
		Group: metrics.LogGroup, Name: "mls_streams_ended_total", Kind: metrics.Counter, Unit: "streams",
		Help: "Streams that are over: the client left, the service closed in good order, the client did not keep up (slow), " +
			"an error, the stream was an hour old (aged, which is normal), or a newer one of its account took its place (evicted).",
		Labels: []metrics.Label{transportLabel, {Name: "reason",
			Values: []string{reasonClient, reasonClosing, reasonSlow, reasonError, reasonAged, reasonEvicted}}},
	})
	encodedMetric = metrics.Define(metrics.Metric{
		Group: metrics.LogGroup, Name: "mls_stream_events_encoded_total", Kind: metrics.Counter, Unit: "events",
		Help:   "Encodings of events: at most one in each form for each event, however many streams get it.",
		Labels: []metrics.Label{{Name: "form", Values: []string{"json", "gzip", "cbor", "text"}}},
	})
	deliveredMetric = metrics.Define(metrics.Metric{
		Group: metrics.LogGroup, Name: "mls_stream_events_delivered_total", Kind: metrics.Counter, Unit: "events",
		Help: "Events written to streams.", Labels: []metrics.Label{transportLabel},
	})
	bytesMetric = metrics.Define(metrics.Metric{
		Group: metrics.LogGroup, Name: "mls_stream_bytes_total", Kind: metrics.Counter, Unit: "bytes",
		Help: "Bytes written to streams.", Labels: []metrics.Label{transportLabel},
	})
	waitsMetric = metrics.Define(metrics.Metric{
		Group: metrics.LogGroup, Name: "mls_waits_open", Kind: metrics.Gauge, Unit: "calls",
		Help: "Long polls of sync that wait.",
	})
	evictedMetric = metrics.Define(metrics.Metric{
		Group: metrics.LogGroup, Name: "mls_evicted_total", Kind: metrics.Counter, Unit: "streams and calls",
		Help: "Streams and long polls that ended for a newer one of their account. Many mean that clients connect again " +
			"without closing.",
		Labels: []metrics.Label{{Name: "of", Values: []string{"wait", "stream"}}},
	})
)

// Metrics counts what streams do.
type Metrics struct {
	Open      *metrics.GaugeVec
	Ended     *metrics.CounterVec
	Encoded   *metrics.CounterVec
	Delivered *metrics.CounterVec
	Bytes     *metrics.CounterVec
	Waits     prometheus.Gauge
	Evicted   *metrics.CounterVec
}

// NewMetrics makes the collectors and registers them with reg, which may be nil.
// Like MustRegister, it panics if a name is registered already.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{
		Open: openMetric.NewGaugeVec(), Ended: endedMetric.NewCounterVec(), Encoded: encodedMetric.NewCounterVec(),
		Delivered: deliveredMetric.NewCounterVec(), Bytes: bytesMetric.NewCounterVec(), Waits: waitsMetric.NewGauge(),
		Evicted: evictedMetric.NewCounterVec(),
	}
	if reg != nil {
		reg.MustRegister(m.Open, m.Ended, m.Encoded, m.Delivered, m.Bytes, m.Waits, m.Evicted)
	}
	return m
}

// unregistered is used if the caller gives no metrics.
var unregistered = NewMetrics(nil)

func (m *Metrics) orUnregistered() *Metrics {
	if m == nil {
		return unregistered
	}
	return m
}
