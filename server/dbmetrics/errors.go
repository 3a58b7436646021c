package dbmetrics

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"catbird.blue/mls/server/metrics"
)

var errorsMetric = metrics.Define(metrics.Metric{
	Group: metricGroup, Name: "mls_database_errors_total", Kind: metrics.Counter, Unit: "statements and connections",
	Help: "Statements, connections and waits for a connection that failed, by cause. canceled counts callers that hung up, " +
		"constraint what handlers expect and answer as errors of the lexicon.",
	Labels: []metrics.Label{{Name: "cause", Values: causes}},
})

// Errors counts what fails at the database. It is a tracer of pgx.
type Errors struct{ counts *metrics.CounterVec }

// NewErrors makes Errors. It is made before the pool, and registered later.
func NewErrors() *Errors { return &Errors{errorsMetric.NewCounterVec()} }

// Register registers the counters.
func (e *Errors) Register(r prometheus.Registerer) { r.MustRegister(e.counts) }

func (e *Errors) count(err error) {
	if err != nil {
		e.counts.WithLabelValues(cause(err)).Inc()
	}
}

// TraceQueryStart implements pgx.QueryTracer.
func (e *Errors) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
func (e *Errors) TraceQueryEnd(_ context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	e.count(data.Err)
}

// TraceBatchStart implements pgx.BatchTracer.
func (e *Errors) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

// TraceBatchQuery implements pgx.BatchTracer.
func (e *Errors) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd implements pgx.BatchTracer. Its error is that of the first statement that failed.
func (e *Errors) TraceBatchEnd(_ context.Context, _ *pgx.Conn, data pgx.TraceBatchEndData) {
	e.count(data.Err)
}

// TraceConnectStart implements pgx.ConnectTracer.
func (e *Errors) TraceConnectStart(ctx context.Context, _ pgx.TraceConnectStartData) context.Context {
	return ctx
}

// TraceConnectEnd implements pgx.ConnectTracer.
func (e *Errors) TraceConnectEnd(_ context.Context, data pgx.TraceConnectEndData) { e.count(data.Err) }

// TraceAcquireStart implements pgxpool.AcquireTracer.
func (e *Errors) TraceAcquireStart(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireStartData) context.Context {
	return ctx
}

// TraceAcquireEnd implements pgxpool.AcquireTracer. A failure to connect was
// counted by TraceConnectEnd already.
func (e *Errors) TraceAcquireEnd(_ context.Context, _ *pgxpool.Pool, data pgxpool.TraceAcquireEndData) {
	if errors.Is(data.Err, context.DeadlineExceeded) {
		e.counts.WithLabelValues(causePool).Inc()
	}
}
