package docs

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "catbird.blue/mls/"

// tableRow is a row of the table of folders in docs/architecture.md.
type tableRow struct {
	folders []string
	imports string
}

// TestArchitectureTable compares the table of folders with the imports of the
// packages, tests apart. A folder without a row belongs to the folder that it is
// in, and the imports within a row are not named.
func TestArchitectureTable(t *testing.T) {
	t.Parallel()
	rows := foldersTable(t, readRepository(t).texts["docs/architecture.md"])
	rowOf := func(pkg string) (folder string, row int) {
		row = -1
		for i, r := range rows {
			for _, f := range r.folders {
				if (pkg == f || strings.HasPrefix(pkg, f+"/")) && len(f) > len(folder) {
					folder, row = f, i
				}
			}
		}
		return folder, row
	}
	found := make([][]string, len(rows))
	for pkg, imports := range packageImports(t) {
		folder, row := rowOf(pkg)
		if row < 0 {
			t.Errorf("docs/architecture.md has no row for %s", pkg)
			continue
		}
		if pkg != folder {
			continue // what a folder has below it are commands and helpers of tests
		}
		for _, imported := range imports {
			name, from := rowOf(imported)
			if from != row && !slices.Contains(found[row], name) {
				found[row] = append(found[row], name)
			}
		}
	}
	for i, row := range rows {
		want := strings.Fields(strings.Trim(row.imports, "–"))
		slices.Sort(want)
		slices.Sort(found[i])
		if row.imports != "all" && !slices.Equal(want, found[i]) {
			t.Errorf("%v imports %v, docs/architecture.md says %v", row.folders, found[i], want)
		}
	}
}

func foldersTable(t *testing.T, text string) []tableRow {
	t.Helper()
	_, section, _ := strings.Cut(text, "\n## Folders\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var out []tableRow
	for _, m := range regexp.MustCompile(`(?m)^\| (\x60[^|]+) \|[^|]*\| ([^|]+) \|$`).FindAllStringSubmatch(section, -1) {
		row := tableRow{imports: strings.TrimSpace(m[2])}
		for _, f := range quoted.FindAllStringSubmatch(m[1], -1) {
			row.folders = append(row.folders, strings.TrimSuffix(f[1], "/"))
		}
		out = append(out, row)
	}
	if len(out) < 20 {
		t.Fatalf("found %d rows in the table of folders", len(out))
	}
	return out
}

// packageImports has the imports of every package of this module, without those
// of its tests. Paths are those of the folders.
func packageImports(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...")
	cmd.Dir = root
	list, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, l := range strings.Split(strings.TrimSpace(string(list)), "\n") {
		fields := strings.Fields(l)
		var imports []string
		for _, i := range fields[1:] {
			if rel, ours := strings.CutPrefix(i, module); ours {
				imports = append(imports, rel)
			}
		}
		out[strings.TrimPrefix(fields[0], module)] = imports
	}
	return out
}
