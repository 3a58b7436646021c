package dbtest

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// Names of test databases consist of testPrefix, the time of creation in
	// seconds, and a random part. Names of templates consist of templatePrefix
	// and the hash of the migrations.
	testPrefix     = "mls_test_"
	templatePrefix = "mls_template_"

	// templateLock is the advisory lock that a process holds while it creates a
	// template.
	templateLock = 0x6d6c735f74657374
	// staleAfter is the age at which a database without connections on an
	// external server is dropped as a leftover.
	staleAfter = 6 * time.Hour
)

// makeTemplate migrates a database under a temporary name and renames it as the
// last step. A template that exists is therefore complete.
func (s *server) makeTemplate(ctx context.Context, hash string, migrate func(context.Context, string) error) (string, error) {
	conn, err := s.connect(ctx)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(ctx) }()
	name := templatePrefix + hash
	if ok, err := exists(ctx, conn, name); ok || err != nil {
		return name, err
	}
	if err := lockTemplates(ctx, conn); err != nil {
		return "", err
	}
	if ok, err := exists(ctx, conn, name); ok || err != nil {
		return name, err
	}
	if err := sweep(ctx, conn, time.Now()); err != nil {
		return "", err
	}
	building := name + "_new"
	if err := run(ctx, conn, "DROP DATABASE IF EXISTS "+building+" WITH (FORCE)", "CREATE DATABASE "+building+" TEMPLATE template0"); err != nil {
		return "", err
	}
	if err := migrate(ctx, s.database(building)); err != nil {
		return "", err
	}
	err = run(ctx, conn,
		"COMMENT ON DATABASE "+building+" IS '"+strconv.FormatInt(time.Now().Unix(), 16)+"'",
		"ALTER DATABASE "+building+" RENAME TO "+name)
	return name, err
}

// lockTemplates waits for the lock. It polls, because a session that waits
// inside a statement holds a snapshot.
func lockTemplates(ctx context.Context, conn *pgx.Conn) error {
	for {
		var got bool
		if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", int64(templateLock)).Scan(&got); err != nil {
			return fmt.Errorf("template lock: %w", err)
		}
		if got {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func exists(ctx context.Context, conn *pgx.Conn, name string) (bool, error) {
	var ok bool
	err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&ok)
	return ok, err
}

func run(ctx context.Context, conn *pgx.Conn, statements ...string) error {
	for _, sql := range statements {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}

// sweep drops the databases that killed test runs and older migrations left on
// an external server.
func sweep(ctx context.Context, conn *pgx.Conn, now time.Time) error {
	rows, err := conn.Query(ctx, `SELECT d.datname, coalesce(shobj_description(d.oid, 'pg_database'), '')
		FROM pg_database d
		WHERE (starts_with(d.datname, $1) OR starts_with(d.datname, $2))
		AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)`, testPrefix, templatePrefix)
	if err != nil {
		return fmt.Errorf("listing databases: %w", err)
	}
	type database struct{ name, comment string }
	found, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (d database, err error) {
		err = r.Scan(&d.name, &d.comment)
		return d, err
	})
	if err != nil {
		return fmt.Errorf("listing databases: %w", err)
	}
	for _, d := range found {
		born := d.comment
		if rest, ok := strings.CutPrefix(d.name, testPrefix); ok {
			born, _, _ = strings.Cut(rest, "_")
		}
		sec, err := strconv.ParseInt(born, 16, 64)
		if err != nil || now.Sub(time.Unix(sec, 0)) < staleAfter {
			continue
		}
		if err := run(ctx, conn, "DROP DATABASE IF EXISTS "+pgx.Identifier{d.name}.Sanitize()); err != nil {
			return err
		}
	}
	return nil
}
