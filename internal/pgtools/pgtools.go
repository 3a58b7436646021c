// Package pgtools runs PostgreSQL's own programs, such as pg_dump and
// pg_basebackup, against one database.
package pgtools

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/internal/pgembed"
)

// Tools are PostgreSQL's programs for one database server.
type Tools struct {
	// BinDir is the directory that contains them.
	BinDir string
	env    []string
}

// Find finds programs whose version fits the database server to which conn is
// connected.
func Find(ctx context.Context, databaseURL string, conn *pgx.Conn) (*Tools, error) {
	var major int
	if err := conn.QueryRow(ctx, "SELECT current_setting('server_version_num')::int / 10000").Scan(&major); err != nil {
		return nil, fmt.Errorf("asking the database for its version: %w", err)
	}
	found, err := pgembed.FindClient(ctx, major)
	if err != nil {
		return nil, err
	}
	env, err := Environment(databaseURL)
	if err != nil {
		return nil, err
	}
	return &Tools{BinDir: found.BinDir, env: append(os.Environ(), env...)}, nil
}

// toolParameters maps the URL parameters that PostgreSQL's programs support to
// the environment variables for them. All other parameters are specific to pgx.
var toolParameters = map[string]string{
	"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY", "sslsni": "PGSSLSNI",
	"target_session_attrs": "PGTARGETSESSIONATTRS", "connect_timeout": "PGCONNECT_TIMEOUT", "channel_binding": "PGCHANNELBINDING",
}

// Environment returns environment variables that name the database.
// Command-line arguments would show the password to every account of the
// machine.
func Environment(databaseURL string) ([]string, error) {
	c, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	u, err := url.Parse(databaseURL)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	hosts, ports := c.Host, strconv.Itoa(int(c.Port))
	if u.Host != "" {
		hosts, ports = hostsOf(u.Host)
	}
	q := u.Query()
	env := []string{
		"PGAPPNAME=mlsd", "PGDATABASE=" + c.Database, "PGUSER=" + c.User,
		"PGHOST=" + cmp.Or(q.Get("host"), hosts), "PGPORT=" + cmp.Or(q.Get("port"), ports),
	}
	if c.Password != "" {
		env = append(env, "PGPASSWORD="+c.Password)
	}
	for name, variable := range toolParameters {
		if v := q.Get(name); v != "" {
			env = append(env, variable+"="+v)
		}
	}
	return env, nil
}

// hostsOf splits the list of hosts in a URL, each of which may have a port.
func hostsOf(list string) (hosts, ports string) {
	var names, numbers []string
	for part := range strings.SplitSeq(list, ",") {
		host, port, err := net.SplitHostPort(part)
		if err != nil {
			host, port = strings.Trim(part, "[]"), "5432"
		}
		names, numbers = append(names, host), append(numbers, port)
	}
	return strings.Join(names, ","), strings.Join(numbers, ",")
}

// Command prepares a program without starting it. Its error output is kept for
// Failure.
func (t *Tools) Command(ctx context.Context, name string, args ...string) *Tool {
	c := &Tool{Cmd: exec.CommandContext(ctx, filepath.Join(t.BinDir, name), args...)}
	c.Env = t.env
	c.Stderr = &c.complaint
	return c
}

// Tool is one program with its arguments.
type Tool struct {
	*exec.Cmd
	complaint firstError
}

// RunTied runs the program in a process group of its own, so that Ctrl-C at a
// terminal does not reach it, and ends it when this process ends in any way.
// When the context of the program ends, it is interrupted and may finish what it
// is writing.
func (t *Tool) RunTied() error {
	t.SysProcAttr = pgembed.Tied()
	t.Cancel = func() error { return t.Process.Signal(os.Interrupt) }
	t.WaitDelay = 10 * time.Second
	done := make(chan error, 1)
	go func() {
		// The kernel ties the program to the thread that started it, so the
		// thread must live as long.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		done <- t.Run()
	}()
	return <-done
}

// Failure returns in one line why the program failed, or nil if it did not.
func (t *Tool) Failure(err error) error {
	if err == nil {
		return nil
	}
	name := filepath.Base(t.Path)
	if line := t.complaint.line(); line != "" {
		return fmt.Errorf("%s failed: %s", name, strings.TrimPrefix(line, name+": "))
	}
	return fmt.Errorf("%s failed: %w", name, err)
}

// firstError keeps the first bytes written to it.
type firstError struct{ b []byte }

// Write implements io.Writer.
func (e *firstError) Write(p []byte) (int, error) {
	const enough = 16 << 10
	e.b = append(e.b, p[:min(len(p), enough-len(e.b))]...)
	return len(p), nil
}

// line returns the first line that reports an error, or else the first line.
func (e *firstError) line() string {
	first := ""
	for line := range strings.Lines(string(e.b)) {
		line = strings.TrimSpace(line)
		if lower := strings.ToLower(line); strings.Contains(lower, "error:") || strings.Contains(lower, "fatal:") {
			return line
		}
		if first == "" {
			first = line
		}
	}
	return first
}
