package pgembed

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fake creates a directory with a postgres program that only prints its
// version.
func fake(t *testing.T, version string) string {
	t.Helper()
	dir := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\necho '%s'\n", version)
	for _, name := range []string{"postgres", "initdb"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFind(t *testing.T) {
	v14 := fake(t, "postgres (PostgreSQL) 14.9")
	v15 := fake(t, "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)")
	v17 := fake(t, "postgres (PostgreSQL) 17.2 (Homebrew)")
	v18 := fake(t, "postgres (PostgreSQL) 18beta1")
	other := fake(t, "something else 99")
	for _, tc := range []struct {
		name  string
		dirs  []string
		major int
		want  int
		tells []string
	}{
		{"the newest", []string{v15, v17, v14}, 0, 17, nil},
		{"a beta", []string{v15, v18, v17}, 0, 18, nil},
		{"the cluster's", []string{v17, v15}, 15, 15, nil},
		{"only older", []string{v14}, 0, 0, []string{"15 or newer", "found: 14", "install", "DATABASE_URL"}},
		{"none", nil, 0, 0, []string{"15 or newer", "install", "DATABASE_URL"}},
		{"the cluster's is missing", []string{v15}, 16, 0, []string{"version 16", "found: 15", "16", "install"}},
		{"not PostgreSQL", []string{other}, 0, 0, []string{"install"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := find(t.Context(), tc.dirs, tc.major)
			if got.Major != tc.want {
				t.Errorf("found %d (%v), want %d", got.Major, err, tc.want)
			}
			if tc.want == 0 && !errors.Is(err, ErrNotInstalled) {
				t.Errorf("error is %v", err)
			}
			for _, s := range tc.tells {
				if !strings.Contains(err.Error(), s) {
					t.Errorf("error does not say %q: %v", s, err)
				}
			}
		})
	}
}

// TestPathChooses: a PostgreSQL in PATH is used although another directory has a
// newer one, unless the data directory needs another version.
func TestPathChooses(t *testing.T) {
	before := installDirs
	defer func() { installDirs = before }()
	installDirs = []string{fake(t, "postgres (PostgreSQL) 18.1")}
	t.Setenv("PATH", fake(t, "postgres (PostgreSQL) 16.1"))
	for major, want := range map[int]int{0: 16, 16: 16, 18: 18} {
		if got, err := Find(t.Context(), major); err != nil || got.Major != want {
			t.Errorf("version %d: found %d, %v; want %d", major, got.Major, err, want)
		}
	}
}

func TestCandidatesFollowLinksOnce(t *testing.T) {
	real := fake(t, "postgres (PostgreSQL) 16.1")
	link := t.TempDir()
	if err := os.Symlink(filepath.Join(real, "postgres"), filepath.Join(link, "postgres")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", link+string(os.PathListSeparator)+real)
	real, err := filepath.EvalSymlinks(real)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, dir := range candidates("postgres", "initdb") {
		if dir == real {
			n++
		}
	}
	if n != 1 {
		t.Errorf("the directory behind a link in PATH is listed %d times", n)
	}
}
