package eventlog

import (
	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/server/metrics"
)

func logCounter(name, unit, help string) *metrics.Metric {
	return metrics.Define(metrics.Metric{Group: metrics.LogGroup, Name: name, Kind: metrics.Counter, Unit: unit, Help: help})
}

func logGauge(name, unit, help string) *metrics.Metric {
	return metrics.Define(metrics.Metric{Group: metrics.LogGroup, Name: name, Kind: metrics.Gauge, Unit: unit, Help: help})
}

var (
	rowsMetric = logCounter("mls_log_rows_total", "rows",
		"Rows that the tailer read from the log: each row once, however many streams get it.")
	pollsMetric = logCounter("mls_log_polls_total", "reads",
		"Reads of the log by the tailer, one in 1.1 s while nothing happens.")
	errorsMetric = logCounter("mls_log_errors_total", "reads",
		"Reads of the log that failed. While they do, streams of this instance deliver nothing.")
	lastReadMetric = logGauge("mls_log_last_read_timestamp_seconds", "seconds",
		"When the tailer last read the log without an error.")
	behindMetric = logGauge("mls_log_behind", "1",
		"1 while rows of the log are hidden until an older transaction ends.")
	lagMetric = logGauge("mls_log_lag_seconds", "seconds",
		"Age of the newest row when the tailer read it; 0 while there is no stream.")
	replayedMetric = logCounter("mls_log_replayed_total", "rows",
		"Rows that were read for streams that resume.")
	signalsMetric = logCounter("mls_ephemeral_signals_total", "signals",
		"Ephemeral signals that came over the bus.")
	generationMetric = logGauge("mls_log_generation", "1",
		"Number of the current generation of the log. It grows with each restore and failover.")
)

// Metrics counts what an instance does with the log.
type Metrics struct {
	Rows, Polls, Errors, Replayed, Signals prometheus.Counter
	LastRead, Behind, Lag, Generation      prometheus.Gauge
}

// NewMetrics makes the collectors and registers them with reg, which may be nil.
// Like MustRegister, it panics if a name is registered already.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{
		Rows: rowsMetric.NewCounter(), Polls: pollsMetric.NewCounter(), Errors: errorsMetric.NewCounter(),
		Replayed: replayedMetric.NewCounter(), Signals: signalsMetric.NewCounter(), LastRead: lastReadMetric.NewGauge(),
		Behind: behindMetric.NewGauge(), Lag: lagMetric.NewGauge(), Generation: generationMetric.NewGauge(),
	}
	if reg != nil {
		reg.MustRegister(m.Rows, m.Polls, m.Errors, m.LastRead, m.Behind, m.Lag, m.Replayed, m.Signals, m.Generation)
	}
	return m
}
