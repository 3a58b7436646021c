package pgsession

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const sessionMode = "use the session mode of the pooler (pgbouncer: pool_mode=session; Supabase: port 5432; Neon: the host name without -pooler), " +
	"or connect to PostgreSQL directly"

// ErrTransactionMode refuses a pooler that gives each transaction another session.
var ErrTransactionMode = errors.New("DATABASE_URL leads to a connection pooler in transaction or statement mode: two connections share a session of " +
	"PostgreSQL. The time-outs, synchronous_commit and prepared statements of the service, and the lock of its migrations, " +
	"belong to a session; " + sessionMode)

// probes is the number of connections that RefuseTransactionMode opens at most
// behind a pooler.
const probes = 6

// probeTime bounds one of them. A pooler in session mode lets a connection wait
// when all sessions are in use.
const probeTime = 3 * time.Second

// RefuseTransactionMode finds out whether the connections of a database URL have
// sessions of their own. A pooler in transaction mode gives the session of a
// connection to the next one that begins a transaction, or gives the first
// connection another one.
func RefuseTransactionMode(ctx context.Context, rawURL string) error {
	cfg, err := Parse(rawURL, nil)
	if err != nil {
		return fmt.Errorf("DATABASE_URL %w", err)
	}
	cfg.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	first, err := pgx.ConnectConfig(ctx, cfg.ConnConfig)
	if err != nil {
		return err
	}
	defer func() { _ = first.Close(ctx) }() // it has answered
	session, err := backend(ctx, first)
	// PostgreSQL tells a connection the number of its process. Poolers tell a
	// number of their own.
	if err != nil || session == first.PgConn().PID() {
		return err
	}
	var others []*pgx.Conn
	defer func() {
		for _, conn := range others {
			_ = conn.Close(ctx) // ends its transaction
		}
	}()
	for range probes {
		conn, shared, err := probe(ctx, cfg.ConnConfig, session)
		if conn != nil {
			others = append(others, conn)
		}
		if shared || err != nil {
			return err
		}
		now, err := backend(ctx, first)
		if err != nil {
			return err
		}
		if now != session {
			return ErrTransactionMode
		}
	}
	return nil
}

// probe opens a connection with a transaction, which the caller closes. It
// reports whether the probes are over: the error is ErrTransactionMode if the
// connection has the session of another one, and nil if the pooler has no more
// sessions, as in session mode.
func probe(ctx context.Context, cfg *pgx.ConnConfig, session uint32) (conn *pgx.Conn, over bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	if conn, err = pgx.ConnectConfig(ctx, cfg); err != nil {
		return nil, true, nil // the first connection has shown that the database answers
	}
	var refused *pgconn.PgError
	if _, err = conn.Exec(ctx, "BEGIN"); errors.As(err, &refused) {
		// Statement mode has no transactions.
		return conn, true, fmt.Errorf("%w (%s)", ErrTransactionMode, refused.Message)
	}
	if err != nil {
		return conn, true, nil // it waited for a session that another connection holds
	}
	got, err := backend(ctx, conn)
	if err == nil && got == session {
		err = ErrTransactionMode
	}
	return conn, err != nil, err
}

func backend(ctx context.Context, conn *pgx.Conn) (pid uint32, err error) {
	var n int64
	if err := conn.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&n); err != nil {
		return 0, fmt.Errorf("asking for the session: %w", err)
	}
	return uint32(n), nil
}
