package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

// benchIdle measures the resident memory of a server without traffic, and the
// time from start to ready on an existing database.
func benchIdle(ctx context.Context, w *world, out io.Writer, _ time.Duration) error {
	binary := w.server.Path
	if err := w.stopServer(); err != nil {
		return err
	}
	took, err := w.startServer(ctx, binary)
	if err != nil {
		return err
	}
	time.Sleep(10 * time.Second) // past what starting allocated
	rss, err := residentOf(w.server.Process.Pid)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "idle server\n  start to ready         %8v on an existing database\n", took.Round(time.Millisecond))
	ratio(out, took.Seconds(), "of a second", atMost, 1)
	fmt.Fprintf(out, "  resident memory        %8.1f MiB\n", float64(rss)/(1<<20))
	ratio(out, float64(rss)/(32<<20), "of 32 MiB", atMost, 1)
	return nil
}
