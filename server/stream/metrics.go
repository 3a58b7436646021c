package stream

import "github.com/prometheus/client_golang/prometheus"

// Metrics counts what streams do. No label holds an identifier.
type Metrics struct {
	// Open is the number of open streams, by transport (sse, websocket).
	Open *prometheus.GaugeVec
	// Ended counts streams that are over, by transport and reason: client (the
	// client left), closing (in good order), aged (it had the greatest age of a
	// stream), evicted (a newer stream or long poll of its account took its
	// place), slow (its client did not keep up), error.
	Ended *prometheus.CounterVec
	// Encoded counts encodings of events, by form (json, gzip, cbor, text): at most
	// one in each form for each event.
	Encoded *prometheus.CounterVec
	// Delivered counts events written to streams, by transport.
	Delivered *prometheus.CounterVec
	// Bytes counts bytes written to streams, by transport.
	Bytes *prometheus.CounterVec
	// Waits is the number of open long polls of sync.
	Waits prometheus.Gauge
	// Evicted counts streams and long polls that ended for a newer one of their
	// account, by what they were (wait, stream).
	Evicted *prometheus.CounterVec
}

// NewMetrics makes the collectors and registers them with reg, which may be nil.
// Like MustRegister, it panics if a name is registered already.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	m := &Metrics{
		Open: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "mls_streams_open", Help: "Open streams."},
			[]string{"transport"}),
		Ended:     counter("mls_streams_ended_total", "Streams that are over.", "transport", "reason"),
		Encoded:   counter("mls_stream_events_encoded_total", "Encodings of events.", "form"),
		Delivered: counter("mls_stream_events_delivered_total", "Events written to streams.", "transport"),
		Bytes:     counter("mls_stream_bytes_total", "Bytes written to streams.", "transport"),
		Waits:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "mls_waits_open", Help: "Long polls of sync that wait."}),
		Evicted:   counter("mls_evicted_total", "Waits and streams that ended for a newer one of their account.", "of"),
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
