package pgtime

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Tracer gives deadlines to statements and to waits for a connection, and
// reports what failed. Its fields are set before the first connection.
type Tracer struct {
	// OnError, if set, is called with the error of a statement.
	OnError func(error)
	// OnLate, if set, is called when a statement or a ping got no answer before
	// its deadline. Other connections of the pool may be silent too.
	OnLate func()
	// Statement and Acquire replace the constants of the package, for tests.
	Statement, Acquire time.Duration
}

var (
	_ pgx.QueryTracer       = (*Tracer)(nil)
	_ pgx.BatchTracer       = (*Tracer)(nil)
	_ pgx.ConnectTracer     = (*Tracer)(nil)
	_ pgxpool.AcquireTracer = (*Tracer)(nil)
)

type (
	unboundedKey struct{}
	cancelKey    struct{}
)

// Unbounded lets the statements of a context take as long as they need: those
// that begin a generation, which update every conversation.
func Unbounded(ctx context.Context) context.Context {
	return context.WithValue(ctx, unboundedKey{}, true)
}

// begin returns a context whose deadline is at most limit away.
func begin(ctx context.Context, limit time.Duration) context.Context {
	var cancel context.CancelFunc
	until, bounded := ctx.Deadline()
	if ctx.Value(unboundedKey{}) == nil && (!bounded || time.Until(until) >= limit) {
		ctx, cancel = context.WithTimeout(ctx, limit)
	}
	// Also without a timer: the statements of a new connection run in the context of
	// the wait for it, whose timer they must not release.
	return context.WithValue(ctx, cancelKey{}, cancel)
}

// end releases the timer of begin.
func end(ctx context.Context) {
	if cancel, ok := ctx.Value(cancelKey{}).(context.CancelFunc); ok && cancel != nil {
		cancel()
	}
}

func (t *Tracer) statement() time.Duration {
	if t.Statement > 0 {
		return t.Statement
	}
	return Statement
}

func (t *Tracer) late() {
	if t.OnLate != nil {
		t.OnLate()
	}
}

func (t *Tracer) failed(err error) {
	if err != nil && t.OnError != nil {
		t.OnError(err)
	}
}

// TraceQueryStart implements pgx.QueryTracer.
func (t *Tracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return begin(ctx, t.statement())
}

// TraceQueryEnd implements pgx.QueryTracer.
func (t *Tracer) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	end(ctx)
	t.failed(data.Err)
}

// TraceBatchStart implements pgx.BatchTracer.
func (t *Tracer) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return begin(ctx, t.statement())
}

// TraceBatchQuery implements pgx.BatchTracer.
func (t *Tracer) TraceBatchQuery(_ context.Context, _ *pgx.Conn, data pgx.TraceBatchQueryData) {
	t.failed(data.Err)
}

// TraceBatchEnd implements pgx.BatchTracer.
func (t *Tracer) TraceBatchEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceBatchEndData) {
	end(ctx)
	t.failed(data.Err)
}

// TraceConnectStart implements pgx.ConnectTracer. It marks the dials that may
// go on, see dial.
func (t *Tracer) TraceConnectStart(ctx context.Context, _ pgx.TraceConnectStartData) context.Context {
	return context.WithValue(ctx, dialKey{}, true)
}

// TraceConnectEnd implements pgx.ConnectTracer.
func (t *Tracer) TraceConnectEnd(_ context.Context, data pgx.TraceConnectEndData) { t.failed(data.Err) }

// TraceAcquireStart implements pgxpool.AcquireTracer.
func (t *Tracer) TraceAcquireStart(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireStartData) context.Context {
	limit := Acquire
	if t.Acquire > 0 {
		limit = t.Acquire
	}
	return begin(ctx, limit)
}

// TraceAcquireEnd implements pgxpool.AcquireTracer.
func (t *Tracer) TraceAcquireEnd(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireEndData) {
	end(ctx)
}
