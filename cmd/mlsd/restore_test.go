package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/internal/pgembed"
	"catbird.blue/mls/internal/pgtools"
)

// TestRestoreFromDump restores one dump in every way: over its own database,
// which then contains no trace of it; into another database of the cluster;
// into another data directory; and into another cluster, by hand.
func TestRestoreFromDump(t *testing.T) {
	c := dbtest.StartCluster(t, nil)
	s := newStory(t, c.URL())
	client := s.listen()
	cursors := append([]string{client.Cursor()}, s.cursors(client, 3)...)
	kept := s.newest()
	dump := filepath.Join(t.TempDir(), "dump")
	mlsd := func(url string, args ...string) (int, string) {
		code, out, complaint := try(t, []string{"DATABASE_URL=" + url, "MLS_DATA_DIR=" + t.TempDir()}, args...)
		return code, out + complaint
	}
	if code, said := mlsd(c.URL(), "backup", dump); code != 0 {
		t.Fatal(said)
	}
	cursors = append(cursors, s.cursors(client, 3)...)
	client.Cut()

	again := func(t *testing.T, url string) {
		s := forget(t, s).open(url)
		if n := s.newest(); n != kept {
			t.Fatalf("the newest message is %d, not %d", n, kept)
		}
		s.outdated(cursors...)
		s.close()
	}
	t.Run("another database", func(t *testing.T) {
		c.Exec("CREATE DATABASE other")
		other := strings.Replace(c.URL(), "/"+pgembed.Database+"?", "/other?", 1)
		if code, said := mlsd(other, "restore", dump); code != 0 {
			t.Fatal(said)
		}
		again(t, other)
	})
	t.Run("by hand into another database", func(t *testing.T) {
		c.Exec("CREATE DATABASE third")
		third := strings.Replace(c.URL(), "/"+pgembed.Database+"?", "/third?", 1)
		pgRestore(t, third, dump)
		again(t, third)
	})
	t.Run("a data directory", func(t *testing.T) {
		dir := dbtest.Dir(t)
		env := []string{"MLS_DATA_DIR=" + dir}
		code, out, complaint := try(t, env, "restore", dump)
		if code != 0 || !strings.Contains(out, "cursors from before are outdated") {
			t.Fatalf("status %d: %s%s", code, out, complaint)
		}
		again(t, dbtest.StartFiles(t, filepath.Join(dir, "postgres"), nil).URL())
	})
	t.Run("by hand into another cluster", func(t *testing.T) {
		empty := dbtest.StartFiles(t, filepath.Join(dbtest.Dir(t), "pg"), nil)
		pgRestore(t, empty.URL(), dump)
		again(t, empty.URL())
	})
	t.Run("over what it was taken of, twice", func(t *testing.T) {
		if code, said := mlsd(c.URL(), "restore", dump, "-replace"); code != 1 || !strings.Contains(said, "in use by") || strings.Count(said, "\n") != 1 {
			t.Errorf("beside a server: status %d: %s", code, said)
		}
		s.close()
		if code, said := mlsd(c.URL(), "restore", dump); code != 1 || !strings.Contains(said, "not empty") || strings.Count(said, "\n") != 1 {
			t.Errorf("without -replace: status %d: %s", code, said)
		}
		// Events that were delivered after the first restore must not come back
		// after the second.
		s := forget(t, s)
		all := slices.Clone(cursors)
		for range 2 {
			if code, said := mlsd(c.URL(), "restore", dump, "-replace"); code != 0 {
				t.Fatal(said)
			}
			s := s.open(c.URL())
			if n := s.newest(); n != kept {
				t.Fatalf("the newest message is %d, not %d", n, kept)
			}
			s.outdated(all...)
			client := s.listen()
			all = append(all, s.cursors(client, 2)...)
			client.Cut()
			s.close()
		}
	})
}

// pgRestore restores in the way of an operator who does not know about mlsd
// restore.
func pgRestore(t *testing.T, url, dump string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }() // nothing depends on how it closes
	tools, err := pgtools.Find(t.Context(), url, conn)
	if err != nil {
		t.Fatal(err)
	}
	cmd := tools.Command(t.Context(), "pg_restore", "--no-owner", "--dbname="+conn.Config().Database, dump)
	if err := cmd.Failure(cmd.Run()); err != nil {
		t.Fatal(err)
	}
}

// TestBadDumpChangesNothing checks that a damaged dump changes nothing.
func TestBadDumpChangesNothing(t *testing.T) {
	url := dbtest.URL(t)
	dir := t.TempDir()
	env := []string{"DATABASE_URL=" + url, "MLS_DATA_DIR=" + dir}
	pool := dbtest.Open(t, url)
	_, err := pool.Exec(t.Context(), "INSERT INTO tickets SELECT sha256(i::text::bytea), 'did:x', NULL, now() FROM generate_series(1, 20000) i")
	if err != nil {
		t.Fatal(err)
	}
	dump := filepath.Join(dir, "dump")
	if code, out, complaint := try(t, env, "backup", dump); code != 0 || !strings.Contains(out, "blobs are not in it") {
		t.Fatalf("%d: %s%s", code, out, complaint)
	}
	if code, _, complaint := try(t, env, "backup", dump); code != 1 || !strings.Contains(complaint, "there already") {
		t.Errorf("a backup over another: %d: %s", code, complaint)
	}
	b, err := os.ReadFile(dump)
	if err != nil {
		t.Fatal(err)
	}
	foreign := dbtest.Empty(t)
	if code, _, complaint := try(t, []string{"DATABASE_URL=" + foreign, "MLS_DATA_DIR=" + dir}, "backup", filepath.Join(dir, "foreign")); code != 0 {
		t.Fatal(complaint)
	}
	pool.Close()
	files := map[string][]byte{
		"cut":   b[:len(b)*3/4],
		"short": b[:len(b)/20],
		"sql":   []byte("CREATE TABLE x (n int);\n"),
		"empty": nil,
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, why := range map[string]string{
		"cut": "pg_restore failed: ", "short": "pg_restore failed: ", "sql": "no dump in the custom format", "empty": "no dump in the custom format",
		"foreign": "the dump is not of this service", "missing": "no such file",
	} {
		code, _, complaint := try(t, env, "restore", filepath.Join(dir, name), "-replace")
		if code != 1 || !strings.Contains(complaint, why) || strings.Count(complaint, "\n") != 1 {
			t.Errorf("%s: status %d: %s", name, code, complaint)
		}
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		var n, gen int64
		err = conn.QueryRow(t.Context(), "SELECT (SELECT count(*) FROM tickets), (SELECT gen FROM log_generation)").Scan(&n, &gen)
		if err := errors.Join(err, conn.Close(t.Context())); err != nil || n != 20000 || gen != 1 {
			t.Errorf("%s: %d rows are left in generation %d, %v", name, n, gen, err)
		}
	}
}
