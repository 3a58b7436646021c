package migrations

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/golang-migrate/migrate/v4"
	"github.com/golang-migrate/migrate/v4/source/iofs"
	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/internal/pgsession"
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
// database that is ahead, because a newer server migrated it, is left as it is,
// unless a migration says that this server cannot work with it. The schema must
// be the one that the migrations made.
func Up(ctx context.Context, url string) ([]string, error) {
	var names []string
	err := with(ctx, url, func(d *driver, m *migrate.Migrate) error {
		ahead, err := d.ahead()
		if err != nil {
			return err
		}
		if !ahead {
			err := m.Up()
			names = d.applied
			if err != nil && !errors.Is(err, migrate.ErrNoChange) {
				return err
			}
		}
		return d.checkShape()
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
	err := with(ctx, url, func(d *driver, m *migrate.Migrate) error {
		version, _, err := d.Version()
		if err != nil || version < 0 {
			return err
		}
		if version > newest() {
			return fmt.Errorf("the database has migration %d, which this version of mlsd does not know: take it back with the version that has it", version)
		}
		if err := m.Steps(-1); err != nil {
			return err
		}
		name = fileOf(version)
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
	err := with(ctx, url, func(d *driver, _ *migrate.Migrate) error {
		times, err := d.times()
		for _, version := range versions() {
			states = append(states, State{Version: int64(version), Name: fileOf(version), AppliedAt: times[version]})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("migration status: %w", err)
	}
	return states, nil
}

func with(ctx context.Context, url string, do func(*driver, *migrate.Migrate) error) error {
	// A migration may take long, but must not queue for a lock in front of
	// everybody else for long.
	// No client is told of a migration, so its commit waits for the disk and for no
	// standby: that may be the receiver of backups, which this server starts later.
	conn, err := pgsession.Connect(ctx, url, map[string]string{"statement_timeout": "0", "lock_timeout": "10s", "synchronous_commit": "local"})
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // what matters has been answered
	if err := refuseUnreleased(ctx, conn); err != nil {
		return err
	}
	if err := lock(ctx, conn); err != nil {
		return err
	}
	files, err := iofs.New(FS, ".")
	if err != nil {
		return err
	}
	d := &driver{ctx: ctx, conn: conn}
	m, err := migrate.NewWithInstance("files", files, "pgx", d)
	if err != nil {
		return err
	}
	return do(d, m)
}

// ErrUnreleased is the answer to a database that was made before the first
// release, when the schema could still change without a migration.
var ErrUnreleased = errors.New("the database has the schema of a version from before the first release, which cannot be migrated: " +
	"start with a new, empty database or data directory; a dump of this one cannot be restored either")

// refuseUnreleased fails where the database has the table in which versions from
// before the first release recorded their migrations.
func refuseUnreleased(ctx context.Context, conn *pgx.Conn) error {
	var old bool
	if err := conn.QueryRow(ctx, "SELECT to_regclass('goose_db_version') IS NOT NULL").Scan(&old); err != nil {
		return fmt.Errorf("reading the schema: %w", err)
	}
	if old {
		return ErrUnreleased
	}
	return nil
}

// LockID is the advisory lock of the migrations: the ASCII codes of "mls_migr".
const LockID = 0x6d6c735f6d696772

// lock takes a session advisory lock, tried again and again. A session that
// waits inside pg_advisory_lock would hold a snapshot, for which a CREATE INDEX
// CONCURRENTLY of the session that has the lock waits in turn. It ends with the
// connection.
func lock(ctx context.Context, conn *pgx.Conn) error {
	for {
		var got bool
		if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", int64(LockID)).Scan(&got); err != nil {
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
