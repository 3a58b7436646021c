package pgtime

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/dbtest"
)

// open makes a pool with the deadlines of this package.
func open(t *testing.T, url string, tracer *Tracer) *pgxpool.Pool {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	cfg.MaxConns = 8
	cfg.ShouldPing = func(context.Context, pgxpool.ShouldPingParams) bool { return true }
	Apply(cfg, tracer)
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// fill opens all connections of a pool.
func fill(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	for range pool.Config().MaxConns {
		conn, err := pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Release()
	}
}

// TestSilentIdleConnections: all idle connections are silent, without a reset.
// The ping finds the first one, and then all of them are replaced.
func TestSilentIdleConnections(t *testing.T) {
	proxy := dbtest.Proxy(t, dbtest.URL(t))
	tracer := &Tracer{}
	pool := open(t, proxy.URL, tracer)
	tracer.OnLate = pool.Reset
	fill(t, pool)
	proxy.Silence()
	var reads sync.WaitGroup
	for range 20 {
		reads.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			var n int
			if err := pool.QueryRow(ctx, "SELECT 1").Scan(&n); err != nil {
				t.Errorf("a read: %v", err)
			}
		})
	}
	reads.Wait()
	if n := pool.Stat().NewConnsCount(); n > 3*int64(pool.Config().MaxConns) {
		t.Errorf("%d connections were opened", n)
	}
}

// TestSilentStatement: the connection becomes silent while a statement runs. The
// statement ends at its deadline, although its context has none.
func TestSilentStatement(t *testing.T) {
	proxy := dbtest.Proxy(t, dbtest.URL(t))
	pool := open(t, proxy.URL, &Tracer{Statement: 500 * time.Millisecond})
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	proxy.Silence()
	if _, err := conn.Exec(t.Context(), "SELECT 1"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("ends with %v", err)
	}
}

// TestWaitForAConnection: the wait for a connection ends although its context
// has no deadline.
func TestWaitForAConnection(t *testing.T) {
	pool := open(t, dbtest.URL(t), &Tracer{Acquire: 200 * time.Millisecond})
	for range pool.Config().MaxConns {
		conn, err := pool.Acquire(Unbounded(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Release()
	}
	if _, err := pool.Acquire(t.Context()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("ends with %v", err)
	}
}

// TestStatementsOfANewConnection: a statement of AfterConnect that sets no deadline of
// its own does not end the wait for the connection.
func TestStatementsOfANewConnection(t *testing.T) {
	cfg, err := pgxpool.ParseConfig(dbtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	cfg.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		for _, c := range []context.Context{Unbounded(ctx), ctx} {
			if _, err := conn.Exec(c, "SELECT 1"); err != nil {
				return err
			}
		}
		return ctx.Err()
	}
	Apply(cfg, &Tracer{})
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if err := pool.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestHangUp: a caller that goes away during a statement costs no connection.
func TestHangUp(t *testing.T) {
	pool := open(t, dbtest.URL(t), &Tracer{})
	fill(t, pool)
	opened := pool.Stat().NewConnsCount()
	for range 10 {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(20*time.Millisecond, cancel)
		_, _ = pool.Exec(ctx, "SELECT pg_sleep(0.1)")
	}
	fill(t, pool)
	if n := pool.Stat().NewConnsCount() - opened; n != 0 {
		t.Errorf("%d connections were lost", n)
	}
}

// TestCommitWithoutStandby: a commit that waits for a standby ends at its
// deadline. What it wrote stays invisible until the standby has it, since a
// failover would lose it.
func TestCommitWithoutStandby(t *testing.T) {
	cluster := dbtest.StartCluster(t, nil)
	var late atomic.Int64
	pool := open(t, cluster.URL(), &Tracer{OnLate: func() { late.Add(1) }})
	dbtest.Exec(t, pool, "SET synchronous_commit = on; CREATE TABLE kept (n INT)")
	cluster.Exec("ALTER SYSTEM SET synchronous_standby_names = 'gone'")
	cluster.Exec("SELECT pg_reload_conf()")
	cluster.Await("current_setting('synchronous_standby_names') = 'gone'")
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := pool.Exec(ctx, "SET synchronous_commit = on; INSERT INTO kept VALUES (1)")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("the commit ends with %v", err)
	}
	if late.Load() != 1 {
		t.Errorf("%d statements were late", late.Load())
	}
	cluster.Await("EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep')")
	if n := dbtest.Value[int](t, pool, "SELECT count(*) FROM kept"); n != 0 {
		t.Error("a commit that the standby does not have is visible")
	}
	cluster.Exec("ALTER SYSTEM RESET synchronous_standby_names")
	cluster.Exec("SELECT pg_reload_conf()")
	cluster.Await("EXISTS (SELECT FROM kept)")
}
