package pgembed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// FindClient returns the newest of PostgreSQL's client programs pg_dump,
// pg_restore and psql, looking where Find looks. They must be of version major
// or later: an older pg_dump refuses a newer server.
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

// ErrNotRunning says that no server runs in a data directory.
var ErrNotRunning = errors.New("no server runs in the data directory")

// RunningURL is the connection string of Database on the server that another
// process runs in the data directory.
func RunningURL(dataDir string) (string, error) {
	b, err := os.ReadFile(filepath.Join(dataDir, "cluster", "postmaster.pid"))
	if errors.Is(err, os.ErrNotExist) {
		return "", ErrNotRunning
	}
	if err != nil {
		return "", fmt.Errorf("looking for the running server: %w", err)
	}
	// The fifth line is the directory of its socket.
	lines := strings.Split(string(b), "\n")
	if len(lines) < 6 || lines[4] == "" {
		return "", ErrNotRunning
	}
	s := Server{SocketDir: lines[4]}
	return s.URL(Database), nil
}

// Made tells whether there is a cluster in the data directory.
func Made(dataDir string) bool {
	major, err := clusterMajor(filepath.Join(dataDir, "cluster"))
	return err != nil || major > 0
}
