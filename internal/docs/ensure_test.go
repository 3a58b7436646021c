package docs

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tools/ensure.sh cannot install Rust, since the packages of most systems are
// older than what the bindings need. It then installs nothing else either, and
// says in one sentence what to do.
func TestEnsureAsksForRust(t *testing.T) {
	t.Parallel()
	bin := t.TempDir()
	run := func(version string) (string, error) {
		t.Helper()
		script := "#!/bin/sh\necho 'cargo " + version + " (0123abcd 2026-01-01)'\n"
		if err := os.WriteFile(filepath.Join(bin, "cargo"), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(context.Background(), "sh", root+"/tools/ensure.sh", "cargo")
		cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	for _, version := range []string{"1.1000.0", "1.1000.0-nightly"} {
		if out, err := run(version); err != nil || out != "" {
			t.Errorf("with cargo %s: %v, %q", version, err, out)
		}
	}
	for _, version := range []string{"0.66.0", "1.8.0", "1.63.0"} {
		out, err := run(version)
		if err == nil || !strings.Contains(out, "missing: Rust 1.") || !strings.Contains(out, "Nothing was installed") ||
			!strings.Contains(out, "Install Rust as https://rust-lang.org/tools/install tells") {
			t.Errorf("with cargo %s: %v, %q", version, err, out)
		}
	}
}
