package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/multitracer"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/pgembed"
	"catbird.blue/mls/internal/pgplan"
	eventlog "catbird.blue/mls/server/stream/log"
)

// database is the database of the service: an external server, or a private
// one.
type database struct {
	url     string
	private *pgembed.Server
}

func openDatabase(ctx context.Context, c *Config, log *slog.Logger) (*database, error) {
	if c.DatabaseURL != "" {
		return &database{url: c.DatabaseURL}, nil
	}
	if err := makeDir(c.DataDir); err != nil {
		return nil, err
	}
	s, err := pgembed.Start(ctx, pgembed.Options{DataDir: c.postgresDir(), Log: log})
	if err != nil {
		return nil, err
	}
	return &database{url: s.URL(pgembed.Database), private: s}, nil
}

// done returns a channel that is closed when a private server has ended.
func (d *database) done() <-chan struct{} {
	if d.private == nil {
		return nil
	}
	return d.private.Done()
}

// stop stops a private server.
func (d *database) stop() error {
	if d.private == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return d.private.Stop(ctx)
}

// pingAfter is how long a connection must be idle before it is checked at its
// next use. It is longer than the interval at which the reader of the log
// polls, because each poll would otherwise cost two queries.
const pingAfter = 2 * time.Second

// openPool connects to the database and checks that it answers. tracers learn of
// every statement.
func openPool(ctx context.Context, url string, size int, tracers ...pgx.QueryTracer) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	cfg.MaxConns = int32(size)
	cfg.MaxConnLifetime, cfg.MaxConnLifetimeJitter = time.Hour, 10*time.Minute
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.ShouldPing = func(_ context.Context, p pgxpool.ShouldPingParams) bool { return p.IdleDuration > pingAfter }
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = 5 * time.Second
	}
	params := cfg.ConnConfig.RuntimeParams
	// options in the URL or in PGOPTIONS (-c name=value or --name=value) must
	// take precedence, but runtime parameters would override them.
	options := strings.ToLower(strings.ReplaceAll(params["options"], "-", "_"))
	settings := pgplan.Settings()
	maps.Copy(settings, map[string]string{
		"application_name": "mlsd",
		"timezone":         "UTC",
		// A long transaction holds back the visibility horizon of the log, and
		// a waiting one occupies a connection.
		"statement_timeout":                   "30s",
		"lock_timeout":                        "10s",
		"idle_in_transaction_session_timeout": "10s",
	})
	for name, value := range settings {
		if params[name] == "" && !strings.Contains(options, name+"=") {
			params[name] = value
		}
	}
	cfg.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		if err := forceSync(ctx, conn); err != nil {
			return err
		}
		return eventlog.CheckConnection(ctx, conn)
	}
	watch := &failoverWatch{}
	cfg.ConnConfig.Tracer = multitracer.New(append(tracers, watch)...)
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	watch.pool = pool
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("the database does not answer: %w", err)
	}
	return pool, nil
}

// forceSync makes commits wait until they are on disk, unless a stronger
// setting is configured. With a weaker one, a crash could lose messages that
// were delivered already.
func forceSync(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `SELECT set_config('synchronous_commit', 'on', false)
		WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')`)
	if err != nil {
		return fmt.Errorf("forcing synchronous_commit: %w", err)
	}
	return nil
}

// failoverWatch closes all connections when one of them leads to a server that
// has become a standby. New connections then find the primary.
type failoverWatch struct{ pool *pgxpool.Pool }

// TraceQueryStart implements pgx.QueryTracer.
func (w *failoverWatch) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
func (w *failoverWatch) TraceQueryEnd(_ context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	w.look(data.Err)
}

// TraceBatchStart implements pgx.BatchTracer.
func (w *failoverWatch) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

// TraceBatchQuery implements pgx.BatchTracer.
func (w *failoverWatch) TraceBatchQuery(_ context.Context, _ *pgx.Conn, data pgx.TraceBatchQueryData) {
	w.look(data.Err)
}

// TraceBatchEnd implements pgx.BatchTracer.
func (w *failoverWatch) TraceBatchEnd(_ context.Context, _ *pgx.Conn, data pgx.TraceBatchEndData) {
	w.look(data.Err)
}

func (w *failoverWatch) look(err error) {
	var pg *pgconn.PgError
	if err != nil && w.pool != nil && errors.As(err, &pg) && pg.Code == pgerrcode.ReadOnlySQLTransaction {
		w.pool.Reset()
	}
}
