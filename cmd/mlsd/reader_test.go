package main

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/internal/pgplan"
)

// openBoth opens the pools of a service with three connections.
func openBoth(t *testing.T, url string) (pool, reader *pgxpool.Pool) {
	t.Helper()
	pool, reader, err := openPools(t.Context(), url, 3, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reader.Close(); pool.Close() })
	return pool, reader
}

// TestReaderSettings: the connection of the reader has its settings whatever the URL
// says, those of requests do not, and both together are as many as configured.
func TestReaderSettings(t *testing.T) {
	pool, reader := openBoth(t, dbtest.URL(t)+"&plan_cache_mode=force_custom_plan&jit=on&pool_min_conns=2")
	if a, b := pool.Config().MaxConns, reader.Config().MaxConns; a != 2 || b != 1 {
		t.Errorf("up to %d and %d connections", a, b)
	}
	want := pgplan.Settings()
	want["statement_timeout"], want["synchronous_commit"] = "30s", "on"
	for name, value := range pgplan.Reader() {
		want[name] = value
		if got := dbtest.Value[string](t, pool, "SELECT current_setting($1)", name); got == value {
			t.Errorf("requests have %s = %s", name, got)
		}
	}
	for name, value := range want {
		if got := dbtest.Value[string](t, reader, "SELECT current_setting($1)", name); got != value {
			t.Errorf("%s of the reader is %q, want %q", name, got, value)
		}
	}
}

// plans returns how often a session used a plan of a query that it had, and how often
// it made one.
func plans(t *testing.T, conn *pgx.Conn, query string) (kept, made int) {
	t.Helper()
	err := conn.QueryRow(t.Context(), "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE starts_with(statement, '-- name: ' || $1 || ' ')", query).
		Scan(&kept, &made)
	if err != nil {
		t.Fatal(err)
	}
	return kept, made
}

// TestReadLogIsPlannedOnce: a session of the reader keeps its plan from the first read
// on, one of requests makes a plan for each.
func TestReadLogIsPlannedOnce(t *testing.T) {
	url := dbtest.URL(t)
	putRows(t, url, 5)
	for name, pool := range both(openBoth(t, url)) {
		c, err := pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Release()
		for range 10 {
			rows, err := db.New(c).ReadLog(t.Context(), db.ReadLogParams{Gen: 1, Pos: 100, StreamKey: []byte{}, Inline: 1000})
			if err != nil || rows[0].Kind == "" {
				t.Fatalf("%v: %+v", err, rows)
			}
		}
		kept, made := plans(t, c.Conn(), "ReadLog")
		if name == "reader" && (kept != 10 || made != 0) {
			t.Errorf("the reader used a plan %d times, and made %d", kept, made)
		}
		if name == "pool" && made < 5 {
			t.Errorf("a session of requests made %d plans: the test sees nothing", made)
		}
	}
}

func both(pool, reader *pgxpool.Pool) map[string]*pgxpool.Pool {
	return map[string]*pgxpool.Pool{"pool": pool, "reader": reader}
}

// TestPlanOfReadLog: whatever the statistics say, the reader walks the indexes of the
// log from its position on. No step of the plan collects rows, and none sorts them.
func TestPlanOfReadLog(t *testing.T) {
	for _, convos := range []int{0, 1, 300} {
		url := dbtest.URL(t)
		if convos > 0 {
			putRows(t, url, convos)
		}
		_, reader := openBoth(t, url)
		c, err := reader.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Release()
		walks := map[string]int{}
		for _, q := range readQueries(t) {
			if q.name != "ReadLog" {
				continue
			}
			plan, err := explain(t.Context(), c.Conn(), q.sql)
			if err != nil {
				t.Fatal(err)
			}
			plan.walk("", func(n planNode, table string) {
				if table != "messages" && table != "events" {
					return
				}
				switch {
				case strings.HasPrefix(n.Type, "Index") && strings.Contains(n.Cond, "ROW(pos, "):
					walks[n.Index]++
				case !strings.HasPrefix(n.Type, "Index") || !strings.Contains(n.Cond, "(pos >= "):
					t.Errorf("with %d conversations: %s of %s, %s", convos, n.Type, table, n.Cond)
				}
			})
			plan.walk("", func(n planNode, _ string) {
				for _, p := range n.Plans {
					if strings.Contains(n.Type, "Sort") && p.Side == "Outer" && p.Table != "" {
						t.Errorf("with %d conversations %s is sorted", convos, p.Table)
					}
				}
			})
		}
		if walks["messages_log"] != 1 || walks["events_pkey"] != 1 {
			t.Errorf("with %d conversations the walks are %v", convos, walks)
		}
	}
}

// TestReaderLeavesAStandby: when a request finds that its server has become read-only,
// the reader of the log leaves this server too, though its own reads go on there.
func TestReaderLeavesAStandby(t *testing.T) {
	pool, reader := openBoth(t, dbtest.URL(t))
	dbtest.Exec(t, pool, "CREATE TABLE t (n int)")
	before := dbtest.Value[int](t, reader, "SELECT pg_backend_pid()")
	if same := dbtest.Value[int](t, reader, "SELECT pg_backend_pid()"); same != before {
		t.Fatal("the reader has no connection of its own")
	}
	dbtest.Exec(t, pool, "SELECT set_config('default_transaction_read_only', 'on', false)")
	if _, err := pool.Exec(t.Context(), "INSERT INTO t VALUES (1)"); err == nil {
		t.Fatal("the session was to be read-only")
	}
	if after := dbtest.Value[int](t, reader, "SELECT pg_backend_pid()"); after == before {
		t.Error("the reader uses its connection to the read-only server again")
	}
}
