package pgembed

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// ErrInUse is returned if another process runs the server of this data
// directory.
var ErrInUse = errors.New("the data directory is in use")

// lockDir takes the lock of the data directory. It is held until the returned
// file is closed or the process ends in any way.
func lockDir(dataDir string) (*os.File, error) {
	path := dataDir + ".lock"
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the lock of the data directory: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		err = f.Truncate(0)
	}
	if err == nil {
		_, err = fmt.Fprintf(f, "%d\n", os.Getpid())
	}
	if err == nil {
		return f, nil
	}
	defer f.Close()
	if !errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fmt.Errorf("locking the data directory: %w", err)
	}
	holder := ""
	if b, err := os.ReadFile(path); err == nil && len(b) > 0 {
		holder = " by process " + strings.TrimSpace(string(b))
	}
	return nil, fmt.Errorf("%w%s: %s; stop that one, choose another directory with MLS_DATA_DIR, or share one database with DATABASE_URL",
		ErrInUse, holder, dataDir)
}
