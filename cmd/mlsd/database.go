package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/multitracer"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/pgembed"
	"catbird.blue/mls/internal/pgplan"
	"catbird.blue/mls/internal/pgsession"
	"catbird.blue/mls/internal/pgtime"
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
// next use. It is longer than the time between two steps of the reader of the
// log while no account has a stream, because each step would otherwise cost two
// queries.
const pingAfter = 3 * time.Second

// openPool connects to the database and checks that it answers.
func openPool(ctx context.Context, url string, size int) (*pgxpool.Pool, error) {
	return (&failoverWatch{}).open(ctx, url, size, nil)
}

// openPools opens the two pools of the service: one for requests, and one for the
// reader of the log, whose one connection has settings of its own. Together they have
// size connections. noted gets the error of every statement, and the tracers learn of
// every statement.
func openPools(ctx context.Context, url string, size int, noted func(error), tracers ...pgx.QueryTracer) (pool, reader *pgxpool.Pool, err error) {
	watch := &failoverWatch{noted: noted}
	if pool, err = watch.open(ctx, url, size-1, nil, tracers...); err != nil {
		return nil, nil, err
	}
	if reader, err = watch.open(ctx, url, 1, pgplan.Reader(), tracers...); err != nil {
		pool.Close()
		return nil, nil, err
	}
	return pool, reader, nil
}

// failoverWatch closes all connections when one of them leads to a server that
// has become a standby, or got no answer in time. New connections then find the
// primary, and a silent peer costs one call its deadline and not every call.
type failoverWatch struct {
	// noted, if set, is called with the error of every statement.
	noted func(error)

	mu    sync.Mutex
	pools []*pgxpool.Pool
}

// open opens a pool whose sessions have the settings of more besides those of the
// service. It is watched together with the other pools of w.
func (w *failoverWatch) open(ctx context.Context, url string, size int, more map[string]string, tracers ...pgx.QueryTracer) (*pgxpool.Pool, error) {
	cfg, err := pgsession.Parse(url, more)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL %w", err)
	}
	cfg.MaxConns = int32(size)
	cfg.MinConns, cfg.MinIdleConns = min(cfg.MinConns, cfg.MaxConns), min(cfg.MinIdleConns, cfg.MaxConns)
	cfg.MaxConnLifetime, cfg.MaxConnLifetimeJitter = time.Hour, 10*time.Minute
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.ShouldPing = func(_ context.Context, p pgxpool.ShouldPingParams) bool { return p.IdleDuration > pingAfter }
	prepare := cfg.AfterConnect
	cfg.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		if err := prepare(ctx, conn); err != nil {
			return err
		}
		return eventlog.CheckConnection(ctx, conn)
	}
	pgtime.Apply(cfg, &pgtime.Tracer{OnError: w.failed, OnLate: w.reset})
	cfg.ConnConfig.Tracer = multitracer.New(append(tracers, cfg.ConnConfig.Tracer)...)
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	w.mu.Lock()
	w.pools = append(w.pools, pool)
	w.mu.Unlock()
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("the database does not answer: %w", err)
	}
	return pool, nil
}

func (w *failoverWatch) failed(err error) {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == pgerrcode.ReadOnlySQLTransaction {
		w.reset()
	}
	if w.noted != nil {
		w.noted(err)
	}
}

func (w *failoverWatch) reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, pool := range w.pools {
		pool.Reset()
	}
}
