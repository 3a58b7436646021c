package convo

import (
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/xrpc"
)

// Queries of a batch have the results that they have alone, in their order, and see what
// those before them did. A query that is left out both times needs no statement.
func TestBatch(t *testing.T) {
	t.Parallel()
	pool := dbtest.Pool(t)
	const did = "did:web:a.example"
	var devices []string
	var placed db.LogEventsRow
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		var b Batch
		b.Add(func(q *db.Queries) error { return q.HoldAccount(t.Context(), did, time.Now()) })
		b.Add(func(q *db.Queries) error { return nil })
		b.Add(func(q *db.Queries) error {
			rows, err := q.ListLeases(t.Context(), did, []string{did}, "")
			for _, r := range rows {
				devices = append(devices, r.DeviceID)
			}
			return err
		})
		b.Add(func(q *db.Queries) (err error) {
			placed, err = q.LogEvents(t.Context(), db.LogEventsParams{ConvoID: "00", At: time.Now()})
			if errors.Is(err, pgx.ErrNoRows) {
				return nil
			}
			return err
		})
		if err := b.Run(t.Context(), tx); err != nil {
			return err
		}
		return b.Run(t.Context(), tx) // it is empty now
	})
	if err != nil || len(devices) != 0 || placed.Gen != 0 {
		t.Errorf("%v, devices %v, %+v", err, devices, placed)
	}
	if n := dbtest.Value[int](t, pool, "SELECT count(*) FROM accounts WHERE did = $1", did); n != 1 {
		t.Errorf("%d accounts", n)
	}
}

// The first error ends a batch, be it PostgreSQL's or that of an ask, and the transaction
// with it.
func TestBatchFails(t *testing.T) {
	t.Parallel()
	pool := dbtest.Pool(t)
	refused := errors.New("refused")
	for name, second := range map[string]func(q *db.Queries) error{
		"PostgreSQL": func(q *db.Queries) error {
			return q.InsertTicket(t.Context(), db.InsertTicketParams{TicketHash: nil, Did: "did:web:b.example", ExpiresAt: time.Now()})
		},
		"the ask": func(q *db.Queries) error {
			if err := q.HoldAccount(t.Context(), "did:web:b.example", time.Now()); err != nil {
				return err
			}
			return refused
		},
	} {
		ran := false
		err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
			var b Batch
			b.Add(func(q *db.Queries) error { return q.HoldAccount(t.Context(), "did:web:a.example", time.Now()) })
			b.Add(second)
			b.Add(func(q *db.Queries) error {
				_, err := q.ListLeases(t.Context(), "did:web:a.example", nil, xrpc.ConvoID(""))
				ran = ran || err == nil
				return err
			})
			return b.Run(t.Context(), tx)
		})
		if err == nil || ran || name == "the ask" && !errors.Is(err, refused) {
			t.Errorf("%s: %v, and the next one was read: %v", name, err, ran)
		}
		if n := dbtest.Value[int](t, pool, "SELECT count(*) FROM accounts"); n != 0 {
			t.Errorf("%s: %d accounts", name, n)
		}
	}
}
