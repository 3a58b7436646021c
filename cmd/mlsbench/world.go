package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/pgembed"
	"catbird.blue/mls/server/auth/authtest"
)

// world is what a benchmark runs in: a durable PostgreSQL of its own, a PLC
// directory, and the real binary, all on loopback and gone afterwards.
type world struct {
	dir      string
	pg       *pgembed.Server
	pool     *pgxpool.Pool
	plc      *authtest.PLC
	accounts []*authtest.Account
	port     int
	server   *exec.Cmd
	log      *os.File
}

// poolSize is the connections of the server, and of pgbench beside it.
const poolSize = 16

func newWorld(ctx context.Context, accounts int) (w *world, err error) {
	dir, err := os.MkdirTemp("", "mlsbench")
	if err != nil {
		return nil, err
	}
	w = &world{dir: dir}
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
	if w.log, err = os.Create(filepath.Join(dir, "mlsd.log")); err != nil {
		return nil, err
	}
	return w, nil
}

func (w *world) close() {
	if w.server != nil {
		if err := w.stopServer(); err != nil {
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
func (w *world) did() string  { return fmt.Sprintf("did:web:localhost%%3A%d", w.port) }
func (w *world) addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(w.port)) }

// startServer starts the binary and gives the time until it is ready.
func (w *world) startServer(ctx context.Context, binary string) (time.Duration, error) {
	free, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	w.port = free.Addr().(*net.TCPAddr).Port
	free.Close()

	w.server = exec.CommandContext(ctx, binary, "serve")
	w.server.Env = append(withoutOurs(os.Environ()),
		"SERVER_PORT="+strconv.Itoa(w.port),
		"DATABASE_URL="+w.pg.URL(pgembed.Database),
		"MLS_DATA_DIR="+filepath.Join(w.dir, "data"),
		"MLS_PLC_URL="+w.plc.URL,
		"MLS_DEV=true",
		"MLS_METRICS_LISTEN=127.0.0.1:0",
		"MLS_DB_CONNECTIONS="+strconv.Itoa(poolSize),
		"MLS_RATE_LIMITS=off",
	)
	w.server.Stdout, w.server.Stderr = w.log, w.log
	start := time.Now()
	if err := w.server.Start(); err != nil {
		return 0, err
	}
	for time.Since(start) < 30*time.Second {
		if w.ready(ctx) {
			return time.Since(start), nil
		}
		time.Sleep(2 * time.Millisecond)
	}
	return 0, fmt.Errorf("the server was not ready within 30 s; its log: %s", w.serverLog())
}

func (w *world) ready(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+w.addr()+"/health/ready", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return err == nil && res.StatusCode == http.StatusOK
}

func (w *world) serverLog() string {
	b, err := os.ReadFile(w.log.Name())
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-2000):])
}

func (w *world) stopServer() error {
	defer func() { w.server = nil }()
	if err := w.server.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	err := w.server.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return fmt.Errorf("mlsd ended with %s: %s", exit.ProcessState, w.serverLog())
	}
	return err
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

// withoutOurs drops what would configure the server from outside.
func withoutOurs(env []string) []string {
	var out []string
	for _, e := range env {
		if name, _, _ := strings.Cut(e, "="); !strings.HasPrefix(name, "MLS_") && name != "DATABASE_URL" && name != "REDIS_URL" && name != "SERVICE_DID" {
			out = append(out, e)
		}
	}
	return out
}
