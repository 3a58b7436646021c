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

// Cluster is a PostgreSQL cluster that belongs to one test, with the schema in
// the database of its URL. Unlike the shared server it can be killed and
// copied, and can have standbys. It is removed when the test ends.
type Cluster struct {
	// Dir is the data directory in the sense of pgembed.
	Dir string

	t        testing.TB
	settings map[string]string
	server   *pgembed.Server
}

// StartCluster starts a new cluster with the given settings of postgresql.conf.
func StartCluster(t testing.TB, settings map[string]string) *Cluster {
	t.Helper()
	c := StartFiles(t, filepath.Join(Dir(t), "pg"), settings)
	if _, err := migrations.Up(context.Background(), c.URL()); err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	return c
}

// StartFiles starts a cluster on an existing data directory, such as one made
// by Backup or CopyFiles.
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

// Dir creates a directory that is removed when the test ends. The account that
// runs PostgreSQL in place of root can write to it and reach it.
func Dir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "mls-pg-")
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // best effort; the directory is temporary
	if err := os.Chmod(dir, 0o777|os.ModeSticky); err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	return dir
}

// Start starts the cluster again after Stop or Kill.
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

// Stop shuts the cluster down cleanly.
func (c *Cluster) Stop() {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := c.server.Stop(ctx); err != nil {
		c.t.Fatalf("dbtest: %v", err)
	}
}

// Kill kills all processes of the cluster at once, as a crash of the machine
// would.
func (c *Cluster) Kill() {
	c.t.Helper()
	select {
	case <-c.server.Done():
	default:
		c.killAll(c.postmaster())
		<-c.server.Done()
	}
	_ = c.server.Stop(context.Background()) // releases the lock; its error only says that the server was killed
}

// killAll kills the postmaster and every process that it has started. One that
// was left could answer one more query, or wait for ever for a lock in shared
// memory that a killed one held; no new postmaster starts meanwhile. A stopped
// postmaster starts no process that the list would not have.
func (c *Cluster) killAll(postmaster int) {
	c.t.Helper()
	if err := halt(postmaster); err != nil {
		c.t.Fatalf("dbtest: stopping the postmaster: %v", err)
	}
	pids, err := children(postmaster)
	if err != nil {
		c.t.Errorf("dbtest: the processes of PostgreSQL: %v", err)
	}
	for _, pid := range append(pids, postmaster) {
		_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended already
	}
}

// postmaster returns the process id of the postmaster.
func (c *Cluster) postmaster() int {
	c.t.Helper()
	b, err := os.ReadFile(filepath.Join(c.Dir, "cluster", "postmaster.pid"))
	if err != nil {
		c.t.Fatalf("dbtest: %v", err)
	}
	line, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		c.t.Fatalf("dbtest: %v", err)
	}
	return pid
}

// pids reads process ids that white space separates.
func pids(text []byte) ([]int, error) {
	var all []int
	for _, field := range strings.Fields(string(text)) {
		pid, err := strconv.Atoi(field)
		if err != nil {
			return nil, fmt.Errorf("process id: %w", err)
		}
		all = append(all, pid)
	}
	return all, nil
}

// URL returns the connection string.
func (c *Cluster) URL() string { return c.server.URL(pgembed.Database) }

// SocketDir returns the directory to use as host in a connection string.
func (c *Cluster) SocketDir() string { return c.server.SocketDir }

// Exec runs a statement on a new connection.
func (c *Cluster) Exec(sql string) {
	c.t.Helper()
	conn := c.connect()
	defer func() { _ = conn.Close(context.Background()) }() // nothing depends on how it closes
	if _, err := conn.Exec(context.Background(), sql); err != nil {
		c.t.Fatalf("dbtest: %s: %v", sql, err)
	}
}

// Await waits until an SQL condition is true.
func (c *Cluster) Await(condition string) {
	c.t.Helper()
	conn := c.connect()
	defer func() { _ = conn.Close(context.Background()) }() // nothing depends on how it closes
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

// Backup takes a base backup of the running cluster and returns its data
// directory. args are further arguments for pg_basebackup.
func (c *Cluster) Backup(args ...string) string {
	c.t.Helper()
	found, err := pgembed.FindClient(context.Background(), c.server.Major)
	if err != nil {
		c.t.Fatalf("dbtest: %v", err)
	}
	dir := filepath.Join(Dir(c.t), "pg")
	shell(c.t, filepath.Join(found.BinDir, "pg_basebackup"), append([]string{"-h", c.SocketDir(), "-U", pgembed.User, "--no-password",
		"--checkpoint=fast", "--no-sync", "--no-manifest", "-D", filepath.Join(dir, "cluster")}, args...)...)
	// The files belong to the account that ran pg_basebackup.
	shell(c.t, "chown", "-R", "--reference="+c.Dir, dir)
	return dir
}

// CopyFiles copies the data directory of a cluster that is not running.
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

// Standby starts a standby that follows the cluster, with the given settings.
func (c *Cluster) Standby(settings map[string]string) *Cluster {
	c.t.Helper()
	s := StartFiles(c.t, c.Backup("--write-recovery-conf", "--wal-method=stream"), settings)
	c.Await("EXISTS (SELECT FROM pg_stat_replication WHERE state = 'streaming')")
	return s
}

// Promote promotes a standby to primary.
func (c *Cluster) Promote() {
	c.t.Helper()
	c.Exec("SELECT pg_promote()")
	c.Await("NOT pg_is_in_recovery()")
}

// Recover starts a backup and recovers it up to a restore point, from an
// archive of the write-ahead log.
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
