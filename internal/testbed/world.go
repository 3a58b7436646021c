// Package testbed is the environment of benchmarks and load tests: a durable
// PostgreSQL, a PLC directory and the real binary, all on the loopback
// interface. Everything is removed at the end.
package testbed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/pgembed"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/auth/authtest"
)

// World is the environment without the instances.
type World struct {
	// Dir contains the database, the logs and the data of the instances.
	Dir string
	// Binary is the path of the mlsd binary.
	Binary string
	PG     *pgembed.Server
	Pool   *pgxpool.Pool
	PLC    *authtest.PLC
}

// New starts a world. Close ends it.
func New(ctx context.Context, name, binary string) (_ *World, err error) {
	dir, err := os.MkdirTemp("", name)
	if err != nil {
		return nil, fmt.Errorf("testbed: %w", err)
	}
	w := &World{Dir: dir, Binary: binary}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.Close())
		}
	}()
	if err := os.Chmod(dir, 0o755); err != nil { // the database may run as another account
		return nil, fmt.Errorf("testbed: %w", err)
	}
	if w.PG, err = pgembed.Start(ctx, pgembed.Options{DataDir: filepath.Join(dir, "postgres"), Log: slog.Default()}); err != nil {
		return nil, err
	}
	if w.Pool, err = pgxpool.New(ctx, w.PG.URL(pgembed.Database)); err != nil {
		return nil, fmt.Errorf("testbed: %w", err)
	}
	if err := auth.NewSecret().WriteFile(w.secretFile()); err != nil {
		return nil, fmt.Errorf("testbed: %w", err)
	}
	w.PLC = authtest.NewPLC()
	return w, nil
}

// secretFile returns the path of the secret that all instances share.
func (w *World) secretFile() string { return filepath.Join(w.Dir, "secret") }

// Close ends the world. All instances must have been stopped before.
func (w *World) Close() error {
	var errs []error
	if w.PLC != nil {
		w.PLC.Close()
	}
	if w.Pool != nil {
		w.Pool.Close()
	}
	if w.PG != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		errs = append(errs, w.PG.Stop(ctx))
	}
	return errors.Join(append(errs, os.RemoveAll(w.Dir))...)
}

// Postmaster returns the process id of PostgreSQL's postmaster, which is the
// parent of every backend.
func (w *World) Postmaster(ctx context.Context) (int, error) {
	var backend int
	if err := w.Pool.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&backend); err != nil {
		return 0, fmt.Errorf("testbed: %w", err)
	}
	return ParentOf(backend)
}
