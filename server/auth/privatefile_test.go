package auth

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A file of another account may be readable for a group: a Secret that
// Kubernetes mounts with fsGroup has no other form.
func TestWhoMayReadAKeyFile(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		mode     os.FileMode
		own, ok  bool
		complain string
	}{
		{0o600, true, true, ""},
		{0o400, true, true, ""},
		{0o440, true, false, "it must be 0600"},
		{0o440, false, true, ""},
		{0o640, false, true, ""},
		{0o400, false, true, ""},
		{0o444, false, false, "fsGroup"},
		{0o644, false, false, "fsGroup"},
		{0o460, false, false, "0440"},
		{0o450, false, false, "0440"},
	} {
		err := checkMode("k", tc.mode, tc.own)
		if (err == nil) != tc.ok {
			t.Errorf("mode %#o, own %t: %v", tc.mode, tc.own, err)
		}
		if err != nil && (!errors.Is(err, ErrKeyPermissions) || !strings.Contains(err.Error(), tc.complain)) {
			t.Errorf("mode %#o, own %t: %v", tc.mode, tc.own, err)
		}
	}
}

// Root can give a file to another account, as the kubelet does.
func TestKeyFileOfAnotherAccount(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	if _, err := LoadOrCreateKey(path, K256, service); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o440); err != nil {
		t.Fatal(err)
	}
	want := ErrKeyPermissions
	if os.Geteuid() == 0 {
		if err := os.Chown(path, 65534, 65534); err != nil {
			t.Fatal(err)
		}
		want = nil
	}
	if _, err := LoadKey(path); !errors.Is(err, want) {
		t.Errorf("of another account (root runs this: %t): %v", os.Geteuid() == 0, err)
	}
}

func TestKeyFromADescriptor(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	made, err := LoadOrCreateKey(path, K256, service)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{"fd:%d", "/dev/fd/%d"} {
		name := fmt.Sprintf(form, pipeWith(t, text))
		if !IsDescriptor(name) {
			t.Errorf("%s is taken for a file", name)
		}
		if read, err := LoadKey(name); err != nil || !read.Private.Equal(made.Private) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"fd:", "fd:x", "/dev/fd/", "fd", "keys/fd:3", "fd:-1"} {
		if IsDescriptor(name) {
			t.Errorf("%s is taken for a descriptor", name)
		}
	}
	if parsed, err := ParseKey(string(text)); err != nil || !parsed.Private.Equal(made.Private) {
		t.Errorf("the content itself: %v", err)
	}
	if _, err := ParseKey("secret: hunter2"); !errors.Is(err, ErrKeyFormat) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("wrong content: %v", err)
	}
}

// pipeWith returns the number of a descriptor from which the text can be read.
// It is a copy, which nothing in this process closes but its reader.
func pipeWith(t *testing.T, text []byte) int {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return duplicate(t, r)
}

func TestSecretFromText(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret")
	made, err := LoadOrCreateSecret(path)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for name, content := range map[string]string{"file": string(text), "its last line": lines[len(lines)-1]} {
		if s, err := ParseSecret(content); err != nil || *s != *made {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func duplicate(t *testing.T, f *os.File) int {
	t.Helper()
	n, err := syscall.Dup(int(f.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
