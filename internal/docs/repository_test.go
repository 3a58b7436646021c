// Package docs has no code of its own. Its tests check the documents of this
// repository: references to files, headings and tests, the length of lines, and
// the form of the decisions. Comments in source files are checked for references
// to documents too. One test runs the script that builds the tools.
package docs

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

const root = "../.."

// notOurs are folders that are written by builds and runs, and that no checkout
// has.
var notOurs = []string{".git", "node_modules", "bin", "data", "e2e/out", "usr",
	// Files of a release, of other machines, and names that only look like files.
	"checksums.txt", "did.json", "xrpc.v1.json", "redis.conf", "create.sql", "upstream.conf", "patroni.yml", "mlsd_X.Y.Z_OS_ARCH.cdx.json"}

// repository is what references may lead to.
type repository struct {
	// files has every file and folder by its path from the root, with slashes.
	files map[string]bool
	// tests has the names of all Go functions that go test runs.
	tests map[string]bool
	// texts has the content of the text files by path.
	texts map[string]string
}

var (
	textFile     = regexp.MustCompile(`\.(md|go|sql|mjs|ts|sh|ya?ml|conf|json)$|(^|/)(Makefile|Dockerfile|run)$`)
	testFunction = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark|Example)\w*)\(`)
)

// readRepository reads this checkout. It does not ask git, which an unpacked
// archive has nothing for.
func readRepository(t *testing.T) *repository {
	t.Helper()
	r := &repository{files: map[string]bool{}, tests: map[string]bool{}, texts: map[string]string{}}
	err := filepath.WalkDir(root, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, at)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() && (slices.Contains(notOurs, rel) || slices.Contains(notOurs, d.Name())) {
			return filepath.SkipDir
		}
		r.files[rel] = true
		if d.IsDir() || !textFile.MatchString(rel) || d.Name() == "package-lock.json" {
			return nil
		}
		content, err := os.ReadFile(at)
		r.texts[rel] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range r.texts {
		if strings.HasSuffix(name, "_test.go") {
			for _, m := range testFunction.FindAllStringSubmatch(text, -1) {
				r.tests[m[1]] = true
			}
		}
	}
	return r
}

// documents are the paths of all Markdown files, in order.
func (r *repository) documents() []string {
	var out []string
	for name := range r.texts {
		if path.Ext(name) == ".md" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// has tells whether a path, or a pattern with *, is that of a file or folder.
func (r *repository) has(name string) bool {
	name = path.Clean(name)
	if r.files[name] {
		return true
	}
	if !strings.Contains(name, "*") {
		return false
	}
	for file := range r.files {
		if ok, err := path.Match(name, file); ok && err == nil {
			return true
		}
	}
	return false
}

// headings are the anchors of a document, as GitHub makes them.
func (r *repository) headings(document string) []string {
	var out []string
	for _, l := range lines(r.texts[document]) {
		title := strings.TrimLeft(l.text, "#")
		if l.code || title == l.text || !strings.HasPrefix(title, " ") {
			continue
		}
		out = append(out, anchor(title))
	}
	return out
}

func anchor(title string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case unicode.IsLetter(c), unicode.IsDigit(c), c == '-', c == '_':
			return unicode.ToLower(c)
		case c == ' ':
			return '-'
		}
		return -1
	}, strings.TrimSpace(title))
}

// line is one of a document; code is set inside a fenced block.
type line struct {
	number int
	text   string
	code   bool
}

func lines(text string) []line {
	var out []line
	code := false
	for i, l := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		fence := strings.HasPrefix(strings.TrimSpace(l), "```")
		out = append(out, line{number: i + 1, text: l, code: code || fence})
		if fence {
			code = !code
		}
	}
	return out
}
