package releases

import (
	"flag"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"catbird.blue/mls/db/migrations"
)

var update = flag.Bool("update", false, "write testdata anew, as far as it belongs to a version that is not published")

const recordedMigrations = "testdata/migrations.txt"

func readFile(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// present returns the migrations of the repository.
func present(t *testing.T) map[string][]byte {
	t.Helper()
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, name := range names {
		if out[name], err = migrations.FS.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestReleasedMigrations checks that no migration of a published release has
// changed, and that the record of the next release is up to date.
func TestReleasedMigrations(t *testing.T) {
	published := Published(readFile(t, "../../CHANGELOG.md"))
	var recorded []Migration
	if text, err := os.ReadFile(recordedMigrations); err == nil {
		if recorded, err = parseMigrations(string(text)); err != nil {
			t.Fatal(err)
		}
	} else if !*update {
		t.Fatal(err)
	}
	want, err := compare(recorded, present(t), published)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(recordedMigrations, []byte(formatMigrations(want)), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !slices.Equal(recorded, want) {
		t.Errorf("%s is not that of the migrations; make generate writes it", recordedMigrations)
	}
}

func TestPublished(t *testing.T) {
	text := "# Changelog\n\n## Unreleased\n\n### Added\n\n## [0.2.0] - 2027-01-02\n\n## 0.1.0 - 2026-12-01\n\n### 9.9.9\n"
	if got := Published(text); !slices.Equal(got, []string{"0.2.0", "0.1.0"}) {
		t.Errorf("published are %v", got)
	}
}

// TestCompareFreezes changes migrations before and after their release.
func TestCompareFreezes(t *testing.T) {
	files := map[string][]byte{"0001_init.sql": []byte("one"), "0002_more.sql": []byte("two")}
	first := Migration{Next, "0001_init.sql", hash([]byte("one"))}
	second := Migration{Next, "0002_more.sql", hash([]byte("two"))}
	old := func(m Migration) Migration {
		m.Release = "0.0.9"
		return m
	}
	for name, tc := range map[string]struct {
		recorded  []Migration
		published []string
		want      []Migration
		err       string
	}{
		"nothing recorded":     {nil, nil, []Migration{first, second}, ""},
		"an unreleased change": {[]Migration{{Next, "0001_init.sql", "other"}}, nil, []Migration{first, second}, ""},
		"released, unchanged":  {[]Migration{first, second}, []string{Next}, []Migration{first, second}, ""},
		"released, changed":    {[]Migration{{Next, "0001_init.sql", "other"}, second}, []string{Next}, nil, "0001_init.sql differs from release"},
		"released, gone":       {[]Migration{first, second, {Next, "0003_x.sql", "x"}}, []string{Next}, nil, "0003_x.sql is gone"},
		"added afterwards":     {[]Migration{first}, []string{Next}, nil, "set Next to the version after it"},
		"added for the next":   {[]Migration{old(first)}, []string{"0.0.9"}, []Migration{old(first), second}, ""},
	} {
		got, err := compare(tc.recorded, files, tc.published)
		switch {
		case err == nil && tc.err != "" || err != nil && (tc.err == "" || !strings.Contains(err.Error(), tc.err)):
			t.Errorf("%s: error %v, want %q", name, err, tc.err)
		case err == nil && !slices.Equal(got, tc.want):
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
	text := formatMigrations([]Migration{first, second})
	if got, err := parseMigrations(text); err != nil || !slices.Equal(got, []Migration{first, second}) {
		t.Errorf("read back %v, %v", got, err)
	}
	if _, err := parseMigrations("0.1.0 name\n"); err == nil {
		t.Error("a line without a hash was read")
	}
}
