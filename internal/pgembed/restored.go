package pgembed

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"time"
)

// Restored describes a cluster that was restored from a base backup, perhaps of
// another server. It is started with a configuration of its own, because that
// of the other server names files and libraries that this machine may not have.
type Restored struct {
	// Role is a superuser of the cluster, and Database one of its databases.
	Role, Database string
}

// configure writes the configuration files of a restored cluster beside it, and
// returns the settings that make the server use them.
func (r *Restored) configure(dataDir string, id identity) (map[string]string, error) {
	dir := filepath.Join(dataDir, "recovery")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("configuration of the restored cluster: %w", err)
	}
	files := map[string]string{"postgresql.conf": "", "pg_hba.conf": "local all all trust\n", "pg_ident.conf": ""}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			return nil, fmt.Errorf("configuration of the restored cluster: %w", err)
		}
	}
	return map[string]string{
		"config_file": filepath.Join(dir, "postgresql.conf"), "hba_file": filepath.Join(dir, "pg_hba.conf"),
		"ident_file":               filepath.Join(dir, "pg_ident.conf"),
		"shared_preload_libraries": "", "ssl": "off", "archive_mode": "off", "logging_collector": "off",
	}, ownTree(dir, id)
}

// restoredSettings returns the settings of the options on top of those that a
// restored cluster needs.
func restoredSettings(dataDir string, id identity, o Options) (map[string]string, error) {
	set, err := o.Restored.configure(dataDir, id)
	if err != nil {
		return nil, err
	}
	maps.Copy(set, o.Settings)
	return set, nil
}

// Create fills a new data directory: fill writes the files of a cluster, such as
// those of a base backup, into the directory that it gets. The cluster appears
// when it is complete, with the owner and the mode that PostgreSQL wants. Create
// returns the path of the data directory without links.
func Create(ctx context.Context, dataDir string, log *slog.Logger, fill func(ctx context.Context, dir string) error) (string, error) {
	dir, err := filepath.Abs(dataDir)
	if err != nil {
		return "", fmt.Errorf("data directory: %w", err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	id, err := pickIdentity()
	if err != nil {
		return "", err
	}
	if dir, err = settle(dir, id, log); err != nil {
		return "", err
	}
	cluster := filepath.Join(dir, "cluster")
	if _, err := os.Lstat(cluster); !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s is there already: move it away first", cluster)
	}
	work := cluster + ".tmp"
	if err := os.RemoveAll(work); err != nil {
		return "", fmt.Errorf("clearing an unfinished restore: %w", err)
	}
	if err := os.Mkdir(work, 0o700); err != nil {
		return "", fmt.Errorf("making the cluster's directory: %w", err)
	}
	if err := fill(ctx, work); err != nil {
		return "", errors.Join(err, os.RemoveAll(work))
	}
	if err := ownTree(work, id); err != nil {
		return "", err
	}
	if err := os.Rename(work, cluster); err != nil {
		return "", fmt.Errorf("moving the cluster to its place: %w", err)
	}
	return dir, syncDir(dir)
}

// SetAside renames the cluster of a data directory that no server runs on, and
// returns its new path, or "" if there is none.
func SetAside(dataDir string) (string, error) {
	dir, err := filepath.Abs(dataDir)
	if err != nil {
		return "", fmt.Errorf("data directory: %w", err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	cluster := filepath.Join(dir, "cluster")
	aside := cluster + ".before-" + time.Now().UTC().Format("20060102T150405Z")
	if err := os.Rename(cluster, aside); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	} else if err != nil {
		return "", fmt.Errorf("moving the cluster away: %w", err)
	}
	return aside, nil
}

// Own gives a file or directory to the account that runs PostgreSQL.
func Own(path string) error {
	id, err := pickIdentity()
	if err != nil {
		return err
	}
	return id.own(path)
}

// ownTree gives everything below a directory to the account.
func ownTree(dir string, id identity) error {
	if !id.borrowed {
		return nil
	}
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("giving the files to user %s: %w", id.name, err)
		}
		return os.Lchown(path, id.uid, id.gid)
	})
}
