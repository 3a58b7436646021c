package migrations

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/golang-migrate/migrate/v4/database"
	"github.com/jackc/pgx/v5"
)

// driver applies migrations for golang-migrate. Unlike the driver that comes with
// it, it records a migration in the transaction of the migration, so that a
// failure or a crash leaves nothing to repair by hand.
//
// A file that begins with noTransaction is applied statement by statement, as
// CREATE INDEX CONCURRENTLY needs. If it fails, it is applied from its beginning
// again, so it drops what a failed attempt may have left.
type driver struct {
	ctx  context.Context // the interface of golang-migrate has none
	conn *pgx.Conn
	// tx is the transaction of a migration that has been applied and is not
	// recorded yet.
	tx pgx.Tx
	// applied are the names of the migrations that were recorded.
	applied []string
}

const noTransaction = "-- no transaction\n"

var _ database.Driver = (*driver)(nil)

// errUnused is the answer of what only the command of golang-migrate calls.
var errUnused = errors.New("this driver does not do that")

// Open implements database.Driver.
func (*driver) Open(string) (database.Driver, error) { return nil, errUnused }

// Drop implements database.Driver.
func (*driver) Drop() error { return errUnused }

// Close implements database.Driver. The connection is closed by who made it.
func (*driver) Close() error { return nil }

// Lock implements database.Driver. The connection has the lock already.
func (*driver) Lock() error { return nil }

// Unlock implements database.Driver.
func (*driver) Unlock() error { return nil }

// Run implements database.Driver.
func (d *driver) Run(file io.Reader) error {
	b, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	text := string(b)
	if strings.HasPrefix(text, noTransaction) {
		return d.runStatements(text)
	}
	if d.tx, err = d.conn.Begin(d.ctx); err != nil {
		return err
	}
	if err := d.exec(text); err != nil {
		tx := d.tx
		d.tx = nil
		return errors.Join(err, tx.Rollback(context.WithoutCancel(d.ctx)))
	}
	return nil
}

// runStatements sends the statements of a file one by one, since PostgreSQL takes
// several at once as one transaction. They end with the lines that end with a
// semicolon.
func (d *driver) runStatements(text string) error {
	for _, statement := range strings.SplitAfter(text, ";\n") {
		if err := d.exec(statement); err != nil {
			return err
		}
	}
	return nil
}

func (d *driver) exec(text string) error {
	_, err := d.conn.PgConn().Exec(d.ctx, text).ReadAll()
	return err
}

// SetVersion implements database.Driver. It is called before Run with dirty, and
// then without.
func (d *driver) SetVersion(version int, dirty bool) error {
	if dirty {
		return nil
	}
	tx := d.tx
	if d.tx = nil; tx == nil {
		var err error
		if tx, err = d.conn.Begin(d.ctx); err != nil {
			return err
		}
	}
	if err := d.record(tx, version); err != nil {
		return errors.Join(err, tx.Rollback(context.WithoutCancel(d.ctx)))
	}
	return tx.Commit(d.ctx)
}

func (d *driver) record(tx pgx.Tx, version int) error {
	before, _, err := d.Version()
	if err != nil {
		return err
	}
	if version < before {
		_, err := tx.Exec(d.ctx, "DELETE FROM schema_migrations WHERE version > $1", version)
		return err
	}
	shape, err := readShape(d.ctx, tx)
	if err != nil {
		return err
	}
	_, err = tx.Exec(d.ctx, "INSERT INTO schema_migrations (version, applied_at, postgres, shape) VALUES ($1, now(), $2, $3)",
		version, shape.postgres, shape.text())
	if err == nil {
		d.applied = append(d.applied, fileOf(version))
	}
	return err
}

// Version implements database.Driver. It never reports a dirty state: what is
// recorded has been applied whole.
func (d *driver) Version() (version int, dirty bool, err error) {
	if err := d.exec(`CREATE TABLE IF NOT EXISTS schema_migrations (
		version    BIGINT PRIMARY KEY,
		applied_at TIMESTAMPTZ NOT NULL,
		-- The schema after the migration, and the version of PostgreSQL that described it.
		postgres   BIGINT NOT NULL,
		shape      TEXT NOT NULL)`); err != nil {
		return 0, false, err
	}
	err = d.conn.QueryRow(d.ctx, "SELECT coalesce(max(version), $1) FROM schema_migrations", database.NilVersion).Scan(&version)
	return version, false, err
}

// ahead reports whether the database has migrations that this server does not
// know. It fails if the newest of them does not allow that.
func (d *driver) ahead() (bool, error) {
	version, _, err := d.Version()
	if err != nil || version <= newest() {
		return false, err
	}
	var needs int
	if err := d.conn.QueryRow(d.ctx, "SELECT migration FROM schema_needs").Scan(&needs); err != nil {
		return true, fmt.Errorf("reading which server the schema needs: %w", err)
	}
	if needs > newest() {
		return true, fmt.Errorf("%w: it has migration %d, this version of mlsd knows %d at most, and servers must know %d",
			ErrNeedsNewer, version, newest(), needs)
	}
	return true, nil
}

// ErrNeedsNewer is the answer to a schema that this server cannot work with.
var ErrNeedsNewer = errors.New("the schema of the database needs a newer version of mlsd")

func (d *driver) times() (map[int]time.Time, error) {
	if _, _, err := d.Version(); err != nil {
		return nil, err
	}
	rows, _ := d.conn.Query(d.ctx, "SELECT version, applied_at FROM schema_migrations")
	times := map[int]time.Time{}
	var version int
	var at time.Time
	_, err := pgx.ForEachRow(rows, []any{&version, &at}, func() error {
		times[version] = at
		return nil
	})
	return times, err
}
