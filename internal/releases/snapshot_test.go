package releases

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/internal/pgembed"
)

// TestSnapshot checks that there is a database of each published release, and
// one of the next release as it stands. TestUpgrade (internal/faults) begins with
// the newest.
func TestSnapshot(t *testing.T) {
	published := Published(readFile(t, "../../CHANGELOG.md"))
	for _, release := range published {
		if _, err := os.Stat(Snapshot("testdata", release)); err != nil {
			t.Errorf("release %s has no snapshot: %v", release, err)
		}
	}
	if slices.Contains(published, Next) {
		return
	}
	rows := readFile(t, "../../cmd/mlsd/testdata/few_rows.sql")
	head := "-- " + hash([]byte(formatMigrations(mustCompare(t))+rows)) + "\n"
	file := Snapshot("testdata", Next)
	if *update {
		// Rows have the time at which they were written, so a snapshot that is up to
		// date is left as it is.
		if old, err := os.ReadFile(file); err == nil && strings.HasPrefix(string(old), head) {
			return
		}
		if err := os.WriteFile(file, []byte(head+dumpOf(t, rows)), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !strings.HasPrefix(readFile(t, file), head) {
		t.Errorf("%s is not of these migrations and rows; make generate writes it", file)
	}
}

func mustCompare(t *testing.T) []Migration {
	t.Helper()
	list, err := compare(nil, present(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// dumpOf returns a new database with rows in every table as SQL.
func dumpOf(t *testing.T, rows string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	url := dbtest.URL(t)
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	_, err = conn.Exec(ctx, strings.ReplaceAll(rows, ":convos", "5"))
	if err := errors.Join(err, conn.Close(ctx)); err != nil {
		t.Fatal(err)
	}
	found, err := pgembed.FindClient(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(ctx, filepath.Join(found.BinDir, "pg_dump"), "--inserts", "--no-owner", "--no-privileges", url).Output()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for line := range strings.Lines(string(out)) {
		// Newer versions of pg_dump write \restrict with a random word.
		if !strings.HasPrefix(line, `\`) && !strings.HasPrefix(line, "-- Dumped") {
			b.WriteString(line)
		}
	}
	return b.String()
}
