package eventlog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
)

// SeqSkip is how far the numbers of all conversations jump when a generation
// begins: more messages than any one conversation can have lost.
const SeqSkip = 1 << 20

// ErrStandby says that a connection leads to a standby. It would go on after
// the standby is promoted, and write without having been checked.
var ErrStandby = errors.New("the database is a standby")

// CheckConnection begins a new generation where conn leads to a database that
// is not, or not any more, the one that the recorded generation is of: another
// cluster or another database (restored from a dump), another timeline (a
// promoted standby, a recovery to an earlier time), or one that has rows from
// the future (the files of an older data directory). It is meant for every new
// connection, before anything else uses it; one to a standby is refused.
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
		// Each one between was a generation that this database has forgotten.
		skips = max(1, g.HereTimeline-*g.Timeline)
	case g.MaxPos >= g.NextXid:
		why = "the database has rows of transactions that it does not know"
	default:
		return nil
	}
	return beginGeneration(ctx, conn, g.Gen, skips, why)
}

// BeginGeneration begins a new generation by order of the operator: after what
// nothing inside the database can notice, such as a snapshot of its volume that
// was put back. It returns when old cursors are outdated.
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

// BeginGenerationAfterRewind begins a new generation after from, because a cursor showed that
// the database is older than what it has told.
func BeginGenerationAfterRewind(ctx context.Context, pool *pgxpool.Pool, from int64) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("begin generation: %w", err)
	}
	defer conn.Release()
	return beginGeneration(ctx, conn.Conn(), from, 1, "a cursor is ahead of the database")
}

// deadlockDetected is an SQLSTATE.
const deadlockDetected = "40P01"

// beginGeneration ends the generation from, unless another instance has done so
// already: positions begin anew, and no number of a message repeats, although
// messages that were told may be gone, of as many generations as skips.
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
		if !errors.As(err, &pg) || pg.Code != deadlockDetected {
			break
		}
	}
	return fmt.Errorf("begin generation: %w", err)
}

func tryBeginGeneration(ctx context.Context, conn *pgx.Conn, from, skips int64) (begun bool, err error) {
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		begun = false
		// It waits for all writers, and writes every conversation.
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
