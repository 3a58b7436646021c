package migrations

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/internal/pgembed"
)

// TestDriver applies files that no release has: one that fails after its first
// statement, and one without a transaction that was interrupted before.
func TestDriver(t *testing.T) {
	d := newDriver(t)
	exists := func(name string) (there bool) {
		if err := d.conn.QueryRow(t.Context(), "SELECT to_regclass($1) IS NOT NULL", name).Scan(&there); err != nil {
			t.Fatal(err)
		}
		return there
	}
	if err := d.Run(strings.NewReader("CREATE TABLE half (n INT);\nCREATE TABLE half (n INT);\n")); err == nil {
		t.Error("a migration with an error was applied")
	}
	if v, dirty, err := d.Version(); v != -1 || dirty || err != nil || exists("half") {
		t.Errorf("after a failure the version is %d, dirty %v, %v", v, dirty, err)
	}
	statements := noTransaction + "CREATE TABLE IF NOT EXISTS whole (n INT);\nCREATE INDEX CONCURRENTLY IF NOT EXISTS i ON whole (n);\n"
	for range 2 {
		if err := d.Run(strings.NewReader(statements)); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.SetVersion(1, false); err != nil {
		t.Fatal(err)
	}
	if v, _, err := d.Version(); v != 1 || err != nil || !exists("i") {
		t.Errorf("version is %d, %v", v, err)
	}
}

func newDriver(t *testing.T) *driver {
	t.Helper()
	dir, err := os.MkdirTemp("", "mls-pg-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777|os.ModeSticky); err != nil { // another account runs PostgreSQL for root
		t.Fatal(err)
	}
	s, err := pgembed.Start(t.Context(), pgembed.Options{DataDir: dir + "/pg", Volatile: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop(context.Background()) })
	conn, err := pgx.Connect(t.Context(), s.URL(pgembed.Database))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return &driver{ctx: t.Context(), conn: conn}
}
