package eventlog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/internal/pgtime"
)

// SeqSkip is added to the last message number of every conversation when a
// generation begins. It is more messages than one conversation can have lost, so
// no number is used twice.
const SeqSkip = 1 << 20

// ErrStandby refuses a connection to a standby: the connection would outlive the
// promotion of the standby, and write on the new timeline unchecked.
var ErrStandby = errors.New("the database is a standby")

// CheckConnection begins a new generation if the database of conn is not the one
// in which the current generation was recorded: another cluster or another
// database (restored from a dump), another timeline (a promoted standby, a
// recovery to an earlier time), or one with positions of transactions that have
// not happened (the files of an older data directory). Every new connection is
// checked before anything else uses it. A connection to a standby is refused.
func CheckConnection(ctx context.Context, conn *pgx.Conn) error {
	var standby, missing bool
	err := conn.QueryRow(ctx, "SELECT pg_is_in_recovery(), to_regclass('log_generation') IS NULL").Scan(&standby, &missing)
	if err != nil {
		return fmt.Errorf("check generation: %w", err)
	}
	if standby {
		return ErrStandby
	}
	if missing {
		return nil
	}
	q := db.New(conn)
	g, err := q.GetGeneration(ctx)
	if err != nil {
		return fmt.Errorf("check generation: %w", err)
	}
	if g.SystemIdentifier == nil {
		_, err := q.PlaceGeneration(ctx, &g.HereSystem, &g.HereDatabase, &g.HereTimeline)
		if err != nil {
			return fmt.Errorf("place generation: %w", err)
		}
		return nil
	}
	var why string
	skips := int64(1)
	switch {
	case *g.SystemIdentifier != g.HereSystem:
		why = "the database cluster is another one"
	case *g.DatabaseOid != g.HereDatabase:
		why = "the database is another one"
	case *g.Timeline != g.HereTimeline:
		why = "the database is on another timeline"
		// Each timeline between was a generation that this database does not
		// know, because it was restored to a state before it.
		skips = max(1, g.HereTimeline-*g.Timeline)
	case g.MaxPos >= g.NextXid:
		why = "the database has rows of transactions that it does not know"
	default:
		return nil
	}
	return beginGeneration(ctx, conn, g.Gen, skips, why)
}

// BeginGeneration begins a new generation because the operator asked for it: the
// database itself cannot notice, for example, that a snapshot of its volume was
// restored. When it returns, old cursors are outdated.
func BeginGeneration(ctx context.Context, pool *pgxpool.Pool) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("begin generation: %w", err)
	}
	defer conn.Release()
	g, err := db.New(conn).GetGeneration(ctx)
	if err != nil {
		return fmt.Errorf("begin generation: %w", err)
	}
	return beginGeneration(ctx, conn.Conn(), g.Gen, 1, "asked for")
}

// BeginGenerationAfterRewind ends the generation from, because a cursor proves
// that the database was set back: its position was delivered, and the database
// does not have it.
func BeginGenerationAfterRewind(ctx context.Context, pool *pgxpool.Pool, from int64) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("begin generation: %w", err)
	}
	defer conn.Release()
	return beginGeneration(ctx, conn.Conn(), from, 1, "a cursor is ahead of the database")
}

// beginGeneration ends the generation from, unless another instance has done so.
// Positions begin again. Message numbers go on behind those that may have been
// delivered and lost in as many generations as skips says.
func beginGeneration(ctx context.Context, conn *pgx.Conn, from, skips int64, why string) error {
	var err error
	for range 5 {
		var begun bool
		begun, err = tryBeginGeneration(ctx, conn, from, skips)
		if err == nil {
			if begun {
				slog.WarnContext(ctx, "a new stream generation begins: clients will fetch anew", "reason", why, "generation", from+1)
			}
			return nil
		}
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != pgerrcode.DeadlockDetected {
			break
		}
	}
	return fmt.Errorf("begin generation: %w", err)
}

func tryBeginGeneration(ctx context.Context, conn *pgx.Conn, from, skips int64) (begun bool, err error) {
	ctx = pgtime.Unbounded(ctx)
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		begun = false
		// This waits for all writers and updates every conversation, which may
		// take longer than the limits of the connection and of pgtime.
		if _, err := tx.Exec(ctx, "SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true)"); err != nil {
			return err
		}
		q := db.New(tx)
		if err := q.LockLog(ctx); err != nil {
			return err
		}
		g, err := q.GetGeneration(ctx)
		if err != nil {
			return err
		}
		n, err := q.BeginGeneration(ctx, db.BeginGenerationParams{
			Gen: from, SystemIdentifier: g.HereSystem, DatabaseOid: g.HereDatabase, Timeline: g.HereTimeline,
		})
		if err != nil || n == 0 {
			return err
		}
		begun = true
		if err := q.BeginGenerationOfConvos(ctx, skips*SeqSkip); err != nil {
			return err
		}
		return q.BeginGenerationOfAccounts(ctx)
	})
	return begun, err
}
