package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// directory keeps each object in a file, whose path is the key.
type directory struct{ path string }

// OpenDir opens a directory as the bucket. It is made where it is missing,
// readable by its owner only. Files are synced before they appear under their
// name.
func OpenDir(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make blob directory: %w", err)
	}
	id, err := directoryID(dir)
	if err != nil {
		return nil, err
	}
	return &Store{bucket: directory{dir}, id: id, errors: errorsMetric.NewCounterVec()}, nil
}

func (d directory) file(key string) (string, error) {
	path := filepath.FromSlash(key)
	if !filepath.IsLocal(path) {
		return "", fmt.Errorf("%q is not the key of an object", key)
	}
	return filepath.Join(d.path, path), nil
}

// write fills a file beside the place of the object, because a rename stays on
// one file system.
func (d directory) write(ctx context.Context, key string, r io.Reader) error {
	name, err := d.file(key)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), incomplete+"*")
	if err != nil {
		return err
	}
	if err := fill(ctx, f, r); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(name)
}

// fill copies r into f, makes it durable, and closes f.
func fill(ctx context.Context, f *os.File, r io.Reader) error {
	// The wrappers keep CopyBuffer from taking a short cut past its buffer.
	_, err := io.CopyBuffer(struct{ io.Writer }{f}, struct{ io.Reader }{r}, make([]byte, copySize))
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func (d directory) open(_ context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	name, err := d.file(key)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if length < 0 {
		return f, nil
	}
	return limited{io.LimitReader(f, length), f}, nil
}

// limited reads a part of what it closes.
type limited struct {
	io.Reader
	io.Closer
}

func (d directory) remove(_ context.Context, key string) error {
	name, err := d.file(key)
	if err != nil {
		return err
	}
	return os.Remove(name)
}

// incomplete is the beginning of the names of files that are being written.
const incomplete = ".incomplete-"

func (d directory) list(ctx context.Context, prefix string, f func(Object) error) error {
	// Only what is below the last folder that the prefix names can match.
	root, err := d.file(prefix[:strings.LastIndexByte(prefix, '/')+1] + ".")
	if err != nil {
		return err
	}
	return filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // removed meanwhile
			return nil
		case err != nil:
			return err
		case e.IsDir() || strings.HasPrefix(e.Name(), incomplete) || e.Name() == idFile:
			return ctx.Err()
		}
		name, err := filepath.Rel(d.path, path)
		if err != nil || !strings.HasPrefix(filepath.ToSlash(name), prefix) {
			return err
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		return f(Object{Key: filepath.ToSlash(name), Size: info.Size(), Stored: info.ModTime()})
	})
}

func (d directory) folders(_ context.Context, prefix string) ([]string, error) {
	parent := prefix[:strings.LastIndexByte(prefix, '/')+1]
	dir, err := d.file(parent + ".")
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if name := parent + e.Name() + "/"; e.IsDir() && strings.HasPrefix(name, prefix) {
			out = append(out, name)
		}
	}
	return out, nil
}

func (directory) missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// syncDir makes the names in the directory of a file durable, and that of the
// directory itself in its parent.
func syncDir(file string) error {
	for _, dir := range []string{filepath.Dir(file), filepath.Dir(filepath.Dir(file))} {
		d, err := os.Open(dir)
		if err != nil {
			return fmt.Errorf("sync blob directory: %w", err)
		}
		err = d.Sync()
		if cerr := d.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			return fmt.Errorf("sync blob directory: %w", err)
		}
	}
	return nil
}
