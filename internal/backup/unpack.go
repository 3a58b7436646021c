package backup

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// unpack writes the files of a base backup into a directory.
func (r *Repository) unpack(ctx context.Context, b *Base, dir string) error {
	src, err := r.getParts(ctx, b.name("data"), b.Encrypted, b.Parts)
	if err != nil {
		return fmt.Errorf("base backup %s: %w", b.ID, err)
	}
	root, err := os.OpenRoot(dir)
	if err == nil {
		err = errors.Join(untar(src, root), root.Close())
	}
	if err == nil {
		_, err = io.Copy(io.Discard, src) // what follows the archive must be whole too
	}
	if err := errors.Join(err, src.Close()); err != nil {
		return fmt.Errorf("base backup %s: %w", b.ID, err)
	}
	return os.MkdirAll(filepath.Join(dir, "pg_wal", "archive_status"), 0o700)
}

// untar writes directories and files. Everything is readable by its owner only,
// as PostgreSQL wants it.
func untar(src io.Reader, root *os.Root) error {
	made := map[string]bool{".": true}
	for files := tar.NewReader(src); ; {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := filepath.Clean(filepath.FromSlash(h.Name))
		dir := filepath.Dir(name)
		if h.Typeflag == tar.TypeDir {
			dir = name
		}
		if !made[dir] {
			if err := root.MkdirAll(dir, 0o700); err != nil {
				return err
			}
			made[dir] = true
		}
		switch h.Typeflag {
		case tar.TypeDir:
		case tar.TypeReg:
			err = writeFile(root, name, files)
		default:
			err = fmt.Errorf("%s is neither a file nor a directory", h.Name)
		}
		if err != nil {
			return err
		}
	}
}

func writeFile(root *os.Root, name string, src io.Reader) error {
	f, err := root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, src)
	return errors.Join(err, f.Close())
}

// ConfigFiles returns the service's key, secret and configuration of the time of
// a base backup. It returns none if the backup does not have them.
func (r *Repository) ConfigFiles(ctx context.Context, b *Base) (map[string][]byte, error) {
	name, err := r.find(ctx, b.name("files"))
	if err != nil || name == "" {
		return nil, err
	}
	src, err := r.get(ctx, name)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	out := map[string][]byte{}
	for files := tar.NewReader(src); ; {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if out[h.Name], err = io.ReadAll(files); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
}
