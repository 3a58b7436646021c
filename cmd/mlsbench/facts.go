package main

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// facts describe the conditions of a run: all sides of a comparison share them.
type facts struct {
	CPU     string `json:"cpu"`
	Cores   int    `json:"cores"`
	Memory  string `json:"memory"`
	Kernel  string `json:"kernel"`
	Load    string `json:"loadAtStart"`
	Go      string `json:"go"`
	Commit  string `json:"commit"`
	Started string `json:"started"`
	// PostgreSQL is its version, and Settings has what its speed depends on.
	PostgreSQL string            `json:"postgresql"`
	Settings   map[string]string `json:"settings"`
}

// settingsThatMatter are the settings of PostgreSQL in the facts.
var settingsThatMatter = []string{
	"shared_buffers", "fsync", "synchronous_commit", "full_page_writes", "wal_level", "wal_compression", "wal_sync_method",
	"commit_delay", "checkpoint_timeout", "max_wal_size", "jit", "data_checksums", "max_connections", "autovacuum",
}

// machineFacts returns the facts without those of PostgreSQL. It is called
// before anything is started, so that the load is that of others.
func machineFacts(ctx context.Context, binary string) facts {
	f := facts{
		CPU: fieldOf("/proc/cpuinfo", "model name"), Cores: runtime.NumCPU(), Memory: fieldOf("/proc/meminfo", "MemTotal"),
		Kernel: firstLine("/proc/sys/kernel/osrelease"), Load: firstLine("/proc/loadavg"), Started: time.Now().UTC().Format(time.RFC3339),
		Go: "unknown", Commit: commit(ctx),
	}
	if f.CPU == "" { // arm64 has no name there
		f.CPU = runtime.GOARCH
	}
	if info, err := buildinfo.ReadFile(binary); err == nil {
		f.Go = info.GoVersion
	}
	return f
}

// commit returns the commit of the working copy, marked if it has changes.
func commit(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

// askPostgreSQL adds the facts of PostgreSQL.
func (f *facts) askPostgreSQL(ctx context.Context, pool *pgxpool.Pool) error {
	if err := pool.QueryRow(ctx, "SELECT current_setting('server_version')").Scan(&f.PostgreSQL); err != nil {
		return fmt.Errorf("version of PostgreSQL: %w", err)
	}
	rows, err := pool.Query(ctx, "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY($1)", settingsThatMatter)
	if err != nil {
		return fmt.Errorf("settings of PostgreSQL: %w", err)
	}
	f.Settings = map[string]string{}
	var name, value string
	_, err = pgx.ForEachRow(rows, []any{&name, &value}, func() error {
		f.Settings[name] = value
		return nil
	})
	return err
}

// String returns the facts in two lines.
func (f *facts) String() string {
	var set []string
	for _, name := range settingsThatMatter {
		if v, ok := f.Settings[name]; ok {
			set = append(set, name+"="+v)
		}
	}
	return fmt.Sprintf("%s, %d cores, %s, Linux %s, load %s at %s; %s, commit %s\nPostgreSQL %s: %s",
		f.CPU, f.Cores, f.Memory, f.Kernel, f.Load, f.Started, f.Go, f.Commit, f.PostgreSQL, strings.Join(set, " "))
}

// fieldOf returns the value of the first line "name : value" of a file, or "".
func fieldOf(file, name string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(b)) {
		k, v, ok := strings.Cut(line, ":")
		if ok && strings.TrimSpace(k) == name {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func firstLine(file string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		return "unknown"
	}
	line, _, _ := bytes.Cut(b, []byte("\n"))
	return string(line)
}
