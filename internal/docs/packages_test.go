package docs

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A doc.go with a map of files (# Files) names every file of its package but
// tests, and no other.
func TestMapsOfFiles(t *testing.T) {
	t.Parallel()
	r := readRepository(t)
	named := regexp.MustCompile(`\b\w+\.go\b`)
	maps := 0
	for name, text := range r.texts {
		_, list, found := strings.Cut(text, "// # Files\n")
		if path.Base(name) != "doc.go" || !found {
			continue
		}
		maps++
		files := named.FindAllString(list, -1)
		for file := range r.texts {
			base := path.Base(file)
			if path.Dir(file) != path.Dir(name) || path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") || base == "doc.go" {
				continue
			}
			if !slices.Contains(files, base) {
				t.Errorf("%s does not name %s", name, base)
			}
		}
		for _, file := range files {
			if !r.files[path.Join(path.Dir(name), file)] {
				t.Errorf("%s names %s, which is not there", name, file)
			}
		}
	}
	if maps < 3 {
		t.Errorf("found %d maps of files", maps)
	}
}
