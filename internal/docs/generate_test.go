package docs

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestGenerateNeedsNoHandler checks that what `make generate` runs does not
// contain the server. A new lexicon lacks its handler until its types and its
// queries are generated, and the server does not compile until then.
func TestGenerateNeedsNoHandler(t *testing.T) {
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	recipes := regexp.MustCompile(`(?m)^(?:lexgen|generate):.*\n((?:\t.*\n)+)`).FindAllSubmatch(makefile, -1)
	if len(recipes) != 2 {
		t.Fatalf("the Makefile has %d of the targets lexgen and generate", len(recipes))
	}
	packages := regexp.MustCompile(` (\./[\w/]+)`)
	var found int
	for _, recipe := range recipes {
		for _, p := range packages.FindAllSubmatch(recipe[1], -1) {
			found++
			list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-test", string(p[1]))
			list.Dir = "../.."
			out, err := list.CombinedOutput()
			if err != nil {
				t.Fatalf("%s: %v\n%s", p[1], err, out)
			}
			for line := range strings.Lines(string(out)) {
				if strings.TrimSpace(line) == "catbird.blue/mls/server" {
					t.Errorf("%s of `%s` contains the server", p[1], strings.TrimSpace(string(recipe[1])))
				}
			}
		}
	}
	if found < 4 {
		t.Errorf("the recipes have %d packages", found)
	}
}
