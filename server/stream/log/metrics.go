package eventlog

import "github.com/prometheus/client_golang/prometheus"

// Metrics counts what an instance does with the log.
type Metrics struct {
	// Rows counts rows that the tailer read: each row once, however many streams
	// get it.
	Rows prometheus.Counter
	// Polls counts reads of the log: one in PollInterval while nothing happens.
	Polls prometheus.Counter
	// Behind is 1 while rows are hidden until an older transaction ends.
	Behind prometheus.Gauge
	// Lag is how old the newest row was when the tailer read it, in seconds. The
	// time before there were subscribers does not count.
	Lag prometheus.Gauge
	// Replayed counts rows that were read for streams that resume.
	Replayed prometheus.Counter
	// Signals counts ephemeral signals that came over the bus.
	Signals prometheus.Counter
	// Generation is the number of the current generation.
	Generation prometheus.Gauge
}

// NewMetrics makes the collectors and registers them with reg, which may be nil.
// Like MustRegister, it panics if a name is registered already.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	}
	m := &Metrics{
		Rows:       counter("mls_log_rows_total", "Rows that the tailer read from the log."),
		Polls:      counter("mls_log_polls_total", "Reads of the log by the tailer."),
		Behind:     gauge("mls_log_behind", "1 while rows of the log wait for an older transaction to end."),
		Lag:        gauge("mls_log_lag_seconds", "Age of the newest row when the tailer read it."),
		Replayed:   counter("mls_log_replayed_total", "Rows read for streams that resume."),
		Signals:    counter("mls_ephemeral_signals_total", "Ephemeral signals that came in."),
		Generation: gauge("mls_log_generation", "The current generation of the log."),
	}
	if reg != nil {
		reg.MustRegister(m.Rows, m.Polls, m.Behind, m.Lag, m.Replayed, m.Signals, m.Generation)
	}
	return m
}
