package dbtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db/migrations"
	"catbird.blue/mls/internal/pgembed"
)

// Cluster is a PostgreSQL cluster of the test's own, with the schema in the
// database of its URL: one that can be killed, copied, and have standbys. It
// ends with the test.
type Cluster struct {
	// Dir is its data directory, as pgembed has it.
	Dir string

	t        testing.TB
	settings map[string]string
	server   *pgembed.Server
}

// StartCluster makes a cluster with settings of postgresql.conf.
func StartCluster(t testing.TB, settings map[string]string) *Cluster {
	t.Helper()
	c := StartFiles(t, filepath.Join(Dir(t), "pg"), settings)
	if _, err := migrations.Up(context.Background(), c.URL()); err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	return c
}

// StartFiles runs the cluster in the files of a data directory, such as those
// of Backup and CopyFiles.
func StartFiles(t testing.TB, dir string, settings map[string]string) *Cluster {
	t.Helper()
	c := &Cluster{Dir: dir, t: t, settings: map[string]string{"wal_level": "replica", "max_wal_senders": "4"}}
	for k, v := range settings {
		c.settings[k] = v
	}
	c.Start()
	t.Cleanup(c.Kill)
	return c
}

// Dir is a directory that is gone when the test ends, and that the account
// which runs PostgreSQL for root can write to and pass through.
func Dir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "mls-pg-")
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // what is left of it is temporary
	if err := os.Chmod(dir, 0o777|os.ModeSticky); err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	return dir
}

// Start starts the cluster again where it was stopped or killed.
func (c *Cluster) Start() {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s, err := pgembed.Start(ctx, pgembed.Options{DataDir: c.Dir, Volatile: true, Settings: c.settings})
	if err != nil {
		c.t.Fatalf("dbtest: %v", err)
	}
	c.server = s
}

// Stop shuts the cluster down in good order.
func (c *Cluster) Stop() {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := c.server.Stop(ctx); err != nil {
		c.t.Fatalf("dbtest: %v", err)
	}
}

// Kill ends all processes of the cluster at once, as a crash of its machine
// does.
func (c *Cluster) Kill() {
	c.t.Helper()
	select {
	case <-c.server.Done():
	default:
		sessions := c.sessions()
		b, err := os.ReadFile(filepath.Join(c.Dir, "cluster", "postmaster.pid"))
		if err != nil {
			c.t.Fatalf("dbtest: %v", err)
		}
		line, _, _ := strings.Cut(string(b), "\n")
		pid, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			c.t.Fatalf("dbtest: %v", err)
		}
		// Sessions would notice by themselves, but may answer once more.
		for _, pid := range append([]int{pid}, sessions...) {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may end by itself
		}
		<-c.server.Done()
	}
	_ = c.server.Stop(context.Background()) // lets go of the lock; that it was killed is no news
}

// sessions are the processes of the cluster beside the first one, as far as it
// answers.
func (c *Cluster) sessions() []int {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.URL())
	if err != nil {
		return nil
	}
	defer func() { _ = conn.Close(ctx) }() // its work is done
	rows, err := conn.Query(ctx, "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
	if err != nil {
		return nil
	}
	pids, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		return nil
	}
	return pids
}

// URL is the connection string.
func (c *Cluster) URL() string { return c.server.URL(pgembed.Database) }

// SocketDir is what to give as host.
func (c *Cluster) SocketDir() string { return c.server.SocketDir }

// Exec runs a statement on the cluster, on a connection of its own.
func (c *Cluster) Exec(sql string) {
	c.t.Helper()
	conn := c.connect()
	defer func() { _ = conn.Close(context.Background()) }() // its work is done
	if _, err := conn.Exec(context.Background(), sql); err != nil {
		c.t.Fatalf("dbtest: %s: %v", sql, err)
	}
}

// Await waits until a condition holds on the cluster.
func (c *Cluster) Await(condition string) {
	c.t.Helper()
	conn := c.connect()
	defer func() { _ = conn.Close(context.Background()) }() // its work is done
	var holds bool
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if err := conn.QueryRow(context.Background(), "SELECT "+condition).Scan(&holds); err != nil {
			c.t.Fatalf("dbtest: %s: %v", condition, err)
		}
		if holds {
			return
		}
	}
	c.t.Fatalf("dbtest: it does not come to %s", condition)
}

func (c *Cluster) connect() *pgx.Conn {
	c.t.Helper()
	conn, err := pgx.Connect(context.Background(), c.URL())
	if err != nil {
		c.t.Fatalf("dbtest: %v", err)
	}
	return conn
}

// Backup takes a base backup of the running cluster, with further arguments for
// pg_basebackup, and gives its data directory.
func (c *Cluster) Backup(args ...string) string {
	c.t.Helper()
	found, err := pgembed.FindClient(context.Background(), c.server.Major)
	if err != nil {
		c.t.Fatalf("dbtest: %v", err)
	}
	dir := filepath.Join(Dir(c.t), "pg")
	shell(c.t, filepath.Join(found.BinDir, "pg_basebackup"), append([]string{"-h", c.SocketDir(), "-U", pgembed.User, "--no-password",
		"--checkpoint=fast", "--no-sync", "--no-manifest", "-D", filepath.Join(dir, "cluster")}, args...)...)
	// The backup belongs to who took it.
	shell(c.t, "chown", "-R", "--reference="+c.Dir, dir)
	return dir
}

// CopyFiles copies the files of a cluster that does not run.
func CopyFiles(t testing.TB, dir string) string {
	t.Helper()
	to := filepath.Join(Dir(t), "pg")
	shell(t, "cp", "-a", dir, to)
	return to
}

func shell(t testing.TB, name string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if out, err := exec.CommandContext(ctx, name, args...).CombinedOutput(); err != nil {
		t.Fatalf("dbtest: %v", fmt.Errorf("%s: %w\n%s", filepath.Base(name), err, out))
	}
}

// Standby starts one that follows the cluster, with these settings.
func (c *Cluster) Standby(settings map[string]string) *Cluster {
	c.t.Helper()
	s := StartFiles(c.t, c.Backup("--write-recovery-conf", "--wal-method=stream"), settings)
	c.Await("EXISTS (SELECT FROM pg_stat_replication WHERE state = 'streaming')")
	return s
}

// Promote makes a standby the primary.
func (c *Cluster) Promote() {
	c.t.Helper()
	c.Exec("SELECT pg_promote()")
	c.Await("NOT pg_is_in_recovery()")
}

// Recover starts a backup at the moment of a restore point, from an archive of
// the write-ahead log.
func Recover(t testing.TB, backup, archive, point string, settings map[string]string) *Cluster {
	t.Helper()
	signal := filepath.Join(backup, "cluster", "recovery.signal")
	if err := os.WriteFile(signal, nil, 0o644); err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	all := map[string]string{"restore_command": "cp " + archive + "/%f %p", "recovery_target_name": point, "recovery_target_action": "promote"}
	for k, v := range settings {
		all[k] = v
	}
	shell(t, "chown", "--reference="+backup, signal)
	c := StartFiles(t, backup, all)
	c.Await("NOT pg_is_in_recovery()")
	return c
}
