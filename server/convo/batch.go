package convo

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"catbird.blue/mls/db"
)

// Batch runs the statements of generated queries in one round trip. They run one after
// the other, each on a snapshot of its own, as they would alone. The error of a COMMIT
// does not appear in it, so it is for use inside a transaction.
//
// sqlc's :batchone would need a second copy of each statement: the results that it
// generates drop the error of a COMMIT, which the statement alone must return.
type Batch struct {
	asks []func(*db.Queries) error
}

// Add adds one query. Run calls ask twice: to learn the statement, when the query
// returns an error that ask must return, and to read its result. What ask passes to the
// query must be the same both times.
func (b *Batch) Add(ask func(*db.Queries) error) { b.asks = append(b.asks, ask) }

// Run runs the statements and empties the batch. It returns the first error of an ask;
// PostgreSQL skips the statements behind one that failed.
func (b *Batch) Run(ctx context.Context, tx pgx.Tx) error {
	asks := b.asks
	b.asks = nil
	recorder := &queryRecorder{}
	for _, ask := range asks {
		if err := ask(db.New(recorder)); err != nil && !errors.Is(err, errRecordedOnly) {
			return err
		}
	}
	if recorder.batch.Len() == 0 {
		return nil
	}
	results := tx.SendBatch(ctx, &recorder.batch)
	replayer := &queryReplayer{results: results}
	q := db.New(replayer)
	for _, ask := range asks {
		if err := ask(q); err != nil {
			_ = results.Close() // it fails for the same reason, or for the transaction, which ends
			return err
		}
	}
	if err := results.Close(); err != nil {
		return err
	}
	if replayer.read != recorder.batch.Len() {
		return fmt.Errorf("%d statements were recorded and %d results read: an ask did not do the same both times", recorder.batch.Len(), replayer.read)
	}
	return nil
}

// queryRecorder collects the statements of generated queries into a batch. A
// queryReplayer then lets the same queries read the results of that batch.
type queryRecorder struct{ batch pgx.Batch }

var errRecordedOnly = errors.New("the statement was recorded, not run")

// Exec implements db.DBTX.
func (r *queryRecorder) Exec(_ context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	r.batch.Queue(sql, args...)
	return pgconn.CommandTag{}, errRecordedOnly
}

// Query implements db.DBTX.
func (r *queryRecorder) Query(_ context.Context, sql string, args ...any) (pgx.Rows, error) {
	r.batch.Queue(sql, args...)
	return nil, errRecordedOnly
}

// QueryRow implements db.DBTX.
func (r *queryRecorder) QueryRow(_ context.Context, sql string, args ...any) pgx.Row {
	r.batch.Queue(sql, args...)
	return recordedRow{}
}

type recordedRow struct{}

func (recordedRow) Scan(...any) error { return errRecordedOnly }

// queryReplayer returns the results of a batch in the order of its statements, and
// ignores the arguments.
type queryReplayer struct {
	results pgx.BatchResults
	// read counts the results that were asked for.
	read int
}

// Exec implements db.DBTX.
func (r *queryReplayer) Exec(context.Context, string, ...any) (pgconn.CommandTag, error) {
	r.read++
	return r.results.Exec()
}

// Query implements db.DBTX.
func (r *queryReplayer) Query(context.Context, string, ...any) (pgx.Rows, error) {
	r.read++
	return r.results.Query()
}

// QueryRow implements db.DBTX.
func (r *queryReplayer) QueryRow(context.Context, string, ...any) pgx.Row {
	r.read++
	return r.results.QueryRow()
}
