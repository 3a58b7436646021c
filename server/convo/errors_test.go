package convo

import (
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/xrpc"
)

// The names in the tables are names of the schema.
func TestErrorsConstraintsExist(t *testing.T) {
	t.Parallel()
	s := &Base{Pool: dbtest.Pool(t)}
	names := map[string]bool{}
	for n := range constraintErrors {
		names[n] = true
	}
	for n := range retriedConstraints {
		names[n] = true
	}
	for n := range names {
		if !dbtest.Value[bool](t, s.Pool, `SELECT EXISTS (SELECT FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE c.relname = $1 AND i.indisunique)`, n) {
			t.Errorf("the schema has no unique index %s", n)
		}
	}
}

func TestErrorsMapped(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		conversationsPKey: gen.ErrConvoExists, membershipsPKey: gen.ErrAlreadyMember, membershipsOneActive: gen.ErrAlreadyMember,
		MessagesMessageID: gen.ErrIdempotencyConflict, idempotencyRecordsPKey: gen.ErrIdempotencyConflict,
	} {
		cause := fmt.Errorf("insert: %w", &pgconn.PgError{Code: pgerrcode.UniqueViolation, ConstraintName: name})
		var e *xrpc.Error
		if !errors.As(SQLError(cause), &e) || e.Name != want {
			t.Fatalf("%s became %v, want %s", name, SQLError(cause), want)
		}
		if !errors.Is(e, cause) || e.Status != gen.StatusOf(want) {
			t.Errorf("%s: status %d, cause %v", name, e.Status, e.Cause)
		}
	}
	other := &pgconn.PgError{Code: "23514", ConstraintName: "messages_seq_check"}
	if err := SQLError(other); !errors.Is(err, other) {
		t.Errorf("an unknown constraint became %v", err)
	}
	if err := SQLError(nil); err != nil {
		t.Errorf("nothing became %v", err)
	}
}

// A transaction is run again only where another one was in its way, and not
// for ever.
func TestErrorsInTx(t *testing.T) {
	t.Parallel()
	s := &Base{Pool: dbtest.Pool(t)}
	for _, c := range []struct {
		err  error
		runs int
		name string
	}{
		{nil, 1, ""},
		{&pgconn.PgError{Code: pgerrcode.SerializationFailure}, 3, ""},
		{&pgconn.PgError{Code: pgerrcode.DeadlockDetected}, 3, ""},
		{&pgconn.PgError{Code: pgerrcode.UniqueViolation, ConstraintName: idempotencyRecordsPKey}, 3, gen.ErrIdempotencyConflict},
		{&pgconn.PgError{Code: pgerrcode.UniqueViolation, ConstraintName: conversationsPKey}, 1, gen.ErrConvoExists},
		{NotFound(), 1, gen.ErrConvoNotFound},
		{errors.New("disk full"), 1, ""},
	} {
		runs := 0
		err := s.InTx(t.Context(), func(pgx.Tx) error { runs++; return c.err })
		if runs != c.runs {
			t.Errorf("%v: %d runs, want %d", c.err, runs, c.runs)
		}
		var e *xrpc.Error
		if c.name == "" && !errors.Is(err, c.err) || c.name != "" && (!errors.As(err, &e) || e.Name != c.name) {
			t.Errorf("%v became %v", c.err, err)
		}
	}
}
