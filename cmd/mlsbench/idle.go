package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"catbird.blue/mls/internal/testbed"
)

// benchIdle measures a server without traffic: the time from start to readiness
// on an existing database, its resident memory, and the number of its queries.
func benchIdle(ctx context.Context, w *world, out io.Writer, _ time.Duration) error {
	took, err := w.restart(ctx)
	if err != nil {
		return err
	}
	const quiet = 20 * time.Second // long enough that nothing allocated at the start matters
	queries, err := w.countStatements(ctx, func() { time.Sleep(quiet) })
	if err != nil {
		return err
	}
	rss, err := testbed.ResidentOf(w.server.PID())
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "idle server\n  start to ready         %8v on an existing database\n", took.Round(time.Millisecond))
	ratio(out, took.Seconds(), "of a second", atMost, 1)
	fmt.Fprintf(out, "  resident memory        %8.1f MiB\n", float64(rss)/(1<<20))
	ratio(out, float64(rss)/(32<<20), "of 32 MiB", atMost, 1)
	fmt.Fprintf(out, "  queries                %8d in %v, by the log of PostgreSQL\n", queries, quiet)
	// Queries that are one second apart: n of them span n-1 seconds.
	ratio(out, float64(queries-1)/quiet.Seconds(), "of one a second", atMost, 1)
	return nil
}

// countStatements counts the statements of mlsd that PostgreSQL executes while
// f runs. It makes PostgreSQL log every statement with the application name.
func (w *world) countStatements(ctx context.Context, f func()) (int, error) {
	set := func(statements ...string) error {
		for _, q := range append(statements, "SELECT pg_reload_conf()") {
			if _, err := w.Pool.Exec(ctx, q); err != nil {
				return fmt.Errorf("%s: %w", q, err)
			}
		}
		time.Sleep(time.Second) // until every process has read the setting
		return nil
	}
	if err := set("ALTER SYSTEM SET log_statement = 'all'", "ALTER SYSTEM SET log_line_prefix = 'by %a: '"); err != nil {
		return 0, err
	}
	file, err := os.Open(filepath.Join(w.PG.DataDir, "server.log"))
	if err != nil {
		return 0, err
	}
	defer file.Close()
	if _, err := file.Seek(0, io.SeekEnd); err != nil {
		return 0, err
	}
	f()
	n := 0
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		// The application name begins with mlsd and may say where attachments are kept.
		if strings.HasPrefix(lines.Text(), "by mlsd") && strings.Contains(lines.Text(), ": LOG:") {
			n++
		}
	}
	if err := lines.Err(); err != nil {
		return 0, err
	}
	if n == 0 {
		return 0, errors.New("the log of PostgreSQL has no statement of mlsd: it is not looked for under its name")
	}
	return n, set("ALTER SYSTEM RESET ALL")
}
