package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/pgembed"
	"catbird.blue/mls/server/auth"
	"catbird.blue/mls/server/auth/authtest"
)

// world is what a benchmark runs in: a durable PostgreSQL of its own, a PLC
// directory, and the real binary, all on loopback and gone afterwards.
type world struct {
	dir      string
	binary   string
	pg       *pgembed.Server
	pool     *pgxpool.Pool
	plc      *authtest.PLC
	accounts []*authtest.Account
	// server is the instance under test; others come and go with a benchmark.
	server *instance
	// tableSize is how many messages a large table has.
	tableSize int
}

func newWorld(ctx context.Context, binary string, accounts int) (_ *world, err error) {
	dir, err := os.MkdirTemp("", "mlsbench")
	if err != nil {
		return nil, err
	}
	w := &world{dir: dir, binary: binary}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	if err := os.Chmod(dir, 0o755); err != nil { // the database may run as another user
		return nil, err
	}
	if w.pg, err = pgembed.Start(ctx, pgembed.Options{DataDir: filepath.Join(dir, "postgres"), Log: slog.Default()}); err != nil {
		return nil, err
	}
	if w.pool, err = pgxpool.New(ctx, w.pg.URL(pgembed.Database)); err != nil {
		return nil, err
	}
	w.plc = authtest.NewPLC()
	for range accounts {
		w.accounts = append(w.accounts, w.plc.NewAccount())
	}
	if err := auth.NewSecret().WriteFile(w.secretFile()); err != nil {
		return nil, err
	}
	if w.server, _, err = w.startInstance(ctx); err != nil {
		return nil, err
	}
	// The log begins with a message of the service's own: a tailer that found
	// nothing would take what is seeded for new.
	if err := w.seedConvos(ctx, 1, 1, w.dids(1)); err != nil {
		return nil, err
	}
	if _, err = w.send(ctx, 1, 1, 1, 1); err != nil {
		return nil, err
	}
	return w, w.looked(ctx)
}

// secretFile has the secret that all instances share.
func (w *world) secretFile() string { return filepath.Join(w.dir, "secret") }

// looked waits until the tailer has seen what the log has now.
func (w *world) looked(ctx context.Context) error {
	const polls = "mls_log_polls_total"
	before, err := w.server.counters(ctx)
	if err != nil {
		return err
	}
	for start := time.Now(); time.Since(start) < 30*time.Second; time.Sleep(50 * time.Millisecond) {
		m, err := w.server.counters(ctx)
		if err != nil {
			return err
		}
		if m[polls] >= before[polls]+2 { // one may have begun earlier
			return nil
		}
	}
	return errors.New("the tailer does not look at the log")
}

func (w *world) close() {
	if w.server != nil {
		if err := w.server.stop(); err != nil {
			fmt.Fprintln(os.Stderr, "stop mlsd:", err)
		}
	}
	if w.plc != nil {
		w.plc.Close()
	}
	if w.pool != nil {
		w.pool.Close()
	}
	if w.pg != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := w.pg.Stop(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "stop PostgreSQL:", err)
		}
	}
	if err := os.RemoveAll(w.dir); err != nil {
		fmt.Fprintln(os.Stderr, "clean up:", err)
	}
}

// did of the service under test, and addr, where it listens.
func (w *world) did() string  { return w.server.serviceDID }
func (w *world) addr() string { return w.server.addr() }

// restart puts a new process in the place of the instance under test.
func (w *world) restart(ctx context.Context) (time.Duration, error) {
	old := w.server
	w.server = nil
	if err := old.stop(); err != nil {
		return 0, err
	}
	in, took, err := w.startInstance(ctx)
	w.server = in
	return took, err
}

// postmaster is the process id of PostgreSQL: the parent of any of its backends.
func (w *world) postmaster(ctx context.Context) (int, error) {
	var backend int
	if err := w.pool.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&backend); err != nil {
		return 0, err
	}
	s, err := readStat(strconv.Itoa(backend))
	return s.parent, err
}
