package docs

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	usesAction   = regexp.MustCompile(`(?m)^\s*-?\s*uses:\s*(\S+)(.*)$`)
	pinnedAction = regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40}$`)
	versionNote  = regexp.MustCompile(`^ # v\d+\.\d+\.\d+$`)
)

// TestWorkflowsArePinned checks that every action is named by the hash of its
// commit, with the version beside it, and that every workflow restricts the
// rights of its token.
func TestWorkflowsArePinned(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(root, ".github/workflows/*.yaml"))
	if err != nil || len(files) < 3 {
		t.Fatalf("found the workflows %v, %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "\npermissions:") {
			t.Errorf("%s leaves the token all its rights", filepath.Base(file))
		}
		if strings.Contains(string(text), "pull_request_target") {
			t.Errorf("%s runs code of strangers with secrets", filepath.Base(file))
		}
		for _, m := range usesAction.FindAllStringSubmatch(string(text), -1) {
			if !pinnedAction.MatchString(m[1]) || !versionNote.MatchString(m[2]) {
				t.Errorf("%s: %s%s is not a hash with its version", filepath.Base(file), m[1], m[2])
			}
		}
	}
}

// TestStagingInstall runs deploy/staging/install with programs that only record
// their arguments. A package after which the service is not ready is replaced by
// the one before it.
func TestStagingInstall(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write("dpkg", "#!/bin/sh\necho \"dpkg $1 $(cat \"$2\")\" >>\"$DIR/log\"\ncp \"$2\" \"$DIR/installed\"\n")
	write("dpkg-deb", "#!/bin/sh\ngrep -q package \"$2\" || exit 2\n[ \"$1\" = --info ] || echo mlsd\n")
	write("dpkg-query", "#!/bin/sh\ncat \"$DIR/installed\"\n")
	write("mlsd", "#!/bin/sh\ngrep -q good \"$DIR/installed\"\n")
	write("sleep", "#!/bin/sh\n")
	run := func(pkg string) (string, error) {
		cmd := exec.CommandContext(context.Background(), "sh", filepath.Join(root, "deploy/staging/install"))
		cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "DIR="+dir, "MLSD="+filepath.Join(dir, "mlsd"), "MLSD_PACKAGES="+filepath.Join(dir, "keep"))
		cmd.Stdin = strings.NewReader(pkg)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := run("good package 1"); err != nil || out != "installed good package 1" && out != "installed good package 1\n" {
		t.Errorf("a good package: %q, %v", out, err)
	}
	if out, err := run("bad package 2"); err == nil || !strings.Contains(out, "the package before it is put back") {
		t.Errorf("a bad package: %q, %v", out, err)
	}
	if out, err := run("something else"); err == nil || !strings.Contains(out, "no Debian package") {
		t.Errorf("no package: %q, %v", out, err)
	}
	log, err := os.ReadFile(filepath.Join(dir, "log"))
	if want := "dpkg --install good package 1\ndpkg --install bad package 2\ndpkg --install good package 1\n"; err != nil || string(log) != want {
		t.Errorf("what was installed is %q, %v; want %q", log, err, want)
	}
}
