package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// copyLexicons copies the lexicons of the repository to a temporary folder.
func copyLexicons(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "blue"), os.DirFS("../../lexicons/blue")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// command runs the command and returns its exit status and its output.
func command(args ...string) (int, string) {
	var stderr bytes.Buffer
	status := run(args, &stderr)
	return status, stderr.String()
}

func TestCommands(t *testing.T) {
	dir, out := copyLexicons(t), filepath.Join(t.TempDir(), "gen")
	in := []string{"-lexicons", dir, "-out", out}
	do := func(name string, status int, says string) {
		t.Helper()
		if got, said := command(append(in, name)...); got != status || !strings.Contains(said, says) || says == "" && said != "" {
			t.Errorf("%s: status %d, want %d: %s", name, got, status, said)
		}
	}
	do("lint", 0, "")
	do("generate", 0, "")
	do("breaking", 2, "lexgen snapshot")
	do("snapshot", 0, "")
	do("breaking", 0, "")
	if raw, err := os.ReadFile(filepath.Join(out, "service.go")); err != nil || !bytes.Contains(raw, []byte("type Service interface")) {
		t.Errorf("%v", err)
	}

	file := filepath.Join(dir, "blue/catbird/mls/getEpoch.json")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	change := func(old, new string) {
		t.Helper()
		if !bytes.Contains(raw, []byte(old)) {
			t.Fatalf("no %s", old)
		}
		if err := os.WriteFile(file, bytes.Replace(raw, []byte(old), []byte(new), 1), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	change(`"minLength": 32`, `"minLenght": 32`)
	const typo = `blue/catbird/mls/getEpoch.json: defs.main.parameters.properties.convoId.minLenght: unknown key "minLenght"`
	for _, name := range []string{"lint", "generate", "breaking", "snapshot"} {
		do(name, 1, typo)
	}
	change(`"minLength": 32`, `"minLength": 30`)
	do("lint", 0, "")
	do("breaking", 1, "string min/max length change (convoId)")
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"generat"}, {"lint", "generate"}, {"-nosuch", "lint"}} {
		if status, said := command(args...); status != 2 || !strings.Contains(said, "Usage: lexgen") {
			t.Errorf("%v: %d %s", args, status, said)
		}
	}
	if status, said := command("-lexicons", filepath.Join(t.TempDir(), "none"), "lint"); status != 2 || !strings.Contains(said, "read lexicons") {
		t.Errorf("%d %s", status, said)
	}
}

// A folder that cannot be written must be reported as a failure (2), not as a
// problem of the lexicons (1).
func TestUnwritableFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if status, said := command("-lexicons", copyLexicons(t), "-out", file, "generate"); status != 2 || said == "" {
		t.Errorf("%d %s", status, said)
	}
}
