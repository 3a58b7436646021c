package main

import (
	"context"
	"fmt"
	"time"

	"catbird.blue/mls/internal/testbed"
)

// spent is what the two servers have used.
type spent struct {
	server, postgres time.Duration
	// wal is the position in the WAL, in bytes.
	wal float64
}

// spent reads the totals since the start: the CPU time of the given processes
// together, that of PostgreSQL with all its processes, and the bytes of WAL.
func (w *world) spent(ctx context.Context, pids ...int) (s spent, err error) {
	for _, pid := range pids {
		cpu, err := testbed.CPUOf(pid)
		if err != nil {
			return s, err
		}
		s.server += cpu
	}
	pg, err := w.Postmaster(ctx)
	if err != nil {
		return s, err
	}
	if s.postgres, err = testbed.CPUOf(pg); err != nil {
		return s, err
	}
	err = w.Pool.QueryRow(ctx, "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::float8").Scan(&s.wal)
	return s, err
}

// loadFigures are the figures of a load: its rate, its delays, and what a call
// costs. Those that nobody wants are nil.
type loadFigures struct {
	rate, p50, p99, server, postgres, wal *figure
}

// measure runs a load and adds its turn to the figures.
func (w *world) measure(ctx context.Context, f *loadFigures, pid int, run func() (loadResult, error)) error {
	before, err := w.spent(ctx, pid)
	if err != nil {
		return err
	}
	res, err := run()
	if err != nil {
		return err
	}
	after, err := w.spent(ctx, pid)
	if err != nil {
		return err
	}
	if res.calls == 0 {
		return fmt.Errorf("a turn without a call")
	}
	n := time.Duration(res.calls)
	f.rate.add(res.perSecond())
	f.p50.addTime(res.p50)
	f.p99.addTime(res.p99)
	f.server.addTime((after.server - before.server) / n)
	f.postgres.addTime((after.postgres - before.postgres) / n)
	f.wal.add((after.wal - before.wal) / float64(res.calls))
	return nil
}
