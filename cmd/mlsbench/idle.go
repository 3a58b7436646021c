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

// idleQuiet is how long a server must have been idle before its memory counts.
const idleQuiet = 20 * time.Second

// benchIdle measures a server without traffic: the time from start to readiness
// on an existing database, its resident memory, and the number of its queries.
func benchIdle(ctx context.Context, w *world, r *recorder) error {
	start, memory := r.figure("start to ready", millis), r.figure("resident memory", mebibytes)
	for range w.sizes.turns {
		took, err := w.restart(ctx)
		if err != nil {
			return err
		}
		start.addTime(took)
		time.Sleep(w.sizes.quiet) // nothing allocated at the start matters after that
		rss, err := testbed.ResidentOf(w.server.PID())
		if err != nil {
			return err
		}
		memory.add(float64(rss) / (1 << 20))
	}
	queries := r.figure("queries, by the log of PostgreSQL", perSecond)
	period := max(w.sizes.quiet, 1100*time.Millisecond)
	counts, err := w.countStatements(ctx, period, w.sizes.turns)
	if err != nil {
		return err
	}
	for _, n := range counts {
		// Queries that are one second apart: n of them span n-1 seconds.
		queries.add(float64(max(0, n-1)) / period.Seconds())
	}
	r.print(start, memory, queries)
	r.judge("start", start)
	r.judgeAt("idle-memory", memory, int(w.sizes.quiet.Seconds()), int(idleQuiet.Seconds()), "seconds after the start")
	r.judgeAt("idle-queries", queries, int(period.Seconds()), int(idleQuiet.Seconds()), "seconds")
	return nil
}

// countStatements counts the statements of mlsd that PostgreSQL executes in each
// of several periods. It makes PostgreSQL log every statement with the
// application name.
func (w *world) countStatements(ctx context.Context, period time.Duration, periods int) (_ []int, err error) {
	set := func(statements ...string) error {
		for _, q := range append(statements, "SELECT pg_reload_conf()") {
			if _, err := w.Pool.Exec(ctx, q); err != nil {
				return fmt.Errorf("%s: %w", q, err)
			}
		}
		time.Sleep(time.Second) // until every process has read the setting
		return nil
	}
	defer func() { err = errors.Join(err, set("ALTER SYSTEM RESET ALL")) }()
	if err := set("ALTER SYSTEM SET log_statement = 'all'", "ALTER SYSTEM SET log_line_prefix = 'by %a: '"); err != nil {
		return nil, err
	}
	file, err := os.Open(filepath.Join(w.PG.DataDir, "server.log"))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if _, err := file.Seek(0, io.SeekEnd); err != nil {
		return nil, err
	}
	counts, all := make([]int, periods), 0
	for i := range counts {
		time.Sleep(period)
		if counts[i], err = statementsIn(file); err != nil {
			return nil, err
		}
		all += counts[i]
	}
	if all == 0 {
		return nil, errors.New("the log of PostgreSQL has no statement of mlsd: it is not looked for under its name")
	}
	return counts, nil
}

// statementsIn counts the statements of mlsd in the rest of a log.
func statementsIn(log io.Reader) (n int, err error) {
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		// The application name begins with mlsd and may say where attachments are kept.
		if strings.HasPrefix(lines.Text(), "by mlsd") && strings.Contains(lines.Text(), ": LOG:") {
			n++
		}
	}
	return n, lines.Err()
}
