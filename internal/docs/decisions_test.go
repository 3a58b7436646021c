package docs

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Decisions are numbered without gaps, have the same sections, and are listed
// in their index.
func TestDecisions(t *testing.T) {
	t.Parallel()
	r := readRepository(t)
	form := regexp.MustCompile(`^# (\d{4}): [^\n]+\n\n\d{4}-\d\d-\d\d\n\n(?s:.*)## Context\n(?s:.*)\n## Decision\n(?s:.*)\n## Consequence\n`)
	number := 0
	for _, name := range r.documents() {
		if path.Dir(name) != "docs/decisions" || path.Base(name) == "README.md" {
			continue
		}
		number++
		m := form.FindStringSubmatch(r.texts[name])
		if m == nil || !strings.HasPrefix(path.Base(name), m[1]+"-") {
			t.Errorf("%s has not the form: # number: title, date, Context, Decision, Consequence", name)
			continue
		}
		if want := fmt.Sprintf("%04d", number); m[1] != want {
			t.Errorf("%s should have the number %s", name, want)
		}
		if !strings.Contains(r.texts["docs/decisions/README.md"], "]("+path.Base(name)+")") {
			t.Errorf("docs/decisions/README.md does not list %s", name)
		}
	}
	if number < 30 {
		t.Errorf("found %d decisions", number)
	}
}

// The index leads to every page of docs, and to the documents at the root.
func TestIndexLeadsToEveryPage(t *testing.T) {
	t.Parallel()
	r := readRepository(t)
	var linked []string
	for _, m := range link.FindAllStringSubmatch(r.texts["docs/README.md"], -1) {
		file, _, _ := strings.Cut(m[1], "#")
		linked = append(linked, path.Join("docs", file))
	}
	for _, name := range r.documents() {
		dir := path.Dir(name)
		if dir != "." && dir != "docs" && name != "docs/decisions/README.md" && name != "e2e/README.md" || name == "docs/README.md" {
			continue
		}
		if !slices.Contains(linked, name) {
			t.Errorf("docs/README.md does not lead to %s", name)
		}
	}
}

// Each invariant names a test that guards it.
func TestInvariantsHaveTests(t *testing.T) {
	t.Parallel()
	text := readRepository(t).texts["docs/invariants.md"]
	items := strings.Split(text, "\n- ")[1:]
	if len(items) < 15 {
		t.Errorf("found %d invariants", len(items))
	}
	for _, item := range items {
		item, _, _ = strings.Cut(item, "\n\n")
		if !strings.Contains(item, "`Test") && !strings.Contains(item, "`e2e/test/") {
			t.Errorf("no test guards: %s", item)
		}
	}
}
