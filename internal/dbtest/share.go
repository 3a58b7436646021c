package dbtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/internal/pgembed"
)

// A keeper process runs the private server. It is a test binary that was started
// again with envKeeper set, so that the server outlives the test process that
// needed it first. Two file locks in a directory of the account coordinate the
// processes:
//
//	start   held while a process looks for the server, starts it or ends it
//	users   held shared by every process that uses the server; a process that
//	        gets it exclusively knows that nobody uses the server
//
// The kernel releases both locks when the process ends, whatever the reason.
const (
	envKeeper = "MLS_DBTEST_KEEPER_DIR"
	// idle is how long the keeper waits for another user before it ends.
	idle = 10 * time.Second
)

// init turns this process into the keeper if envKeeper is set. This happens
// before any test runs and before flags are parsed.
func init() {
	dir := os.Getenv(envKeeper)
	if dir == "" {
		return
	}
	if err := keep(dir, idle); err != nil {
		_ = os.WriteFile(filepath.Join(dir, "error"), []byte(err.Error()), 0o600) // join reads it
		os.Exit(1)
	}
	os.Exit(0)
}

// held keeps the lock file of the users open, so that it stays locked until the
// process ends.
var held []*os.File

// join makes this process a user of the account's server and returns the
// server's connection string. It starts the server if it is not running.
func join() (string, error) {
	dir, err := shareDir()
	if err != nil {
		return "", err
	}
	start, err := flock(filepath.Join(dir, "start"), syscall.LOCK_EX)
	if err != nil {
		return "", err
	}
	defer start.Close()
	users, err := flock(filepath.Join(dir, "users"), syscall.LOCK_SH)
	if err != nil {
		return "", err
	}
	held = append(held, users)
	if url, err := running(dir); err == nil {
		return url, nil
	}
	return startKeeper(dir)
}

// shareDir returns the directory of the account below the temporary directory.
// The account that runs PostgreSQL in place of root can reach it there.
func shareDir() (string, error) {
	// Tests with different versions of PostgreSQL in PATH have servers of their own.
	found, err := pgembed.Find(context.Background(), 0)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("mls-dbtest-%d-%d", os.Geteuid(), found.Major))
	if err := os.Mkdir(dir, 0o711); err != nil && !errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("directory of the shared test server: %w", err)
	}
	st, err := os.Lstat(dir)
	if err != nil {
		return "", fmt.Errorf("directory of the shared test server: %w", err)
	}
	if sys, ok := st.Sys().(*syscall.Stat_t); !st.IsDir() || !ok || int(sys.Uid) != os.Geteuid() {
		return "", fmt.Errorf("%s belongs to somebody else; remove it, or set %s", dir, envURL)
	}
	return dir, nil
}

func flock(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock of the shared test server: %w", err)
	}
	for {
		err = syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("lock of the shared test server: %w", err)
	}
	return f, nil
}

// running returns the connection string of the server if it answers.
func running(dir string) (string, error) {
	b, err := os.ReadFile(filepath.Join(dir, "url"))
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, string(b))
	if err != nil {
		return "", err
	}
	return string(b), conn.Close(ctx)
}

func startKeeper(dir string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("starting the shared test server: %w", err)
	}
	for _, name := range []string{"url", "error"} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return "", fmt.Errorf("starting the shared test server: %w", err)
		}
	}
	// The keeper does not inherit the output files, because go test waits until
	// all writers have closed them.
	cmd := exec.CommandContext(context.Background(), self)
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), envKeeper+"="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("starting the shared test server: %w", err)
	}
	defer func() { _ = cmd.Process.Release() }()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if url, err := running(dir); err == nil {
			return url, nil
		}
		// Poll instead of waiting in a goroutine: such a goroutine would live
		// as long as this process, and leak detectors in tests would report it.
		var status syscall.WaitStatus
		if pid, err := syscall.Wait4(cmd.Process.Pid, &status, syscall.WNOHANG, nil); err == nil && pid > 0 {
			why, _ := os.ReadFile(filepath.Join(dir, "error"))
			return "", fmt.Errorf("the shared test server did not start: %s", why)
		}
	}
	return "", errors.New("the shared test server does not start")
}

// keep runs the server until nobody has used it for the time idle, then removes
// it.
func keep(dir string, idle time.Duration) error {
	s, err := startFresh(dir)
	if err != nil {
		return err
	}
	urlFile := filepath.Join(dir, "url")
	if err := os.WriteFile(urlFile+".new", []byte(s.URL("postgres")), 0o600); err != nil {
		return err
	}
	if err := os.Rename(urlFile+".new", urlFile); err != nil {
		return err
	}
	var since time.Time
	for {
		select {
		case <-s.Done():
			return errors.New("the server ended")
		case <-time.After(min(time.Second, idle)):
		}
		switch {
		case used(dir):
			since = time.Time{}
		case since.IsZero():
			since = time.Now()
		case time.Since(since) >= idle:
			if ended, err := end(dir, s); ended || err != nil {
				return err
			}
		}
	}
}

// startFresh starts the server on the data that a killed keeper may have left.
// If that fails, it removes the data and starts on a new cluster.
func startFresh(dir string) (*pgembed.Server, error) {
	o := pgembed.Options{
		DataDir: filepath.Join(dir, "pg"), Volatile: true,
		Settings: map[string]string{"max_connections": "400", "shared_buffers": "128MB"},
	}
	s, err := pgembed.Start(context.Background(), o)
	if err == nil || errors.Is(err, pgembed.ErrInUse) || errors.Is(err, pgembed.ErrNotInstalled) {
		return s, err
	}
	real, _ := filepath.EvalSymlinks(o.DataDir)
	if err := errors.Join(os.RemoveAll(real), os.RemoveAll(o.DataDir)); err != nil {
		return nil, err
	}
	return pgembed.Start(context.Background(), o)
}

// used reports whether any process holds the users lock.
func used(dir string) bool {
	f, err := flock(filepath.Join(dir, "users"), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		return true
	}
	f.Close()
	return false
}

// end stops the server and removes its data, unless a process has become a user
// in the meantime.
func end(dir string, s *pgembed.Server) (bool, error) {
	start, err := flock(filepath.Join(dir, "start"), syscall.LOCK_EX)
	if err != nil {
		return false, err
	}
	defer start.Close()
	if used(dir) {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	err = s.Stop(ctx)
	return true, errors.Join(err, removeServer(dir, s.DataDir))
}

// removeServer removes everything except the two lock files. They must stay the
// same files, otherwise two processes could hold the same lock.
func removeServer(dir, dataDir string) error {
	return errors.Join(os.RemoveAll(dataDir), os.RemoveAll(filepath.Join(dir, "pg")),
		os.Remove(filepath.Join(dir, "pg.lock")), os.Remove(filepath.Join(dir, "url")))
}
