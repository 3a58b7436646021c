package pgembed

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"
)

// reachable creates a directory that other accounts can enter, unlike the
// directories of testing.T.
func reachable(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pgembed-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

var modelDir string

// model is a cluster that was created once. Tests copy it, which is faster than
// creating a new one.
var model = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "pgembed-")
	if err != nil {
		return "", err
	}
	modelDir = dir
	if err := os.Chmod(dir, 0o711); err != nil {
		return "", err
	}
	s, err := Start(context.Background(), Options{DataDir: filepath.Join(dir, "pg"), Volatile: true})
	if err != nil {
		return "", err
	}
	return dir, s.Stop(context.Background())
})

func TestMain(m *testing.M) {
	code := m.Run()
	if modelDir != "" {
		os.RemoveAll(modelDir)
	}
	os.Exit(code)
}

// copied returns a data directory with a copy of model.
func copied(t *testing.T) string {
	t.Helper()
	from, err := model()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(reachable(t), "pg")
	if out, err := exec.Command("cp", "-a", filepath.Join(from, "pg"), dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return dir
}

func mustStart(t *testing.T, o Options) *Server {
	t.Helper()
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, s) })
	return s
}

func stop(t *testing.T, s *Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func query(t *testing.T, s *Server, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.URL(Database))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var out string
	if err := conn.QueryRow(t.Context(), sql).Scan(&out); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return out
}

func exec1(t *testing.T, s *Server, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.URL(Database))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func TestDataSurvivesRestart(t *testing.T) {
	defer goleak.VerifyNone(t)
	dir := filepath.Join(reachable(t), "pg")
	s, err := Start(t.Context(), Options{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	exec1(t, s, "CREATE TABLE t AS SELECT 7 AS n")
	stop(t, s)
	stop(t, s) // a second Stop does nothing
	began := time.Now()
	s = mustStart(t, Options{DataDir: dir})
	t.Logf("start on an existing directory took %v", time.Since(began))
	if got := query(t, s, "SELECT n::text FROM t"); got != "7" {
		t.Errorf("after a restart the table holds %q", got)
	}
	stop(t, s)
}

func TestDefaultsAreDurableAndPrivate(t *testing.T) {
	s := mustStart(t, Options{DataDir: filepath.Join(reachable(t), "pg")})
	want := map[string]string{
		"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "data_checksums": "on",
		"listen_addresses": "", "server_encoding": "UTF8", "lc_collate": "C", "unix_socket_permissions": "0700",
	}
	for name, value := range want {
		if name == "lc_collate" {
			if got := query(t, s, "SELECT datcollate FROM pg_database WHERE datname = current_database()"); got != value {
				t.Errorf("collation is %q, want %q", got, value)
			}
			continue
		}
		if got := query(t, s, "SELECT current_setting('"+name+"')"); got != value {
			t.Errorf("%s is %q, want %q", name, got, value)
		}
	}
	st, err := os.Stat(s.SocketDir)
	if err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("the socket's directory has mode %v (%v), want 0700", st.Mode(), err)
	}
}

func TestVolatileAndOwnSettings(t *testing.T) {
	s := mustStart(t, Options{DataDir: copied(t), Volatile: true,
		Settings: map[string]string{"max_connections": "37"}})
	if got := query(t, s, "SELECT current_setting('fsync')||current_setting('max_connections')||current_setting('synchronous_commit')"); got != "off37on" {
		t.Errorf("settings are %q", got)
	}
}

func TestLogKeepsClientsSecrets(t *testing.T) {
	s := mustStart(t, Options{DataDir: copied(t), Volatile: true})
	exec1(t, s, "CREATE TABLE k (id text PRIMARY KEY)")
	exec1(t, s, "INSERT INTO k VALUES ('did:plc:secret')")
	conn, err := pgx.Connect(t.Context(), s.URL(Database))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), "INSERT INTO k VALUES ($1)", "did:plc:secret"); err == nil {
		t.Fatal("the duplicate went in")
	}
	b, err := os.ReadFile(filepath.Join(s.DataDir, "server.log"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(b, []byte("secret")) {
		t.Errorf("the server's log names what a client stored:\n%s", b)
	}
}

func TestSecondOnTheSameDirectory(t *testing.T) {
	dir := copied(t)
	s := mustStart(t, Options{DataDir: dir, Volatile: true})
	_, err := Start(t.Context(), Options{DataDir: dir})
	if !errors.Is(err, ErrInUse) {
		t.Fatalf("the second start gave %v", err)
	}
	for _, want := range []string{strconv.Itoa(os.Getpid()), dir, "MLS_DATA_DIR", "DATABASE_URL"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %q: %v", want, err)
		}
	}
	if got := query(t, s, "SELECT 'alive'"); got != "alive" {
		t.Error("the first server suffered")
	}
	stop(t, s)
	stop(t, mustStart(t, Options{DataDir: dir, Volatile: true}))
}

// TestAfterKill leaves a running server behind, as when its parent is killed on
// a system without Pdeathsig. Then it leaves a server behind that was killed
// itself.
func TestAfterKill(t *testing.T) {
	dir := copied(t)
	s, err := Start(t.Context(), Options{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	exec1(t, s, "CREATE TABLE t AS SELECT 'kept'::text AS v")
	s.lock.Close()
	s = mustStart(t, Options{DataDir: dir})
	if got := query(t, s, "SELECT v FROM t"); got != "kept" {
		t.Errorf("after taking over from a left server: %q", got)
	}
	// One of the sessions does not notice the death of the postmaster at once.
	held, err := pgx.Connect(t.Context(), s.URL(Database))
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close(context.Background())
	session := int(held.PgConn().PID())
	if err := syscall.Kill(session, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-s.Done()
	s.lock.Close()
	late := time.AfterFunc(time.Second, func() { _ = syscall.Kill(session, syscall.SIGKILL) })
	defer late.Stop()
	s2 := mustStart(t, Options{DataDir: dir})
	if got := query(t, s2, "SELECT v FROM t"); got != "kept" {
		t.Errorf("after a crash: %q", got)
	}
	stop(t, s2)
	s.lock = nil
	s.waitErr = nil // the test killed it
}

// TestStalePidOfAnotherProcess lets postmaster.pid name a running process that
// has nothing to do with the data directory. That process must not be stopped.
func TestStalePidOfAnotherProcess(t *testing.T) {
	dir := copied(t)
	stop(t, mustStart(t, Options{DataDir: dir, Volatile: true}))
	stranger := exec.Command("sleep", "60")
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	defer stranger.Wait()
	defer stranger.Process.Kill()
	pidFile := filepath.Join(dir, "cluster", "postmaster.pid")
	if err := os.WriteFile(pidFile, []byte(strconv.Itoa(stranger.Process.Pid)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	stop(t, mustStart(t, Options{DataDir: dir, Volatile: true}))
	if err := stranger.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("the stranger is gone: %v", err)
	}
}

func TestUnfinishedInitIsBegunAnew(t *testing.T) {
	dir := filepath.Join(reachable(t), "pg")
	if err := os.MkdirAll(filepath.Join(dir, "cluster.tmp", "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	stop(t, mustStart(t, Options{DataDir: dir, Volatile: true}))
}

func TestFailedStartTellsWhy(t *testing.T) {
	_, err := Start(t.Context(), Options{DataDir: copied(t), Volatile: true,
		Settings: map[string]string{"shared_buffers": "nonsense"}})
	if err == nil || !strings.Contains(err.Error(), "shared_buffers") {
		t.Errorf("the error should carry the server's words: %v", err)
	}
}

func TestDoneTellsOfAnUnexpectedEnd(t *testing.T) {
	s := mustStart(t, Options{DataDir: copied(t), Volatile: true})
	if err := s.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.Done():
	case <-time.After(2 * time.Minute):
		t.Fatal("Done stays open though the server is gone")
	}
}

func TestLongPath(t *testing.T) {
	dir := filepath.Join(reachable(t), strings.Repeat("long-", 20))
	s := mustStart(t, Options{DataDir: dir, Volatile: true})
	if got := query(t, s, "SELECT 'ok'"); got != "ok" {
		t.Error(got)
	}
	if s.SocketDir == s.DataDir {
		t.Fatal("the socket's path is too long to have worked")
	}
	stop(t, s)
	if _, err := os.Stat(s.SocketDir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket's directory stays behind: %v", err)
	}
}

// TestUnusualPath uses directories whose names contain characters with a
// meaning in URLs or in PostgreSQL's settings.
func TestUnusualPath(t *testing.T) {
	for _, name := range []string{"my projects", "a+b%20c", "one, two", "x&y=z#ü"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(reachable(t), name)
			if err := os.Rename(copied(t), dir); err != nil {
				t.Fatal(err)
			}
			s := mustStart(t, Options{DataDir: dir, Volatile: true})
			if got := query(t, s, "SELECT 'ok'"); got != "ok" {
				t.Error(got)
			}
			url, err := RunningURL(dir)
			if err != nil || url != s.URL(Database) {
				t.Errorf("RunningURL gives %s, %v; the server has %s", url, err, s.URL(Database))
			}
		})
	}
}

// TestRootsOwnDirectory starts the server below a directory that only root can
// enter.
func TestRootsOwnDirectory(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("not root: every directory of ours is reachable, so only that is shown")
	}
	base := reachable(t)
	if err := os.Chmod(base, 0o700); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	o := Options{DataDir: filepath.Join(base, "pg"), Volatile: true, Log: slog.New(slog.NewTextHandler(&log, nil))}
	s := mustStart(t, o)
	exec1(t, s, "CREATE TABLE t AS SELECT 'kept'::text AS v")
	stop(t, s)
	if os.Geteuid() == 0 {
		t.Cleanup(func() { os.RemoveAll(s.DataDir) })
		if !strings.Contains(log.String(), s.DataDir) {
			t.Errorf("nobody was told where the data is: %s", log.String())
		}
	}
	s = mustStart(t, o)
	if got := query(t, s, "SELECT v FROM t"); got != "kept" {
		t.Errorf("after a restart: %q", got)
	}
	stop(t, s)
}

func TestUnreachableExistingDirectory(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("not root: the rule has no case")
		return
	}
	base := reachable(t)
	dir := filepath.Join(base, "pg")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(base, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Options{DataDir: dir})
	if err == nil || !strings.Contains(err.Error(), "cannot reach") {
		t.Errorf("got %v", err)
	}
}
