package eventlog

import "github.com/prometheus/client_golang/prometheus"

// Metrics counts what one instance does with the log.
type Metrics struct {
	// Rows read from the log by the tailer: each row once, however many
	// streams have it.
	Rows prometheus.Counter
	// Polls of the log: one a second while nothing happens.
	Polls prometheus.Counter
	// Behind is 1 while rows wait for an older transaction to end.
	Behind prometheus.Gauge
	// Lag is how old the newest row was when it was read, in seconds, or how
	// long somebody had been there to read it for, where that is less.
	Lag prometheus.Gauge
	// Replayed counts rows read for streams that resume.
	Replayed prometheus.Counter
	// Signals counts ephemeral signals that came over the bus.
	Signals prometheus.Counter
	// Generation is the number of the current generation.
	Generation prometheus.Gauge
}

// NewMetrics makes the collectors and registers them with reg, which may be
// nil. It panics, as MustRegister does, where names are taken.
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
