// Package releases keeps what a release promises to later versions: its
// migrations never change again, and a database with its schema is upgraded
// while servers of both versions serve. Its tests compare the repository with
// what testdata has of each release.
package releases

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Next is the version that is prepared. What belongs to it may still change.
const Next = "0.2.0"

var heading = regexp.MustCompile(`(?m)^## \[?(\d+\.\d+\.\d+)\]?(?:\s|$)`)

// Published returns the versions that a changelog has headings for, the newest
// first, as it lists them.
func Published(changelog string) []string {
	var out []string
	for _, m := range heading.FindAllStringSubmatch(changelog, -1) {
		out = append(out, m[1])
	}
	return out
}

// Snapshot returns the file with a database of a release, as SQL.
func Snapshot(testdata, release string) string { return filepath.Join(testdata, release+".sql") }

// Migration is a line of testdata/migrations.txt: a migration as a release has
// it.
type Migration struct {
	// Release is the first one with the migration.
	Release, Name, SHA256 string
}

// parseMigrations reads testdata/migrations.txt.
func parseMigrations(text string) ([]Migration, error) {
	var out []Migration
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) == 0 || strings.HasPrefix(f[0], "#") {
			continue
		}
		if len(f) != 3 {
			return nil, fmt.Errorf("migrations.txt: %q is not a release, a name and a hash", strings.TrimSpace(line))
		}
		out = append(out, Migration{f[0], f[1], f[2]})
	}
	return out, nil
}

// formatMigrations is the opposite of parseMigrations.
func formatMigrations(list []Migration) string {
	var b strings.Builder
	b.WriteString("# The migrations of each release, with SHA-256 of the file. Lines of a release that CHANGELOG.md has a heading for\n" +
		"# never change. go test ./internal/releases -update writes the others.\n")
	for _, m := range list {
		fmt.Fprintf(&b, "%s %s %s\n", m.Release, m.Name, m.SHA256)
	}
	return b.String()
}

func hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// compare compares the migrations of the repository with those of releases. It
// returns the list as it should be, and what is wrong: a frozen migration that
// changed or is gone cannot be updated.
func compare(recorded []Migration, files map[string][]byte, published []string) (want []Migration, frozen error) {
	var errs []error
	known := map[string]bool{}
	for _, m := range recorded {
		if !slices.Contains(published, m.Release) {
			continue
		}
		known[m.Name] = true
		want = append(want, m)
		content, there := files[m.Name]
		switch {
		case !there:
			errs = append(errs, fmt.Errorf("%s is gone; release %s has it", m.Name, m.Release))
		case hash(content) != m.SHA256:
			errs = append(errs, fmt.Errorf("%s differs from release %s: a released migration never changes; add another one", m.Name, m.Release))
		}
	}
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if !known[name] {
			want = append(want, Migration{Next, name, hash(files[name])})
		}
	}
	if slices.Contains(published, Next) && len(want) > len(known) {
		errs = append(errs, fmt.Errorf("%s is published and %s is not of it: set Next to the version after it", Next, want[len(want)-1].Name))
	}
	return want, errors.Join(errs...)
}
