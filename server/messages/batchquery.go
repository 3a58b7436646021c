package messages

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
)

// queryRecorder collects the statements of generated queries with one row into a
// batch. A queryReplayer then lets the same queries read the rows of that batch, so
// that several of them need one round trip. The error of a COMMIT appears in neither,
// so both are for use inside a transaction.
//
// sqlc's :batchone would need a second copy of the statement: the results that it
// generates drop the error of a COMMIT, which a single send must return.
type queryRecorder struct {
	db.DBTX // nil: the other methods are never called
	batch   pgx.Batch
}

var errRecordedOnly = errors.New("the statement was recorded, not run")

// QueryRow adds a statement to the batch. Scanning its row returns errRecordedOnly.
func (r *queryRecorder) QueryRow(_ context.Context, sql string, args ...any) pgx.Row {
	r.batch.Queue(sql, args...)
	return recordedRow{}
}

type recordedRow struct{}

func (recordedRow) Scan(...any) error { return errRecordedOnly }

// queryReplayer returns the rows of a batch in the order of its statements.
type queryReplayer struct {
	db.DBTX // nil: the other methods are never called
	results pgx.BatchResults
}

// QueryRow returns the row of the next statement of the batch, and ignores its
// arguments.
func (r queryReplayer) QueryRow(context.Context, string, ...any) pgx.Row { return r.results.QueryRow() }
