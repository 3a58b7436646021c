package health

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/internal/pgtime"
	"catbird.blue/mls/xrpc"
)

// pool makes a pool with deadlines, whose commits wait for standbys.
func pool(t *testing.T, url string) *pgxpool.Pool {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	cfg.MaxConns = 4
	cfg.ConnConfig.RuntimeParams["synchronous_commit"] = "on"
	pgtime.Apply(cfg, &pgtime.Tracer{})
	p, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// until repeats a check until its error contains a text, "" for success.
func until(t *testing.T, d *Database, text string) {
	t.Helper()
	var err error
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		err = d.run(t.Context())
		if text == "" && err == nil || text != "" && err != nil && strings.Contains(err.Error(), text) {
			return
		}
	}
	t.Fatalf("%v, want %q", err, text)
}

var (
	sending = &xrpc.Call{Method: &xrpc.Method{NSID: "send", Kind: xrpc.Procedure, Rate: xrpc.RateSend}}
	syncing = &xrpc.Call{Method: &xrpc.Method{NSID: "sync", Kind: xrpc.Procedure, Rate: xrpc.RateRead}}
	reading = &xrpc.Call{Method: &xrpc.Method{NSID: "read", Kind: xrpc.Query}}
)

// TestMissingStandby: the synchronous standby is gone. The check fails and names
// the cause, holds one session however often it is made, and the gate refuses
// writes and no reads. When the standby is not needed any more, all is well.
func TestMissingStandby(t *testing.T) {
	cluster := dbtest.StartCluster(t, nil)
	p := pool(t, cluster.URL())
	d := NewDatabase(p, nil)
	defer d.Close()
	gate := NewGate(d, nil)
	until(t, d, "")
	if err := gate.Admit(t.Context(), sending); err != nil {
		t.Errorf("the gate is closed: %v", err)
	}
	cluster.Exec("ALTER SYSTEM SET synchronous_standby_names = 'gone'")
	cluster.Exec("SELECT pg_reload_conf()")
	until(t, d, "commits wait for a synchronous standby")
	until(t, d, "commits wait for a synchronous standby")
	if n := dbtest.Value[int](t, p, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"); n != 1 {
		t.Errorf("%d sessions wait", n)
	}
	var refused *xrpc.Error
	if err := gate.Admit(t.Context(), sending); !errors.As(err, &refused) || refused.Status != 503 || refused.RetryAfter == 0 ||
		!strings.Contains(refused.Cause.Error(), "standby") {
		t.Errorf("a write: %v", err)
	}
	for _, call := range []*xrpc.Call{syncing, reading} {
		if err := gate.Admit(t.Context(), call); err != nil {
			t.Errorf("%s: %v", call.Method.NSID, err)
		}
	}
	cluster.Exec("ALTER SYSTEM RESET synchronous_standby_names")
	cluster.Exec("SELECT pg_reload_conf()")
	until(t, d, "")
	if err := gate.Closed(); err != nil {
		t.Errorf("the gate stays closed: %v", err)
	}
}

// TestMissingStandbyAndNoConnection: commits that hang hold all connections of
// the pool. The check still finds out.
func TestMissingStandbyAndNoConnection(t *testing.T) {
	cluster := dbtest.StartCluster(t, nil)
	p := pool(t, cluster.URL())
	d := NewDatabase(p, nil)
	defer d.Close()
	until(t, d, "")
	cluster.Exec("ALTER SYSTEM SET synchronous_standby_names = 'gone'")
	cluster.Exec("SELECT pg_reload_conf()")
	cluster.Await("current_setting('synchronous_standby_names') = 'gone'")
	for range p.Config().MaxConns {
		conn, err := p.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Release()
	}
	until(t, d, "a write does not end")
	if d.Hanging() == nil {
		t.Error("the gate would let writes in")
	}
}

// TestSilentDatabase: the connection of a write that hangs is given up when the
// server runs no statement for it.
func TestSilentDatabase(t *testing.T) {
	proxy := dbtest.Proxy(t, dbtest.URL(t))
	d := NewDatabase(pool(t, proxy.URL), nil)
	defer d.Close()
	until(t, d, "")
	proxy.Silence()
	if err := d.run(t.Context()); err == nil {
		t.Error("a silent connection is healthy")
	}
	until(t, d, "")
}

// TestRoomOnTheDisk: the check stores more than a row, and after a statement found
// the disk full it does so each time until that succeeds.
func TestRoomOnTheDisk(t *testing.T) {
	p := dbtest.Pool(t)
	d := NewDatabase(p, nil)
	until(t, d, "")
	// A limit for temporary files stands in for a full disk.
	dbtest.Exec(t, p, `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET temp_file_limit = ''256kB''', current_database()); END $$`)
	p.Reset()
	until(t, d, "") // it is not long since the last look
	if !d.Failed(fmt.Errorf("insert: %w", &pgconn.PgError{Code: "53100"})) {
		t.Error("a full disk is no reason to look")
	}
	for range 2 {
		until(t, d, "temporary file")
	}
	dbtest.Exec(t, p, `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET temp_file_limit', current_database()); END $$`)
	p.Reset()
	until(t, d, "")
	if d.full.Load() {
		t.Error("the disk stays full")
	}
	if d.Failed(&pgconn.PgError{Code: "23505"}) || d.Failed(context.Canceled) {
		t.Error("errors of callers are reasons to look")
	}
}
