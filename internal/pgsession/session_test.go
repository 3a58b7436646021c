package pgsession_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/internal/pgsession"
)

func with(url, parameters string) string {
	if strings.Contains(url, "?") {
		return url + "&" + parameters
	}
	return url + "?" + parameters
}

func exec(t *testing.T, url string, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, s := range statements {
		if _, err := conn.Exec(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// TestSettings: settings of the database that change what statements mean do not
// count, those of the URL count for the rest, and each connection is checked.
func TestSettings(t *testing.T) {
	url := dbtest.Empty(t)
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	database := pgx.Identifier{cfg.Database}.Sanitize()
	for _, s := range []string{"default_transaction_isolation = serializable", "bytea_output = escape",
		"transform_null_equals = on", "synchronous_commit = off", "statement_timeout = '1h'", "random_page_cost = 9", "jit = on", "idle_session_timeout = '1s'"} {
		exec(t, url, "ALTER DATABASE "+database+" SET "+s)
	}
	conn, err := pgsession.Connect(t.Context(), with(url, "random_page_cost=3&pool_max_conns=5&default_transaction_isolation=serializable&options=-c%20lock_timeout%3D7s"),
		map[string]string{"statement_timeout": "5s"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for name, want := range map[string]string{
		"transaction_isolation": "read committed", "bytea_output": "hex", "transform_null_equals": "off",
		"synchronous_commit": "on", "statement_timeout": "5s", "lock_timeout": "7s", "random_page_cost": "3", "enable_hashjoin": "off", "jit": "off",
		"idle_session_timeout": "0", "application_name": "mlsd", "timezone": "UTC",
	} {
		var got string
		if err := conn.QueryRow(t.Context(), "SELECT current_setting($1)", name).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q (%v), want %q", name, got, err, want)
		}
	}
	// Setting a cluster or a database read-only fences it.
	exec(t, url, "ALTER DATABASE "+database+" SET default_transaction_read_only = on")
	fenced, err := pgsession.Connect(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer fenced.Close(context.Background())
	if _, err := fenced.Exec(t.Context(), "CREATE TABLE past_the_fence ()"); err == nil {
		t.Error("a database that is set read-only takes a write")
	}
	exec(t, url, "SET default_transaction_read_only = off", "ALTER DATABASE "+database+" RESET default_transaction_read_only")
	if _, err := pgsession.Connect(t.Context(), with(url, "no_such_setting=1"), nil); err == nil || !strings.Contains(err.Error(), "no_such_setting") {
		t.Errorf("a setting that PostgreSQL does not have: %v", err)
	}
	exec(t, url, "ALTER DATABASE "+database+" SET session_replication_role = replica")
	if _, err := pgsession.Connect(t.Context(), url, nil); err == nil || !strings.Contains(err.Error(), "session_replication_role") {
		t.Errorf("triggers are off: %v", err)
	}
}

func pool(t *testing.T, url string) (*pgxpool.Pool, error) {
	t.Helper()
	cfg, err := pgsession.Parse(url, nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p, p.Ping(t.Context())
}
