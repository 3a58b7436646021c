package messages

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
)

// questions collects the statements of generated queries that give one row, and
// answers lets the same queries read what came back: so several run in one round
// trip. A failed commit shows in neither, so they are for use inside a
// transaction.
type questions struct {
	db.DBTX // for what is never called
	batch   pgx.Batch
}

var errNotAsked = errors.New("the database was not asked yet")

// QueryRow notes a question. Scanning its row gives errNotAsked.
func (q *questions) QueryRow(_ context.Context, sql string, args ...any) pgx.Row {
	q.batch.Queue(sql, args...)
	return notAsked{}
}

type notAsked struct{}

func (notAsked) Scan(...any) error { return errNotAsked }

// answers gives the rows of questions, in their order.
type answers struct {
	db.DBTX // for what is never called
	results pgx.BatchResults
}

// QueryRow gives the next row, whatever is asked.
func (a answers) QueryRow(context.Context, string, ...any) pgx.Row { return a.results.QueryRow() }
