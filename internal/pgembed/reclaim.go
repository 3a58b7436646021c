package pgembed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// reclaim prepares a data directory, whose lock this process holds, for a
// start. A postmaster.pid was left by a run that ended without stopping its
// server. If a server of this directory is still running, reclaim stops it. If
// the file names another process, or none that exists, reclaim removes the
// file.
func reclaim(ctx context.Context, dataDir string) error {
	path := filepath.Join(dataDir, "postmaster.pid")
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	line, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err == nil && pid > 1 && runsIn(ctx, pid, dataDir) {
		return stopOrphan(ctx, pid, dataDir)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("removing the stale %s: %w", path, err)
	}
	return nil
}

// runsIn reports whether the process is a server of the data directory. The
// working directory of a server is its data directory. On systems without
// /proc, the command line is checked instead.
func runsIn(ctx context.Context, pid int, dataDir string) bool {
	if err := syscall.Kill(pid, 0); err != nil && !errors.Is(err, syscall.EPERM) {
		return false
	}
	if cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid)); err == nil {
		return cwd == dataDir
	}
	out, err := exec.CommandContext(ctx, "ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(out), dataDir)
}

func stopOrphan(ctx context.Context, pid int, dataDir string) error {
	if err := syscall.Kill(pid, syscall.SIGINT); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("stopping the server that an earlier run left behind (process %d): %w", pid, err)
	}
	deadline := time.Now().Add(20 * time.Second)
	for runsIn(ctx, pid, dataDir) {
		if time.Now().After(deadline) {
			return fmt.Errorf("the server that an earlier run left behind (process %d) does not stop", pid)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}
