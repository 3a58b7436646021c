package dbmetrics

import (
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/server/metrics"
)

const metricGroup = "Database"

// poolMetrics are the metrics of the connection pool, with their values.
var poolMetrics = []struct {
	metric *metrics.Metric
	value  func(*pgxpool.Stat) float64
}{
	{poolGauge("database_connections_active", "Connections in use."),
		func(s *pgxpool.Stat) float64 { return float64(s.AcquiredConns()) }},
	{poolGauge("database_connections_idle", "Open connections not in use."),
		func(s *pgxpool.Stat) float64 { return float64(s.IdleConns()) }},
	{poolGauge("database_connections_max", "Most connections that this instance opens, without that of the reader of the log."),
		func(s *pgxpool.Stat) float64 { return float64(s.MaxConns()) }},
	{poolCounter("database_connections_opened_total", "connections", "Connections opened."),
		func(s *pgxpool.Stat) float64 { return float64(s.NewConnsCount()) }},
	{poolCounter("database_acquires_total", "times", "Times a connection was taken from the pool."),
		func(s *pgxpool.Stat) float64 { return float64(s.AcquireCount()) }},
	{poolCounter("database_waits_total", "times", "Times a connection had to be waited for, because all were in use."),
		func(s *pgxpool.Stat) float64 { return float64(s.EmptyAcquireCount()) }},
	{poolCounter("database_wait_seconds_total", "seconds", "Time spent waiting for a connection while all were in use."),
		func(s *pgxpool.Stat) float64 { return s.EmptyAcquireWaitTime().Seconds() }},
	{poolCounter("database_waits_canceled_total", "times", "Times a caller gave up waiting for a connection."),
		func(s *pgxpool.Stat) float64 { return float64(s.CanceledAcquireCount()) }},
}

func poolGauge(name, help string) *metrics.Metric {
	return metrics.Define(metrics.Metric{Group: metricGroup, Name: name, Kind: metrics.Gauge, Unit: "connections", Help: help})
}

func poolCounter(name, unit, help string) *metrics.Metric {
	return metrics.Define(metrics.Metric{Group: metricGroup, Name: name, Kind: metrics.Counter, Unit: unit, Help: help})
}

// RegisterPool registers the metrics of a connection pool.
func RegisterPool(r prometheus.Registerer, pool *pgxpool.Pool) {
	for _, p := range poolMetrics {
		r.MustRegister(p.metric.NewFunc(func() float64 { return p.value(pool.Stat()) }))
	}
}
