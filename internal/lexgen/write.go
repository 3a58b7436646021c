package lexgen

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Write makes the folder dir contain exactly the given files: it writes files
// that differ and removes generated files that are not in the list. It leaves
// files without the generated Header alone.
func Write(dir string, files Files) error {
	for _, p := range files.Paths() {
		at := filepath.Join(dir, filepath.FromSlash(p))
		if old, err := os.ReadFile(at); err == nil && bytes.Equal(old, files[p]) {
			continue
		}
		if err := writeFile(dir, p, files[p]); err != nil {
			return err
		}
	}
	stale, err := staleFiles(dir, files)
	if err != nil {
		return fmt.Errorf("look for stale generated code: %w", err)
	}
	for _, at := range stale {
		if err := os.Remove(at); err != nil {
			return fmt.Errorf("remove stale generated code: %w", err)
		}
	}
	return nil
}

// writeFile writes a file below dir and creates the folders that it needs.
func writeFile(dir, path string, content []byte) error {
	at := filepath.Join(dir, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	if err := os.WriteFile(at, content, 0o644); err != nil {
		return fmt.Errorf("write file: %w", err)
	}
	return nil
}

// staleFiles lists the generated files in dir that are not in files.
func staleFiles(dir string, files Files) ([]string, error) {
	var stale []string
	err := filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(at) != ".go" {
			return err
		}
		rel, err := filepath.Rel(dir, at)
		if err != nil {
			return err
		}
		if _, ok := files[filepath.ToSlash(rel)]; ok {
			return nil
		}
		raw, err := os.ReadFile(at)
		if err != nil {
			return err
		}
		if bytes.HasPrefix(raw, []byte(Header)) {
			stale = append(stale, at)
		}
		return nil
	})
	return stale, err
}
