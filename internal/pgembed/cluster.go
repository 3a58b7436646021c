package pgembed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
)

// maxLog is the size in bytes from which on the next start begins a new server
// log.
const maxLog = 8 << 20

// settle resolves links and creates the data directory, empty and with the
// right owner and mode. If the account that must run the server cannot reach it
// (usually because it is in root's home), the data goes to another directory
// under /var/lib, and the path becomes a link to it.
func settle(dir string, id identity, log *slog.Logger) (string, error) {
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		if !id.canReach(real) {
			return "", fmt.Errorf("user %s, who has to run PostgreSQL, cannot reach %s; move the directory to where that user can go, "+
				"or run this program as the owner of the directory, not as root", id.name, real)
		}
		return real, prepare(real, id)
	}
	parent, err := filepath.EvalSymlinks(filepath.Dir(dir))
	if err != nil {
		return "", fmt.Errorf("data directory: %w", err)
	}
	dir = filepath.Join(parent, filepath.Base(dir))
	if id.canReach(dir) {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return "", fmt.Errorf("making the data directory: %w", err)
		}
		return dir, prepare(dir, id)
	}
	moved, err := os.MkdirTemp("/var/lib", "mls-postgres-")
	if err != nil {
		return "", fmt.Errorf("user %s, who has to run PostgreSQL, cannot reach %s, and there is no other place: %w", id.name, dir, err)
	}
	if err := os.Symlink(moved, dir); err != nil {
		_ = os.Remove(moved) // it is empty
		return "", fmt.Errorf("linking the data directory: %w", err)
	}
	log.Warn("the user who runs PostgreSQL cannot reach the data directory; the data is elsewhere and linked from there",
		"user", id.name, "directory", dir, "data", moved)
	return moved, prepare(moved, id)
}

func prepare(dir string, id identity) error {
	if err := id.own(dir); err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	return nil
}

// initCluster creates a new cluster in a temporary directory and moves it into
// place as the last step. A start that is interrupted therefore leaves no
// incomplete cluster.
func initCluster(ctx context.Context, inst Install, id identity, cluster string, volatile bool) error {
	work := cluster + ".tmp"
	if err := os.RemoveAll(work); err != nil {
		return fmt.Errorf("clearing an unfinished start: %w", err)
	}
	args := []string{"-D", work, "-U", User, "--auth-local=trust", "--auth-host=reject",
		"--encoding=UTF8", "--locale=C", "--no-instructions"}
	if volatile {
		args = append(args, "--no-sync")
	} else {
		args = append(args, "--data-checksums")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(inst.BinDir, "initdb"), args...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = "/", environment(), id.sysProcAttr()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb in %s: %w\n%s", filepath.Dir(cluster), err, strings.TrimSpace(string(out)))
	}
	if err := os.Rename(work, cluster); err != nil {
		return fmt.Errorf("moving the new cluster to its place: %w", err)
	}
	if volatile {
		return nil
	}
	return syncDir(filepath.Dir(cluster))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("syncing %s: %w", dir, err)
	}
	return errors.Join(d.Sync(), d.Close())
}

// arguments returns the command line of the server. The settings keep client
// data out of the log: neither the text nor the values of failed statements are
// logged.
func arguments(cluster, socketDir string, o Options) []string {
	set := map[string]string{
		"listen_addresses":                  "",
		"unix_socket_directories":           socketDir,
		"unix_socket_permissions":           "0700",
		"port":                              port,
		"max_connections":                   "100",
		"shared_buffers":                    "64MB",
		"synchronous_commit":                "on",
		"fsync":                             "on",
		"full_page_writes":                  "on",
		"jit":                               "off",
		"timezone":                          "UTC",
		"log_timezone":                      "UTC",
		"log_min_messages":                  "log",
		"log_min_error_statement":           "panic",
		"log_error_verbosity":               "terse",
		"log_checkpoints":                   "off",
		"log_autovacuum_min_duration":       "-1",
		"log_parameter_max_length":          "0",
		"log_parameter_max_length_on_error": "0",
	}
	if o.Volatile {
		set["fsync"], set["full_page_writes"] = "off", "off"
		set["wal_level"], set["max_wal_senders"] = "minimal", "0"
		set["max_wal_size"], set["checkpoint_timeout"] = "4GB", "1h"
	}
	for k, v := range o.Settings {
		set[k] = v
	}
	names := make([]string, 0, len(set))
	for k := range set {
		names = append(names, k)
	}
	sort.Strings(names)
	args := []string{"-D", cluster}
	for _, k := range names {
		args = append(args, "-c", k+"="+set[k])
	}
	return args
}

func openLog(path string, id identity) (*os.File, error) {
	// The directory belongs to another account. Do not follow a link that this
	// account put there, because it could lead to any file of root.
	flags := os.O_WRONLY | os.O_CREATE | os.O_APPEND | syscall.O_NOFOLLOW
	if st, err := os.Stat(path); err == nil && st.Size() > maxLog {
		flags |= os.O_TRUNC
	}
	f, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return nil, fmt.Errorf("server log: %w", err)
	}
	if id.borrowed {
		if err := f.Chown(id.uid, id.gid); err != nil {
			f.Close()
			return nil, fmt.Errorf("server log: %w", err)
		}
	}
	return f, nil
}

// logTail returns what the server logged after the offset, at most the last 2
// KiB, for use in an error.
func logTail(path string, from int64) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	if end, err := f.Seek(0, io.SeekEnd); err == nil {
		from = max(from, end-2048)
	}
	b, err := io.ReadAll(io.NewSectionReader(f, from, 2048))
	if err != nil || len(b) == 0 {
		return ""
	}
	return "; it says:\n" + strings.TrimSpace(string(b))
}
