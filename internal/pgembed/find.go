package pgembed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// MinVersion is the oldest major version of PostgreSQL that the schema
// supports.
const MinVersion = 15

// ErrNotInstalled is returned if the machine has no suitable PostgreSQL. Its
// text tells the user what to install.
var ErrNotInstalled = errors.New("no PostgreSQL found on this machine")

// Install is a set of PostgreSQL programs on this machine.
type Install struct {
	// BinDir is the directory that contains postgres and initdb.
	BinDir string
	// Major is the major version, such as 15.
	Major int
}

// installDirs lists, as glob patterns, the directories in which distributions
// install the programs that are not in PATH.
var installDirs = []string{
	"/usr/lib/postgresql/*/bin",                          // Debian, Ubuntu
	"/usr/pgsql-*/bin",                                   // Red Hat, Fedora (PGDG)
	"/usr/lib/postgresql*/bin",                           // openSUSE, Gentoo
	"/usr/libexec/postgresql*",                           // Alpine
	"/opt/homebrew/opt/postgresql*/bin",                  // Homebrew on Apple silicon
	"/usr/local/opt/postgresql*/bin",                     // Homebrew on Intel
	"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",     // Homebrew on Linux
	"/Applications/Postgres.app/Contents/Versions/*/bin", // Postgres.app
	"/usr/local/pgsql/bin",                               // built from source
}

// Find returns the newest PostgreSQL of version MinVersion or later in PATH, or
// else in the directories that distributions use. If major is above zero, only
// that version is accepted, because a data directory belongs to one major
// version.
func Find(ctx context.Context, major int) (Install, error) {
	if chosen, err := find(ctx, complete(inPath("postgres"), "postgres", "initdb"), major); err == nil {
		return chosen, nil
	}
	return find(ctx, candidates("postgres", "initdb"), major)
}

func find(ctx context.Context, dirs []string, major int) (Install, error) {
	var best Install
	var seen []string
	for _, dir := range dirs {
		v, err := version(ctx, dir, "postgres")
		if err != nil {
			continue
		}
		seen = append(seen, strconv.Itoa(v))
		if v < MinVersion || (major > 0 && v != major) {
			continue
		}
		if v > best.Major {
			best = Install{BinDir: dir, Major: v}
		}
	}
	if best.Major > 0 {
		return best, nil
	}
	return Install{}, notFound(major, seen)
}

func notFound(major int, seen []string) error {
	want := fmt.Sprintf("%d or newer", MinVersion)
	pkg := "postgresql"
	if major > 0 {
		want = fmt.Sprintf("%d, the version that wrote the data directory", major)
		pkg = fmt.Sprintf("postgresql-%d", major)
	}
	have := ""
	if len(seen) > 0 {
		have = " (found: " + strings.Join(seen, ", ") + ")"
	}
	return fmt.Errorf("%w: version %s is needed%s; %s, or set DATABASE_URL to a database elsewhere",
		ErrNotInstalled, want, have, installHint(pkg, major))
}

func installHint(pkg string, major int) string {
	if runtime.GOOS == "darwin" {
		if major == 0 {
			major = 17
		}
		return fmt.Sprintf("install it with: brew install postgresql@%d", major)
	}
	return "install it with: sudo apt-get install " + pkg + " (or the same for your distribution)"
}

// candidates lists the directories that contain all these programs, those in PATH
// first.
func candidates(programs ...string) []string {
	dirs := inPath(programs[0])
	for _, pattern := range installDirs {
		found, _ := filepath.Glob(pattern) // the patterns are constant and well formed
		dirs = append(dirs, found...)
	}
	return complete(dirs, programs...)
}

// inPath lists the directories in PATH that contain a program. Links are
// resolved.
func inPath(program string) []string {
	var dirs []string
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if real, err := filepath.EvalSymlinks(filepath.Join(dir, program)); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	return dirs
}

// complete lists those directories that contain all these programs, each once.
func complete(dirs []string, programs ...string) []string {
	var out []string
	seen := map[string]bool{}
	for _, dir := range dirs {
		missing := func(program string) bool { return !executable(filepath.Join(dir, program)) }
		if seen[dir] || !filepath.IsAbs(dir) || slices.ContainsFunc(programs, missing) {
			continue
		}
		seen[dir] = true
		out = append(out, dir)
	}
	return out
}

func executable(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.Mode().IsRegular() && st.Mode()&0o111 != 0
}

var versionRE = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

func version(ctx context.Context, dir, program string) (int, error) {
	out, err := exec.CommandContext(ctx, filepath.Join(dir, program), "--version").Output()
	if err != nil {
		return 0, fmt.Errorf("asking %s for its version: %w", dir, err)
	}
	m := versionRE.FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("%s/%s does not look like PostgreSQL", dir, program)
	}
	return strconv.Atoi(string(m[1]))
}

// clusterMajor returns the major version that created a data directory, or 0 if
// the directory has no cluster.
func clusterMajor(dataDir string) (int, error) {
	b, err := os.ReadFile(filepath.Join(dataDir, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("reading the data directory's version: %w", err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return 0, fmt.Errorf("%s/PG_VERSION is not a version: %q", dataDir, b)
	}
	return n, nil
}
