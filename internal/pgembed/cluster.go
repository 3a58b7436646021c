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

// maxLog is where the server's log is begun anew at the next start, in bytes.
const maxLog = 8 << 20

// settle resolves links and makes the directory, empty, with the right owner
// and mode. Where the account that has to run the server cannot reach it
// (root's home, usually), the data goes to a directory of its own under
// /var/lib and the path becomes a link to it.
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

// initCluster writes a new cluster beside its place and moves it there as the
// last step, so that a start that was cut short leaves nothing half done.
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

// arguments are the command line of the server. The log is kept free of what
// clients store: of failed statements it has neither text nor values.
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
	// The directory belongs to the other account, so a link there is not
	// followed with our rights.
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

// logTail is what the server wrote after the offset, at most its last 2 KiB,
// to go behind an error.
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
