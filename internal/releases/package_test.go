package releases

import (
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// content is a row of contents of a Debian package in .goreleaser.yaml.
type content struct{ Src, Dst, Type string }

// TestPackagesAgree compares the Debian package of a release with what make
// install puts in place, which is also the package of make deb.
func TestPackagesAgree(t *testing.T) {
	t.Parallel()
	var config struct {
		Nfpms []struct {
			Contents []content
		}
	}
	if err := yaml.Unmarshal([]byte(readFile(t, "../../.goreleaser.yaml")), &config); err != nil {
		t.Fatal(err)
	}
	released := []string{"/usr/bin/mlsd"} // goreleaser adds what it has built
	for _, c := range config.Nfpms[0].Contents {
		released = append(released, c.files(t)...)
	}
	slices.Sort(released)
	if installed := below(t, install(t, "/usr")); !slices.Equal(released, installed) {
		for _, file := range released {
			if !slices.Contains(installed, file) {
				t.Errorf("tools/install.sh lacks %s", file)
			}
		}
		for _, file := range installed {
			if !slices.Contains(released, file) {
				t.Errorf("the package in .goreleaser.yaml lacks %s", file)
			}
		}
	}
}

// files returns the files of a row, as nfpm finds them.
func (c content) files(t *testing.T) (out []string) {
	t.Helper()
	source := filepath.Join("../..", c.Src)
	switch {
	case c.Type == "tree":
		for _, file := range below(t, source) {
			out = append(out, c.Dst+file)
		}
	case strings.HasSuffix(c.Dst, "/"):
		matches, err := filepath.Glob(source)
		if err != nil || len(matches) == 0 {
			t.Fatalf("%s: no file, %v", c.Src, err)
		}
		for _, file := range matches {
			out = append(out, path.Join(c.Dst, filepath.Base(file)))
		}
	default:
		if _, err := os.Stat(source); err != nil {
			t.Fatal(err)
		}
		out = []string{c.Dst}
	}
	return out
}

// TestRunAsService runs mlsd-run with a runuser that prints its arguments. The
// program is the one of the prefix.
func TestRunAsService(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "runuser"), []byte("#!/bin/sh\npwd\nprintf '%s\\n' \"$@\"\ncat\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", filepath.Join(install(t, "/usr/local"), "usr/local/bin/mlsd-run"), "backup", "verify", "a b")
	cmd.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH")}
	cmd.Stdin = strings.NewReader("the key\n")
	out, err := cmd.CombinedOutput()
	want := "/\n-u\nmlsd\n--\nenv\nMLS_DATA_DIR=/var/lib/mlsd\nMLS_ENV_FILE=/etc/mlsd/mlsd.env\n/usr/local/bin/mlsd\nbackup\nverify\na b\nthe key\n"
	if err != nil || string(out) != want {
		t.Errorf("%v\n%s", err, out)
	}
}

// install runs tools/install.sh in a copy of the sources that it needs, and
// returns the folder in which the root of a system is imitated.
func install(t *testing.T, prefix string) string {
	t.Helper()
	source, target := t.TempDir(), t.TempDir()
	for _, folder := range []string{"deploy", "docs", "tools"} {
		if err := os.CopyFS(filepath.Join(source, folder), os.DirFS(filepath.Join("../..", folder))); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"LICENSE": readFile(t, "../../LICENSE"), "bin/mlsd": "the program"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(source, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(source, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.CommandContext(t.Context(), "sh", filepath.Join(source, "tools/install.sh"), target, prefix).CombinedOutput()
	if err != nil {
		t.Fatalf("install.sh: %v\n%s", err, out)
	}
	return target
}

// below returns the files below a folder, each with a slash before it.
func below(t *testing.T, folder string) (out []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			out = append(out, "/"+name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}
