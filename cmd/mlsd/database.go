package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/pgembed"
	"catbird.blue/mls/internal/pgsession"
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
		if err := pgsession.RefuseTransactionMode(ctx, c.DatabaseURL); err != nil {
			return nil, err
		}
		return &database{url: c.DatabaseURL}, nil
	}
	if err := makeDir(c.DataDir); err != nil {
		return nil, err
	}
	s, err := pgembed.Start(ctx, pgembed.Options{DataDir: c.postgresDir(), Settings: c.privateSettings(), Log: log})
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

// openPool connects to the database and checks that it answers.
func openPool(ctx context.Context, url string, size int) (*pgxpool.Pool, error) {
	cfg, err := pgsession.Parse(url, nil)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL %w", err)
	}
	cfg.MaxConns = int32(size)
	cfg.MaxConnLifetime, cfg.MaxConnLifetimeJitter = time.Hour, 10*time.Minute
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.ShouldPing = func(_ context.Context, p pgxpool.ShouldPingParams) bool { return p.IdleDuration > pingAfter }
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = 5 * time.Second
	}
	prepare := cfg.AfterConnect
	cfg.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		if err := prepare(ctx, conn); err != nil {
			return err
		}
		return eventlog.CheckConnection(ctx, conn)
	}
	watch := &failoverWatch{}
	cfg.ConnConfig.Tracer = watch
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
