package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestSpareHeap(t *testing.T) {
	for limit, want := range map[int64]int{spareFrom - 1: 0, spareFrom: spareHeap, noMemoryLimit: spareHeap} {
		if n := len(spare(limit)); n != want {
			t.Errorf("limit %d: %d bytes, want %d", limit, n, want)
		}
	}
}

// TestLinkerRemovesUnusedMethods: a program that looks methods up by name, as
// text/template does, keeps the methods of all its types, which is a third of the
// binary and 7 MiB of memory. The linker marks where that happens.
func TestLinkerRemovesUnusedMethods(t *testing.T) {
	const mark = "<ReflectMethod>"
	template := filepath.Join(t.TempDir(), "main.go")
	source := "package main\n\nimport (\"os\"; \"text/template\")\n\nfunc main() { template.New(\"\").Execute(os.Stdout, nil) }\n"
	if err := os.WriteFile(template, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(dependencies(t, template), mark) {
		t.Fatalf("the linker does not mark text/template with %s: this test finds nothing", mark)
	}
	for line := range strings.Lines(dependencies(t, ".")) {
		if strings.Contains(line, mark) {
			t.Errorf("methods are looked up by name (a library with text/template?): %s", line)
		}
	}
}

// dependencies returns what the linker prints about a program.
func dependencies(t *testing.T, program string) string {
	t.Helper()
	build := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-dumpdep", "-o", filepath.Join(t.TempDir(), "program"), program)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %.2000s", err, out)
	}
	return string(out)
}
