package apitest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// testsNamed matches the tests that a document names: Go functions, and files
// of e2e.
var testsNamed = regexp.MustCompile("`(Test\\w+|e2e/[^`]+)`")

// missingTests lists the named tests that do not exist.
func missingTests(document string, functions map[string]bool) []string {
	var out []string
	for _, m := range testsNamed.FindAllStringSubmatch(document, -1) {
		name := m[1]
		if strings.HasPrefix(name, "e2e/") {
			if _, err := os.Stat(filepath.Join(root, name)); err == nil {
				continue
			}
		} else if functions[name] {
			continue
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// testFunctions are the names of all test functions in this repository.
func testFunctions(t *testing.T) map[string]bool {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	out := map[string]bool{}
	for _, dir := range []string{"cmd", "db", "gen", "internal", "lexicons", "mls", "server", "xrpc"} {
		if err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			source, err := os.ReadFile(path)
			for _, m := range declared.FindAllSubmatch(source, -1) {
				out[string(m[1])] = true
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// The tests that docs/security.md names exist, and it has a row for each point
// of RFC 9750.
func TestTestsInSecurityDocument(t *testing.T) {
	t.Parallel()
	text := string(must(os.ReadFile(root + "/docs/security.md"))(t))
	functions := testFunctions(t)
	for _, name := range missingTests(text, functions) {
		t.Errorf("docs/security.md names %s, which is no test", name)
	}
	for _, section := range []string{"5.1", "5.3", "6.4", "6.5", "7", "8.1.2", "8.1.3", "8.4"} {
		if !strings.Contains(text, "\n| "+section+" | ") {
			t.Errorf("section %s of RFC 9750 is not in the table", section)
		}
	}
	// Missing tests are found.
	invented := "`TestMatrix`, `TestNobodyWroteThis`, `e2e/test/pds.test.mjs` and `e2e/test/nothing.test.mjs`"
	if got := missingTests(invented, functions); !slices.Equal(got, []string{"TestNobodyWroteThis", "e2e/test/nothing.test.mjs"}) {
		t.Errorf("of invented tests %v are missed", got)
	}
}

// SECURITY.md and the README link to the document.
func TestSecurityPolicyLeadsToTheDocument(t *testing.T) {
	t.Parallel()
	text := string(must(os.ReadFile(root + "/docs/security.md"))(t))
	for _, file := range []string{"SECURITY.md", "README.md"} {
		if !strings.Contains(string(must(os.ReadFile(root+"/"+file))(t)), "docs/security.md") {
			t.Errorf("%s does not lead to docs/security.md", file)
		}
	}
	if !strings.Contains(text, "\n## Reporting a vulnerability\n") {
		t.Error("docs/security.md does not say how to report a vulnerability")
	}
}
