// Package pgembed runs a private PostgreSQL server from the programs installed
// on the machine. The server listens on a Unix socket inside its data
// directory, which only its own account can enter. It lives as long as the
// process that started it.
package pgembed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// User is the superuser of a private server. Database is the database that
// Start creates if it is missing.
const (
	User     = "mls"
	Database = "mls"
)

// Options configure the server.
type Options struct {
	// DataDir is the directory for the cluster, the server's log and its
	// socket. It is created if it is missing; its parent must exist.
	DataDir string
	// Volatile makes the server faster and not durable: nothing is synced to
	// disk, so that a crash of the machine loses the data. For tests.
	Volatile bool
	// Settings are configuration parameters that override those of this
	// package.
	Settings map[string]string
	// Restored is set for a cluster that Create made. Its database is not
	// created, and its server may be in recovery when Start returns.
	Restored *Restored
	// StartLimit is how long the start may take, since crash recovery may take
	// long. 0 means a minute.
	StartLimit time.Duration
	// Log receives messages for the user, for example that a directory had to
	// be moved. nil discards them.
	Log *slog.Logger
}

// Server is a running PostgreSQL.
type Server struct {
	// DataDir is the absolute path of the data directory without links.
	DataDir string
	// SocketDir is the directory of the Unix socket.
	SocketDir string
	// Major is the major version of the server.
	Major int

	role    string
	cmd     *exec.Cmd
	lock    *os.File
	tempDir string
	done    chan struct{}
	waitErr error
}

// port is only a part of the socket's file name: the server does not listen on
// TCP.
const port = "5432"

// maxSocketPath is the length, without the final NUL, that fits into the
// smallest sockaddr_un in use, which is that of macOS.
const maxSocketPath = 103

// Start creates the data directory if necessary, starts the server and returns
// when it accepts connections. Only one process at a time may run a data
// directory; a second one gets ErrInUse. If a killed process left a server
// running, Start stops that server first. ctx limits the start, not the life of
// the server.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	dir, err := filepath.Abs(o.DataDir)
	if err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	s, err := start(ctx, dir, o)
	if err != nil {
		lock.Close()
		return nil, err
	}
	s.lock = lock
	return s, nil
}

func start(ctx context.Context, dir string, o Options) (*Server, error) {
	id, err := pickIdentity()
	if err != nil {
		return nil, err
	}
	if dir, err = settle(dir, id, o.Log); err != nil {
		return nil, err
	}
	cluster := filepath.Join(dir, "cluster")
	major, err := clusterMajor(cluster)
	if err != nil {
		return nil, err
	}
	inst, err := Find(ctx, major)
	if err != nil {
		return nil, err
	}
	if major == 0 {
		err = initCluster(ctx, inst, id, cluster, o.Volatile)
	} else {
		err = reclaim(ctx, cluster)
	}
	if err != nil {
		return nil, err
	}
	if o.Restored != nil {
		if o.Settings, err = restoredSettings(dir, id, o); err != nil {
			return nil, err
		}
	}
	for until := time.Now().Add(orphansEnd); ; {
		s := &Server{DataDir: dir, Major: inst.Major, role: User, done: make(chan struct{})}
		if o.Restored != nil {
			s.role = o.Restored.Role
		}
		if err := s.pickSocketDir(id); err != nil {
			return nil, err
		}
		err := s.launch(ctx, inst, id, o)
		if err == nil {
			return s, nil
		}
		s.removeTemp()
		if !strings.Contains(err.Error(), memoryInUse) || time.Now().After(until) || ctx.Err() != nil {
			return nil, err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// After the postmaster is killed, its sessions end when they notice, and hold
// the shared memory until then. PostgreSQL refuses to start meanwhile, with one
// of these messages.
const (
	memoryInUse = "pre-existing shared memory block"
	orphansEnd  = 20 * time.Second
)

// pickSocketDir chooses the data directory itself, which has the right owner
// and mode. It chooses a temporary directory if that path is too long for a
// socket address, or if it contains a comma, which separates two paths in
// unix_socket_directories and in connection strings.
func (s *Server) pickSocketDir(id identity) error {
	s.SocketDir = s.DataDir
	if len(filepath.Join(s.DataDir, ".s.PGSQL."+port)) <= maxSocketPath && !strings.Contains(s.DataDir, ",") {
		return nil
	}
	tmp, err := os.MkdirTemp("/tmp", "mls-pg-")
	if err != nil {
		return fmt.Errorf("making a directory for the socket: %w", err)
	}
	s.SocketDir, s.tempDir = tmp, tmp
	return id.own(tmp)
}

func (s *Server) removeTemp() {
	if s.tempDir != "" {
		_ = os.RemoveAll(s.tempDir) // it contains at most a socket
	}
}

// launch starts the postmaster and waits until it answers.
func (s *Server) launch(ctx context.Context, inst Install, id identity, o Options) error {
	logFile, err := openLog(filepath.Join(s.DataDir, "server.log"), id)
	if err != nil {
		return err
	}
	defer logFile.Close()
	from, err := logFile.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("server log: %w", err)
	}
	// The process must outlive ctx, which limits only the start. Stop ends it.
	cmd := exec.CommandContext(context.WithoutCancel(ctx), filepath.Join(inst.BinDir, "postgres"), arguments(filepath.Join(s.DataDir, "cluster"), s.SocketDir, o)...)
	cmd.Dir, cmd.Env = "/", environment()
	cmd.Stdout, cmd.Stderr = logFile, logFile
	cmd.SysProcAttr = id.sysProcAttr()
	started := make(chan error)
	go func() {
		// The kernel ties the signal of dieWithParent to this thread, so the
		// thread must live as long as the server.
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			s.waitErr = cmd.Wait()
			close(s.done)
		}
		runtime.UnlockOSThread()
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("starting PostgreSQL: %w", err)
	}
	s.cmd = cmd
	if err := s.ready(ctx, o); err != nil {
		err = fmt.Errorf("%w%s", err, logTail(logFile.Name(), from))
		stopCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return errors.Join(err, s.halt(stopCtx))
	}
	return nil
}

// ready waits until the server accepts connections, and creates Database if it
// is missing.
func (s *Server) ready(ctx context.Context, o Options) error {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(o.StartLimit, time.Minute))
	defer cancel()
	database := "postgres"
	if o.Restored != nil {
		database = o.Restored.Database
	}
	for {
		conn, err := pgx.Connect(ctx, s.URL(database))
		if err == nil && o.Restored != nil {
			return conn.Close(ctx)
		}
		if err == nil {
			defer func() { _ = conn.Close(ctx) }()
			return ensureDatabase(ctx, conn)
		}
		select {
		case <-s.done:
			return fmt.Errorf("PostgreSQL ended while starting: %w", s.exit())
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL does not answer: %w", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func ensureDatabase(ctx context.Context, conn *pgx.Conn) error {
	var exists bool
	err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", Database).Scan(&exists)
	if err != nil {
		return fmt.Errorf("looking for the database: %w", err)
	}
	if exists {
		return nil
	}
	// A standby that commits wait for can be started only later.
	if _, err := conn.Exec(ctx, "SET synchronous_commit = local"); err != nil {
		return fmt.Errorf("making the database: %w", err)
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{Database}.Sanitize()); err != nil {
		return fmt.Errorf("making the database: %w", err)
	}
	return nil
}

// URL returns the connection string of a database on the server, in the form
// that both pgx and PostgreSQL's programs read. They do not decode a plus sign
// as a space.
func (s *Server) URL(database string) string {
	q := url.Values{"host": {s.SocketDir}, "port": {port}, "user": {cmp.Or(s.role, User)}, "sslmode": {"disable"}}
	return "postgres:///" + url.PathEscape(database) + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}

// Done returns a channel that is closed when the server has ended for any
// reason.
func (s *Server) Done() <-chan struct{} { return s.done }

// Stop stops the server with a fast shutdown: open transactions are rolled
// back, and everything committed is on disk. If ctx ends first, it continues
// with an immediate shutdown, after which the next start recovers from the
// write-ahead log. Stop may be called more than once.
func (s *Server) Stop(ctx context.Context) error {
	err := s.halt(ctx)
	s.removeTemp()
	if s.lock != nil {
		s.lock.Close()
	}
	return err
}

func (s *Server) halt(ctx context.Context) error {
	if err := s.signal(syscall.SIGINT); err != nil {
		return err
	}
	select {
	case <-s.done:
	case <-ctx.Done():
		if err := s.signal(syscall.SIGQUIT); err != nil {
			return err
		}
		<-s.done
	}
	var exit *exec.ExitError
	if errors.As(s.waitErr, &exit) {
		return fmt.Errorf("PostgreSQL ended badly: %w", exit)
	}
	return nil
}

// exit returns the error with which the server ended.
func (s *Server) exit() error {
	if s.waitErr != nil {
		return s.waitErr
	}
	return errors.New("without an error")
}

func (s *Server) signal(sig syscall.Signal) error {
	err := s.cmd.Process.Signal(sig)
	if err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stopping PostgreSQL: %w", err)
	}
	return nil
}

// environment removes variables that would change how the server runs, such as
// PGDATA or a locale.
func environment() []string {
	env := []string{"LC_ALL=C", "TZ=UTC", "HOME=/"}
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		switch name {
		case "PATH", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH":
			env = append(env, kv)
		}
	}
	return env
}
