package backup

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/internal/pgtools"
	"catbird.blue/mls/server/blob"
)

// Source is what is backed up, and where to.
type Source struct {
	// DatabaseURL is a database of the cluster, by a role that may replicate.
	DatabaseURL string
	// URL is the repository, and Keys has the recipients.
	URL  string
	Keys Keys
	// Blobs holds the attachments.
	Blobs *blob.Store
	// Files returns the service's key, secret and configuration. They are only
	// stored where backups are encrypted.
	Files func() (map[string][]byte, error)
	Log   *slog.Logger
}

// opened is a source whose database is known and whose repository is open.
type opened struct {
	Source
	repo  *Repository
	tools *pgtools.Tools
	// facts are what a base backup records of the cluster.
	facts Base
}

// open asks the database who it is, and opens the repository.
func (s Source) open(ctx context.Context) (*opened, error) {
	conn, err := connect(ctx, s.DatabaseURL)
	if err != nil {
		return nil, err
	}
	o := &opened{Source: s}
	var system string
	err = conn.QueryRow(ctx, `SELECT (SELECT system_identifier::text FROM pg_control_system()), current_database(),
		(SELECT rolname::text FROM pg_roles WHERE oid = 10), current_setting('server_version_num')::int / 10000,
		pg_size_bytes(current_setting('wal_segment_size'))`).
		Scan(&system, &o.facts.Database, &o.facts.Superuser, &o.facts.Major, &o.facts.SegmentSize)
	if err == nil {
		o.facts.Settings, err = standbySettings(ctx, conn)
	}
	if err == nil {
		o.tools, err = pgtools.Find(ctx, s.DatabaseURL, conn)
	}
	if err := errors.Join(err, conn.Close(ctx)); err != nil {
		return nil, fmt.Errorf("asking the database what to back up: %w", err)
	}
	if o.repo, err = Open(ctx, s.URL, system, s.Keys); err != nil {
		return nil, err
	}
	return o, nil
}

func (o *opened) close() error { return o.repo.Close() }

// standbySettings returns the settings that a server in recovery must not have
// smaller than the one that wrote the log.
func standbySettings(ctx context.Context, conn *pgx.Conn) (map[string]string, error) {
	rows, err := conn.Query(ctx, `SELECT name, setting FROM pg_settings WHERE name IN
		('max_connections', 'max_worker_processes', 'max_wal_senders', 'max_prepared_transactions', 'max_locks_per_transaction')`)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	var name, value string
	_, err = pgx.ForEachRow(rows, []any{&name, &value}, func() error {
		out[name] = value
		return nil
	})
	return out, err
}

// connect opens one connection for statements that may take long.
func connect(ctx context.Context, url string) (*pgx.Conn, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	for name := range cfg.RuntimeParams {
		if len(name) > 5 && name[:5] == "pool_" {
			delete(cfg.RuntimeParams, name) // for the pool of the server
		}
	}
	cfg.RuntimeParams["application_name"] = "mlsd backup"
	cfg.RuntimeParams["statement_timeout"] = "0"
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = 10 * time.Second
	}
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("the database does not answer: %w", err)
	}
	return conn, nil
}
