package docs

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// maxColumns is the longest line of a document.
const maxColumns = 120

var (
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	quoted   = regexp.MustCompile("`([^`]+)`")
	testName = regexp.MustCompile(`^(Test|Fuzz|Benchmark|Example)[A-Z_]\w*$`)
	pathLike = regexp.MustCompile(`^[\w.*@-]+(/[\w.*@-]+)*/?$`)
	// extension is that of files which this repository has.
	extension   = regexp.MustCompile(`\.(md|go|sql|mjs|sh|ya?ml|conf|json|txt|mod|sum)$`)
	testMention = regexp.MustCompile(`\b(Test[A-Z]\w+)`)
	// placeholder stands for any file of its folder.
	placeholder = regexp.MustCompile(`^(NAME|NNNN)\b|^NNNN_`)
	// mention is a document that a comment names.
	mention = regexp.MustCompile(`(?:[\w.-]+/)*[\w-]+\.md(?:#[\w-]+)?\b`)
)

// Every link, path and test that a document names is there, as is every
// document that a comment names. No line is too long.
func TestReferences(t *testing.T) {
	t.Parallel()
	r := readRepository(t)
	if len(r.documents()) < 10 || len(r.tests) < 100 {
		t.Fatalf("found %d documents and %d tests, which cannot be all", len(r.documents()), len(r.tests))
	}
	for _, name := range r.documents() {
		for _, problem := range r.checkDocument(name) {
			t.Error(problem)
		}
	}
	delete(r.texts, "internal/docs/references_test.go") // which has faults of its own
	for name := range r.texts {
		for _, problem := range r.checkSource(name) {
			t.Error(problem)
		}
	}
}

func (r *repository) checkDocument(name string) []string {
	var out []string
	for _, l := range lines(r.texts[name]) {
		report := func(format string, args ...any) {
			out = append(out, fmt.Sprintf("%s:%d: ", name, l.number)+fmt.Sprintf(format, args...))
		}
		if n := utf8.RuneCountInString(l.text); n > maxColumns {
			report("%d columns, at most %d", n, maxColumns)
		}
		if l.code {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(l.text, -1) {
			if !r.linkLeadsSomewhere(name, m[1]) {
				report("the link %s leads nowhere", m[1])
			}
		}
		for _, m := range quoted.FindAllStringSubmatch(l.text, -1) {
			switch what := m[1]; {
			case testName.MatchString(what) && !r.tests[what]:
				report("%s is no test", what)
			case !testName.MatchString(what) && !r.pathIsThere(name, what):
				report("%s is no file", what)
			}
		}
	}
	return out
}

func (r *repository) linkLeadsSomewhere(from, to string) bool {
	if strings.Contains(to, "://") {
		return true
	}
	file, fragment, found := strings.Cut(to, "#")
	if file == "" {
		file = from
	} else {
		file = path.Join(path.Dir(from), file)
	}
	return r.has(file) && (!found || slices.Contains(r.headings(file), fragment))
}

// pathIsThere is also true of what is no path of this repository: one begins
// with a folder of the root or beside the document, or has the extension of a
// file. A file name alone may be that of any file.
func (r *repository) pathIsThere(document, text string) bool {
	text = strings.ReplaceAll(text, "…", "*")
	if !pathLike.MatchString(text) || placeholder.MatchString(path.Base(text)) {
		return true
	}
	beside := path.Join(path.Dir(document), text)
	if r.has(text) || r.has(beside) {
		return true
	}
	text = strings.TrimLeft(text, "./")
	first, _, folder := strings.Cut(text, "/")
	if slices.Contains(notOurs, first) || slices.Contains(notOurs, strings.TrimSuffix(text, "/")) {
		return true
	}
	if folder {
		return !r.has(first) && !r.has(path.Join(path.Dir(document), first)) && !extension.MatchString(text)
	}
	return !extension.MatchString(text) || r.hasBase(text)
}

func (r *repository) hasBase(name string) bool {
	for file := range r.files {
		if path.Base(file) == name {
			return true
		}
	}
	return false
}

// checkSource looks for documents that a comment names, and that are not there.
// A name without folder may be that of a page of docs.
func (r *repository) checkSource(name string) []string {
	if path.Ext(name) == ".md" || path.Ext(name) == ".json" && !strings.HasPrefix(name, "lexicons/") {
		return nil
	}
	var out []string
	for _, l := range lines(r.texts[name]) {
		text := l.text
		if path.Ext(name) == ".go" {
			// Strings of tests name files of their own.
			_, text, _ = strings.Cut(text, "//")
			for _, m := range testMention.FindAllStringSubmatch(text, -1) {
				if !r.tests[m[1]] {
					out = append(out, fmt.Sprintf("%s:%d: names %s, which is no test", name, l.number, m[1]))
				}
			}
		}
		for _, m := range mention.FindAllString(text, -1) {
			file, fragment, found := strings.Cut(m, "#")
			if first, _, _ := strings.Cut(file, "/"); slices.Contains(notOurs, first) {
				continue
			}
			for _, dir := range []string{"docs", path.Dir(name), "."} {
				if r.has(path.Join(dir, file)) {
					file = path.Join(dir, file)
					break
				}
			}
			if !r.has(file) || found && !slices.Contains(r.headings(file), fragment) {
				out = append(out, fmt.Sprintf("%s:%d: names %s, which is not there", name, l.number, m))
			}
		}
	}
	return out
}

// Each line of an invented document and comment has one fault, and each fault is
// found.
func TestReferencesAreMissed(t *testing.T) {
	t.Parallel()
	r := &repository{
		files: map[string]bool{"docs": true, "docs/a.md": true, "server": true, "server/x.go": true, "e2e": true, "Makefile": true},
		tests: map[string]bool{"TestThere": true},
		texts: map[string]string{
			"docs/a.md": "# One heading\n[x](b.md)\n[x](a.md#two)\n`server/y.go`\n`TestGone`\n`z.sql`\n`e2e/test/gone.test.mjs`\n" +
				strings.Repeat("x", maxColumns+1) + "\n" +
				"`TestThere` `server/x.go` `server/*.go` `x.go`\n[x](../Makefile) [x](#one-heading) `application/json` `bin/mlsd` `did:web`\n",
			"server/x.go": "// see docs/gone.md\nx := \"gone.md\" // and a.md, docs/a.md#one-heading\n// and a.md#two\n// by TestThere, TestLost\n",
		},
	}
	wants := []string{
		"docs/a.md:2: the link b.md leads nowhere", "docs/a.md:3: the link a.md#two leads nowhere", "docs/a.md:4: server/y.go is no file",
		"docs/a.md:5: TestGone is no test", "docs/a.md:6: z.sql is no file", "docs/a.md:7: e2e/test/gone.test.mjs is no file",
		"docs/a.md:8: 121 columns, at most 120",
		"server/x.go:1: names docs/gone.md, which is not there", "server/x.go:3: names a.md#two, which is not there",
		"server/x.go:4: names TestLost, which is no test",
	}
	if got := append(r.checkDocument("docs/a.md"), r.checkSource("server/x.go")...); !slices.Equal(got, wants) {
		t.Errorf("found %s", strings.Join(got, "\n"))
	}
}
