package docs

import (
	"encoding/json"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
)

// constants are the error names that a Go file defines.
var constants = regexp.MustCompile(`(?m)^\t([A-Z]\w+) += "([A-Z]\w+)"$`)

// declaredErrors are the error names of all lexicons.
func (r *repository) declaredErrors(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for name, text := range r.texts {
		if path.Dir(name) != "lexicons/blue/catbird/mls" {
			continue
		}
		var lexicon struct {
			Defs map[string]struct {
				Errors []struct{ Name string }
			}
		}
		if err := json.Unmarshal([]byte(text), &lexicon); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, d := range lexicon.Defs {
			for _, e := range d.Errors {
				out[e.Name] = true
			}
		}
	}
	return out
}

// The catalogue of errors has one row for each error that the lexicons declare,
// with its status, for each of tokens and for each of any method, and no other.
func TestCatalogueOfErrors(t *testing.T) {
	t.Parallel()
	r := readRepository(t)
	named := func(file string) map[string]bool {
		out := map[string]bool{}
		for _, m := range constants.FindAllStringSubmatch(r.texts[file], -1) {
			out[m[2]] = true
		}
		return out
	}
	tables := map[string]map[string]bool{
		"Declared by the lexicons": r.declaredErrors(t),
		"Of tokens":                named("server/auth/errors.go"),
		"Of any method":            named("xrpc/errors.go"),
	}
	row := regexp.MustCompile("(?m)^\\| `(\\w+)` \\|(?: ([0-9]{3}) \\|)? .+ \\|$")
	for heading, names := range tables {
		if len(names) < 9 {
			t.Fatalf("%s: the code has %d errors, which cannot be all", heading, len(names))
		}
		for _, m := range row.FindAllStringSubmatch(section(r.texts["docs/clients/errors.md"], heading), -1) {
			if !names[m[1]] {
				t.Errorf("docs/clients/errors.md, %s: %s is no error, or has two rows", heading, m[1])
			}
			if heading == "Declared by the lexicons" && m[2] != strconv.Itoa(gen.StatusOf(m[1])) {
				t.Errorf("docs/clients/errors.md: %s has the status %d, not %s", m[1], gen.StatusOf(m[1]), m[2])
			}
			delete(names, m[1])
		}
		for name := range names {
			t.Errorf("docs/clients/errors.md, %s: no row for %s", heading, name)
		}
	}
	if strings.Count(r.texts["docs/clients/errors.md"], "\n| `") < 50 {
		t.Error("docs/clients/errors.md has too few rows")
	}
}

// The list of changes names every lexicon that the last release does not have.
func TestChangesOfLexicons(t *testing.T) {
	t.Parallel()
	r := readRepository(t)
	text := section(r.texts["docs/clients/changes.md"], "Unreleased")
	seen := 0
	for name := range r.texts {
		if path.Dir(name) != "lexicons/blue/catbird/mls" {
			continue
		}
		seen++
		method := strings.TrimSuffix(path.Base(name), ".json")
		if !r.files["lexicons/released/blue/catbird/mls/"+method+".json"] && !strings.Contains(text, "`"+method+"`") {
			t.Errorf("docs/clients/changes.md does not name %s", method)
		}
	}
	if seen < 30 {
		t.Errorf("saw %d lexicons", seen)
	}
}
