package auth

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSecretFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	if _, err := LoadSecret(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	made, err := LoadOrCreateSecret(path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := LoadOrCreateSecret(path)
	if err != nil || *again != *made {
		t.Errorf("read again: another secret, %v", err)
	}
	if err := made.WriteFile(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("written over: %v", err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadSecret(path); !errors.Is(err, ErrKeyPermissions) {
		t.Errorf("readable by others: %v", err)
	}
}

func TestSecretFileDamaged(t *testing.T) {
	for _, content := range []string{"", "# nothing\n", "c2hvcnQ=\n", "not base64!\n", strings.Repeat("QUFB", 100) + "\n"} {
		path := filepath.Join(t.TempDir(), "s")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := LoadSecret(path)
		if !errors.Is(err, ErrKeyFormat) {
			t.Errorf("%q: %v", content, err)
		}
		if shown := strings.TrimSpace(content); shown != "" && strings.Contains(err.Error(), shown) {
			t.Errorf("the error shows the content: %v", err)
		}
	}
}

func TestSecretKeysAreApart(t *testing.T) {
	a, b := NewSecret(), NewSecret()
	if bytes.Equal(a.Key("x"), b.Key("x")) || bytes.Equal(a.Key("x"), a.Key("y")) || !bytes.Equal(a.Key("x"), a.Key("x")) {
		t.Error("a key follows from the secret and its use, and from nothing else")
	}
}
