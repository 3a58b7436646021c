package auth

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
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

// readPrivate reads a file that writePrivate wrote, or a copy of one that the
// platform mounts. A path of the form fd:3 or /dev/fd/3 names an open file
// descriptor, such as a pipe, which can be read once. The error is
// ErrKeyPermissions, ErrKeyFormat or an error of the file system.
func readPrivate(path string) ([]byte, error) {
	if number, ok := descriptor(path); ok {
		return readDescriptor(path, number)
	}
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
	if err := checkMode(path, info.Mode().Perm(), isOwn(info)); err != nil {
		return nil, err
	}
	return readLimited(f)
}

// checkMode refuses a file that accounts other than that of this process can
// read. A file that belongs to another account, such as a mounted Secret of
// Kubernetes (owned by root, 0440 with fsGroup), is readable for this process
// only through its group, so the group may read it.
func checkMode(path string, mode os.FileMode, own bool) error {
	switch {
	case own && mode&0o077 != 0:
		return fmt.Errorf("%w: %s has mode %#o, it must be 0600", ErrKeyPermissions, path, mode)
	case mode&0o037 != 0:
		return fmt.Errorf("%w: %s has mode %#o and belongs to another account, it must be 0440 or 0400 "+
			"(in Kubernetes: defaultMode of the Secret's volume, and fsGroup)", ErrKeyPermissions, path, mode)
	}
	return nil
}

// IsDescriptor reports whether a path names an open file descriptor (fd:3 or
// /dev/fd/3) rather than a file.
func IsDescriptor(path string) bool {
	_, ok := descriptor(path)
	return ok
}

func descriptor(path string) (uintptr, bool) {
	number, ok := strings.CutPrefix(path, "fd:")
	if !ok {
		number, ok = strings.CutPrefix(path, "/dev/fd/")
	}
	n, err := strconv.ParseUint(number, 10, 16)
	return uintptr(n), ok && err == nil
}

// readDescriptor reads to the end and closes the descriptor, so that child
// processes do not inherit it.
func readDescriptor(path string, number uintptr) ([]byte, error) {
	f := os.NewFile(number, path)
	if f == nil {
		return nil, fmt.Errorf("key file: %s is not open", path)
	}
	defer func() { _ = f.Close() }()
	return readLimited(f)
}

func readLimited(f *os.File) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(f, maxPrivateFile))
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	return raw, nil
}
