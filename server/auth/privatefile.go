package auth

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// maxPrivateFile bounds the files of keys and secrets, in bytes.
const maxPrivateFile = 4096

// writePrivate creates a file that only its owner can read. If the file exists,
// it is not changed and the error is fs.ErrExist.
func writePrivate(path, content string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	_, err = f.WriteString(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("key file: %w", errors.Join(err, os.Remove(path)))
	}
	return nil
}

// readPrivate reads a file that writePrivate wrote. The error is
// ErrKeyPermissions, ErrKeyFormat or an error of the file system.
func readPrivate(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %s is no regular file", ErrKeyFormat, path)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("%w: %s has mode %#o, it must be 0600", ErrKeyPermissions, path, mode)
	}
	raw, err := io.ReadAll(io.LimitReader(f, maxPrivateFile))
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	return raw, nil
}
