package migrations

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// State is one migration and whether the database has it.
type State struct {
	Version int64
	// Name is the file's name.
	Name string
	// AppliedAt is zero where the migration is pending.
	AppliedAt time.Time
}

// Up applies what is pending and returns the names of what it applied. Any
// number of processes may call it at once: one migrates, the others wait. A
// database that is ahead, because a newer server migrated it, is left as it is.
func Up(ctx context.Context, url string) ([]string, error) {
	var names []string
	err := with(ctx, url, func(p *goose.Provider) error {
		results, err := p.Up(ctx)
		for _, r := range results {
			names = append(names, r.Source.Path)
		}
		return err
	})
	if err != nil {
		return names, fmt.Errorf("migrating up: %w", err)
	}
	return names, nil
}

// Down takes back the newest applied migration and returns its name, "" when
// none is applied.
func Down(ctx context.Context, url string) (string, error) {
	name := ""
	err := with(ctx, url, func(p *goose.Provider) error {
		version, err := p.GetDBVersion(ctx)
		if err != nil || version == 0 {
			return err
		}
		r, err := p.Down(ctx)
		if err != nil {
			return err
		}
		name = r.Source.Path
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("migrating down: %w", err)
	}
	return name, nil
}

// Status lists all migrations, in order.
func Status(ctx context.Context, url string) ([]State, error) {
	var states []State
	err := with(ctx, url, func(p *goose.Provider) error {
		list, err := p.Status(ctx)
		for _, s := range list {
			states = append(states, State{Version: s.Source.Version, Name: s.Source.Path, AppliedAt: s.AppliedAt})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("migration status: %w", err)
	}
	return states, nil
}

func with(ctx context.Context, url string, do func(*goose.Provider) error) error {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("database URL: %w", err)
	}
	// A migration may take long, but must not queue for a lock in front of
	// everybody else for long.
	cfg.RuntimeParams["statement_timeout"] = "0"
	cfg.RuntimeParams["lock_timeout"] = "10s"
	pool := stdlib.OpenDB(*cfg)
	defer func() { _ = pool.Close() }() // what matters has been answered
	if err := refuseUnreleased(ctx, pool); err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectPostgres, pool, FS,
		goose.WithSessionLocker(sessionLock{}), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	return do(p)
}

// ErrUnreleased is the answer to a database that was made before the first
// release, when the schema could still change without a migration.
var ErrUnreleased = errors.New("the database has the schema of a version from before the first release, which cannot be migrated: " +
	"start with a new, empty database or data directory; a dump of this one cannot be restored either")

// refuseUnreleased fails where the database has a table that no release has, or
// ids of conversations as text.
func refuseUnreleased(ctx context.Context, pool *sql.DB) error {
	var old bool
	if err := pool.QueryRowContext(ctx, `SELECT to_regclass('roster_claims') IS NOT NULL
		OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('conversations') AND attname = 'convo_id' AND atttypid = 'text'::regtype)`).Scan(&old); err != nil {
		return fmt.Errorf("reading the schema: %w", err)
	}
	if old {
		return ErrUnreleased
	}
	return nil
}

// LockID is the advisory lock of the migrations: the ASCII codes of "mls_migr".
const LockID = 0x6d6c735f6d696772

// sessionLock is a session advisory lock, tried again and again. A session
// that waits inside pg_advisory_lock would hold a snapshot, for which a
// CREATE INDEX CONCURRENTLY of the session that has the lock waits in turn.
type sessionLock struct{}

func (sessionLock) SessionLock(ctx context.Context, conn *sql.Conn) error {
	for {
		var got bool
		if err := conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1)", int64(LockID)).Scan(&got); err != nil {
			return fmt.Errorf("taking the migration lock: %w", err)
		}
		if got {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for the migration lock: %w", ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (sessionLock) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	var had bool
	if err := conn.QueryRowContext(ctx, "SELECT pg_advisory_unlock($1)", int64(LockID)).Scan(&had); err != nil {
		return fmt.Errorf("giving the migration lock back: %w", err)
	}
	if !had {
		return fmt.Errorf("the migration lock was lost")
	}
	return nil
}
