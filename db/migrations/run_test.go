package migrations_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db/migrations"
	"catbird.blue/mls/internal/dbtest"
)

func up(t *testing.T, url string) []string {
	t.Helper()
	names, err := migrations.Up(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// shape lists every relation, column, constraint and index of the database
// but those of the record of migrations.
func shape(t *testing.T, url string) []string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(t.Context(), `
		SELECT c.relname || ' ' || c.relkind::text || coalesce(' ' || pg_get_indexdef(i.indexrelid), '')
		FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid
		WHERE c.relnamespace = 'public'::regnamespace
		UNION ALL
		SELECT format('%s.%s %s %s %s %s', a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attstorage, pg_get_expr(d.adbin, d.adrelid))
		FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
		UNION ALL
		SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
		UNION ALL
		SELECT 'type ' || typname FROM pg_type WHERE typnamespace = 'public'::regnamespace
		UNION ALL
		SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
		ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(s string) bool { return strings.Contains(s, "schema_migrations") })
}

func TestUpTwice(t *testing.T) {
	url := dbtest.Empty(t)
	if names := up(t, url); len(names) == 0 {
		t.Error("the first run applied nothing")
	}
	before := shape(t, url)
	if names := up(t, url); len(names) != 0 {
		t.Errorf("the second run applied %v again", names)
	}
	if !slices.Equal(before, shape(t, url)) {
		t.Error("the second run changed the schema")
	}
}

func TestUpInParallel(t *testing.T) {
	url := dbtest.Empty(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var applied []string
	for range 4 {
		wg.Go(func() {
			names, err := migrations.Up(context.Background(), url)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			applied = append(applied, names...)
		})
	}
	wg.Wait()
	states, err := migrations.Status(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if len(applied) != len(states) {
		t.Errorf("%d migrations were applied for %d files: %v", len(applied), len(states), applied)
	}
}

func TestUpDownUp(t *testing.T) {
	url := dbtest.Empty(t)
	nothing := shape(t, url)
	up(t, url)
	full := shape(t, url)
	for {
		name, err := migrations.Down(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		if name == "" {
			break
		}
	}
	if left := shape(t, url); !slices.Equal(left, nothing) {
		t.Errorf("down leaves behind: %v", left)
	}
	up(t, url)
	if again := shape(t, url); !slices.Equal(again, full) {
		t.Errorf("up after down makes another schema:\n%v\nnot\n%v", again, full)
	}
}

func TestStatus(t *testing.T) {
	url := dbtest.Empty(t)
	check := func(applied bool) {
		t.Helper()
		states, err := migrations.Status(t.Context(), url)
		if err != nil || len(states) == 0 {
			t.Fatalf("%v, %v", states, err)
		}
		for _, s := range states {
			if s.AppliedAt.IsZero() == applied || s.Version == 0 || !strings.HasSuffix(s.Name, ".sql") {
				t.Errorf("state is %+v, want applied: %v", s, applied)
			}
		}
	}
	check(false)
	up(t, url)
	check(true)
}

// TestDatabaseAhead is a server started on what a newer one has migrated.
func TestDatabaseAhead(t *testing.T) {
	url := dbtest.Empty(t)
	up(t, url)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), "INSERT INTO schema_migrations SELECT 9999, now(), postgres, shape FROM schema_migrations ORDER BY version DESC LIMIT 1"); err != nil {
		t.Fatal(err)
	}
	if names := up(t, url); len(names) != 0 {
		t.Errorf("applied %v", names)
	}
	if _, err := migrations.Down(t.Context(), url); err == nil || !strings.Contains(err.Error(), "9999") {
		t.Errorf("Down of a migration that is not known: %v", err)
	}
	// The newer migration says that this server cannot work with it.
	if _, err := conn.Exec(t.Context(), "UPDATE schema_needs SET migration = 9999"); err != nil {
		t.Fatal(err)
	}
	if _, err := migrations.Up(t.Context(), url); !errors.Is(err, migrations.ErrNeedsNewer) || !strings.Contains(err.Error(), "9999") {
		t.Errorf("Up: %v, want that the schema needs a newer server", err)
	}
}

// TestUnreleasedIsRefused: the schema could change without a migration before the
// first release, so a database from then is refused before anything is done to
// it.
func TestUnreleasedIsRefused(t *testing.T) {
	url := dbtest.Empty(t)
	conn := connect(t, url)
	if _, err := conn.Exec(t.Context(), `
		CREATE TABLE goose_db_version (id SERIAL PRIMARY KEY, version_id BIGINT NOT NULL, is_applied BOOLEAN NOT NULL, tstamp TIMESTAMP DEFAULT now());
		INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true);
		CREATE TABLE conversations (convo_id BYTEA PRIMARY KEY)`); err != nil {
		t.Fatal(err)
	}
	before := shape(t, url)
	names, err := migrations.Up(t.Context(), url)
	if !errors.Is(err, migrations.ErrUnreleased) || len(names) != 0 {
		t.Errorf("Up: %v, %v", names, err)
	}
	if _, err := migrations.Down(t.Context(), url); !errors.Is(err, migrations.ErrUnreleased) {
		t.Errorf("Down: %v", err)
	}
	if _, err := migrations.Status(t.Context(), url); !errors.Is(err, migrations.ErrUnreleased) {
		t.Errorf("Status: %v", err)
	}
	if !slices.Equal(before, shape(t, url)) {
		t.Error("the schema changed")
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func TestHashFollowsTheFiles(t *testing.T) {
	if h := migrations.Hash(); len(h) != 16 || h != migrations.Hash() {
		t.Errorf("hash is %q", h)
	}
}

func TestBadURLIsAnError(t *testing.T) {
	if _, err := migrations.Up(t.Context(), "postgres://%zz"); err == nil {
		t.Error("no error")
	}
}

// TestWaitsForTheLock has the lock held elsewhere: Up waits, and gives up with
// its context.
func TestWaitsForTheLock(t *testing.T) {
	url := dbtest.Empty(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), "SELECT pg_advisory_lock($1)", int64(migrations.LockID)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { _, err := migrations.Up(ctx, url); done <- err }()
	waitForTries(t, conn)
	cancel()
	if err := <-done; err == nil {
		t.Error("migrated without the lock")
	}
}

// waitForTries returns when another session of the database has asked for the
// lock.
func waitForTries(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	for {
		var n int
		err := conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND query LIKE '%pg_try_advisory_lock%' AND pid <> pg_backend_pid()`).Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			return
		}
	}
}

// TestPoolParameters: an URL for a pool migrates too.
func TestPoolParameters(t *testing.T) {
	url := dbtest.Empty(t)
	separator := "?"
	if strings.Contains(url, "?") {
		separator = "&"
	}
	if names := up(t, url+separator+"pool_max_conns=7"); len(names) == 0 {
		t.Error("nothing was applied")
	}
}
