package docs

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	module = "catbird.blue/mls/"
	echo   = "github.com/labstack/echo/v4"
	// mostFiles bounds the files of a package that are not tests.
	mostFiles = 30
)

// goPackage is a package as go list tells of it.
type goPackage struct {
	ImportPath       string
	GoFiles, Imports []string
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,GoFiles,Imports", "./...")
	cmd.Dir, cmd.Stderr = root, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []goPackage
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		p.ImportPath = strings.TrimPrefix(p.ImportPath, module)
		packages = append(packages, p)
	}
}

// row is a row of the table of docs/architecture.md: folders, and what their
// packages import of this module.
type row struct {
	folders []string
	imports map[string]bool
}

// readTable reads the table of folders and the list of their imports, by folder.
func readTable(t *testing.T) map[string]*row {
	t.Helper()
	text, err := os.ReadFile(root + "/docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	table := map[string]*row{}
	for _, m := range regexp.MustCompile(`(?m)^\| (\x60[^|]+) \|[^|]+\|$`).FindAllStringSubmatch(section(string(text), "Folders"), -1) {
		r := &row{imports: map[string]bool{}}
		for _, folder := range quoted.FindAllStringSubmatch(m[1], -1) {
			name := strings.TrimSuffix(folder[1], "/")
			r.folders = append(r.folders, name)
			table[name] = r
		}
	}
	// A line that is indented further goes on with the one before it.
	lists := strings.ReplaceAll(section(string(text), "Imports"), "\n        ", " ")
	for _, m := range regexp.MustCompile(`(?m)^    ([a-z0-9/, ]+): (.+)$`).FindAllStringSubmatch(lists, -1) {
		first, _, _ := strings.Cut(m[1], ",")
		if table[first] == nil || strings.Join(table[first].folders, ", ") != m[1] {
			t.Errorf("docs/architecture.md lists imports of %s, which is no row of its table", m[1])
			continue
		}
		for _, name := range strings.Fields(m[2]) {
			table[first].imports[name] = true
		}
	}
	if len(table) < 30 {
		t.Fatalf("found %d folders in the table", len(table))
	}
	return table
}

// section returns the text below a heading of the second level.
func section(text, heading string) string {
	_, text, _ = strings.Cut(text, "\n## "+heading+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	return text
}

// folderOf is the folder of the table that a package belongs to: its own, or the
// nearest one above.
func folderOf(table map[string]*row, name string) string {
	for ; name != "."; name = path.Dir(name) {
		if table[name] != nil {
			return name
		}
	}
	return ""
}

// The table of docs/architecture.md states exactly what the packages of each row
// import of this module. Only gen and server/httpd import echo, so that handlers
// know nothing of HTTP.
func TestArchitectureTable(t *testing.T) {
	t.Parallel()
	table, found := readTable(t), map[*row]map[string]bool{}
	for _, p := range listPackages(t) {
		r := table[folderOf(table, p.ImportPath)]
		if r == nil {
			t.Errorf("%s is in no folder of the table", p.ImportPath)
			continue
		}
		if found[r] == nil {
			found[r] = map[string]bool{}
		}
		for _, i := range p.Imports {
			name, ours := strings.CutPrefix(i, module)
			if to := folderOf(table, name); ours && table[to] != r {
				found[r][to] = true
			}
			if i == echo && p.ImportPath != "gen" && p.ImportPath != "server/httpd" {
				t.Errorf("%s imports echo, which only gen and server/httpd may", p.ImportPath)
			}
		}
	}
	for r, got := range found {
		if r.imports["all"] {
			continue
		}
		if want, got := slices.Sorted(maps.Keys(r.imports)), slices.Sorted(maps.Keys(got)); !slices.Equal(want, got) {
			t.Errorf("%s: docs/architecture.md says that it imports %v, it imports %v", strings.Join(r.folders, ", "), want, got)
		}
	}
}

// A package of many files is several packages.
func TestFilesOfPackages(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, p := range listPackages(t) {
		if !strings.HasPrefix(p.ImportPath, "server") {
			continue
		}
		seen++
		if n := len(p.GoFiles); n > mostFiles {
			t.Errorf("%s has %d files, want %d at most", p.ImportPath, n, mostFiles)
		}
	}
	if seen < 15 {
		t.Errorf("saw %d packages below server", seen)
	}
}
