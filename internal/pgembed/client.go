package pgembed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// FindClient returns the newest installation of the PostgreSQL client programs
// pg_dump, pg_restore and psql. It looks where Find looks. Their version must
// be major or later, because an older pg_dump refuses a newer server.
func FindClient(ctx context.Context, major int) (Install, error) {
	var best Install
	for _, dir := range candidates("pg_dump", "pg_restore", "psql") {
		if v, err := version(ctx, dir, "pg_dump"); err == nil && v > best.Major {
			best = Install{BinDir: dir, Major: v}
		}
	}
	if best.Major < max(major, MinVersion) {
		return Install{}, fmt.Errorf("%w: pg_dump, pg_restore and psql of version %d or newer are needed; %s",
			ErrNotInstalled, max(major, MinVersion), installHint("postgresql-client", major))
	}
	return best, nil
}

// ErrNotRunning is returned if no server is running in a data directory.
var ErrNotRunning = errors.New("no server runs in the data directory")

// RunningURL returns the connection string of Database on the server that
// another process runs in the data directory.
func RunningURL(dataDir string) (string, error) {
	b, err := os.ReadFile(filepath.Join(dataDir, "cluster", "postmaster.pid"))
	if errors.Is(err, os.ErrNotExist) {
		return "", ErrNotRunning
	}
	if err != nil {
		return "", fmt.Errorf("looking for the running server: %w", err)
	}
	// The fifth line of postmaster.pid is the directory of the socket.
	lines := strings.Split(string(b), "\n")
	if len(lines) < 6 || lines[4] == "" {
		return "", ErrNotRunning
	}
	s := Server{SocketDir: lines[4]}
	return s.URL(Database), nil
}

// Initialized reports whether the data directory contains a cluster.
func Initialized(dataDir string) bool {
	major, err := clusterMajor(filepath.Join(dataDir, "cluster"))
	return err != nil || major > 0
}
