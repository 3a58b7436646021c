package docs

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A tool is built once, after a line that says what is built and how long that
// takes; later runs say nothing, until the version of Go or of a tool changes.
func TestToolIsBuiltOnce(t *testing.T) {
	t.Parallel()
	bin, cache := t.TempDir(), t.TempDir()
	// A go that only writes a program which prints its arguments.
	fake := "#!/bin/sh\n" +
		"[ \"$1\" != version ] || { cat \"$VERSION\"; exit; }\n" +
		"printf '#!/bin/sh\\necho ran \"$@\"\\n' >\"$3\"; chmod +x \"$3\"\n"
	version := filepath.Join(bin, "version")
	for file, text := range map[string]string{filepath.Join(bin, "go"): fake, version: "go1"} {
		if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	run := func(args ...string) (stdout, stderr string) {
		t.Helper()
		var out, told strings.Builder
		cmd := exec.CommandContext(context.Background(), "sh", append([]string{root + "/tools/tool.sh"}, args...)...)
		cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "XDG_CACHE_HOME="+cache, "VERSION="+version)
		cmd.Stdout, cmd.Stderr = &out, &told
		if err := cmd.Run(); err != nil {
			return out.String(), told.String() + err.Error()
		}
		return out.String(), told.String()
	}
	announced := "building sqlc from source, which takes 2 to 4 minutes the first time"

	if out, told := run("sqlc", "generate", "a b"); out != "ran generate a b\n" || !strings.HasPrefix(told, announced) {
		t.Errorf("the first run prints %q and says %q", out, told)
	}
	if out, told := run("sqlc", "vet"); out != "ran vet\n" || told != "" {
		t.Errorf("the second run prints %q and says %q", out, told)
	}
	if err := os.WriteFile(version, []byte("go2"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, told := run("--build", "sqlc"); !strings.HasPrefix(told, announced) {
		t.Errorf("with another Go it says %q", told)
	}
	if _, told := run("nothing"); !strings.Contains(told, "tools/go.mod has no tool nothing") {
		t.Errorf("of an unknown tool it says %q", told)
	}
}
