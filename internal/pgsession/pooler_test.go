package pgsession_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	osexec "os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db/migrations"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/internal/freeport"
	"catbird.blue/mls/internal/pgsession"
)

// TestPoolerInSessionMode: behind pgbouncer in session mode, every setting is in
// force, whether the operator told pgbouncer to ignore our parameters or not.
func TestPoolerInSessionMode(t *testing.T) {
	for name, more := range map[string]string{
		"as installed":       "",
		"parameters ignored": "ignore_startup_parameters = statement_timeout,lock_timeout,idle_in_transaction_session_timeout,random_page_cost,extra_float_digits,options",
		"two sessions":       "default_pool_size = 2",
	} {
		t.Run(name, func(t *testing.T) {
			url := pgbouncer(t, "session", more)
			if err := pgsession.RefuseTransactionMode(t.Context(), url); err != nil {
				t.Fatal(err)
			}
			if names, err := migrations.Up(t.Context(), url); err != nil || len(names) == 0 {
				t.Fatalf("migrations: %v, %v", names, err)
			}
			p, err := pool(t, with(url, "pool_max_conns=2"))
			if err != nil {
				t.Fatal(err)
			}
			var timeout, cost, sync string
			if err := p.QueryRow(t.Context(), `SELECT current_setting('statement_timeout'), current_setting('random_page_cost'),
				current_setting('synchronous_commit')`).Scan(&timeout, &cost, &sync); err != nil {
				t.Fatal(err)
			}
			if timeout != "30s" || cost != "1.1" || sync != "on" {
				t.Errorf("statement_timeout %s, random_page_cost %s, synchronous_commit %s", timeout, cost, sync)
			}
		})
	}
}

// TestPoolerInTransactionMode is refused with the reason, although each of its
// connections answers.
func TestPoolerInTransactionMode(t *testing.T) {
	for _, mode := range []string{"transaction", "statement"} {
		for _, more := range []string{"", "server_round_robin = 1\nmin_pool_size = 3"} {
			url := pgbouncer(t, mode, more)
			err := pgsession.RefuseTransactionMode(t.Context(), url)
			if !errors.Is(err, pgsession.ErrTransactionMode) || !strings.Contains(err.Error(), "pool_mode=session") {
				t.Errorf("%s mode (%s): %v", mode, more, err)
			}
		}
	}
}

func TestNoPooler(t *testing.T) {
	if err := pgsession.RefuseTransactionMode(t.Context(), dbtest.Empty(t)); err != nil {
		t.Error(err)
	}
}

// pgbouncer starts a pooler in front of an empty database, and returns its URL.
func pgbouncer(t *testing.T, mode, more string) string {
	t.Helper()
	bin, err := osexec.LookPath("pgbouncer")
	if err != nil {
		if bin, err = osexec.LookPath("/usr/sbin/pgbouncer"); err != nil {
			t.Fatal("this test needs pgbouncer in PATH; install it with: sudo apt-get install pgbouncer (or brew install pgbouncer)")
		}
	}
	cfg, err := pgx.ParseConfig(dbtest.Empty(t))
	if err != nil {
		t.Fatal(err)
	}
	port, err := freeport.Port()
	if err != nil {
		t.Fatal(err)
	}
	dir := dbtest.Dir(t)
	file := filepath.Join(dir, "pgbouncer.ini")
	server := fmt.Sprintf("host='%s' port=%d dbname='%s' user='%s'", cfg.Host, cfg.Port, cfg.Database, cfg.User)
	if cfg.Password != "" {
		server += " password='" + cfg.Password + "'"
	}
	ini := fmt.Sprintf("[databases]\nmls = %s\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = %s\nunix_socket_dir =\nauth_type = any\npool_mode = %s\n%s\n",
		server, port, mode, more)
	if err := os.WriteFile(file, []byte(ini), 0o644); err != nil { // another account reads it
		t.Fatal(err)
	}
	cmd := osexec.CommandContext(t.Context(), bin, file)
	cmd.SysProcAttr = unprivileged(t)
	var log strings.Builder
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // the clean-up kills it
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		if t.Failed() {
			t.Log(log.String())
		}
	})
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			_ = conn.Close() // it listens
			break
		}
		select {
		case <-ended:
			t.Fatal("pgbouncer ended")
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("pgbouncer does not start: %v", err)
		}
	}
	return "postgres://mls@127.0.0.1:" + port + "/mls?sslmode=disable"
}

// unprivileged runs a program that refuses to be root as the account that runs
// PostgreSQL for root, which may use its socket.
func unprivileged(t *testing.T) *syscall.SysProcAttr {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "_postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	t.Fatal("no account runs pgbouncer for root")
	return nil
}
