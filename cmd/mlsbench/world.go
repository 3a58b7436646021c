package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"catbird.blue/mls/internal/testbed"
	"catbird.blue/mls/server/auth/authtest"
)

// poolSize is the connections of an instance, and of pgbench beside it.
const poolSize = testbed.PoolSize

// world is what a benchmark runs in.
type world struct {
	*testbed.World
	accounts []*authtest.Account
	// server is the instance under test; others come and go with a benchmark.
	server *instance
	// tableSize is how many messages a large table has.
	tableSize int
}

// instance is one process of the service, without rate limits.
type instance struct{ *testbed.Instance }

func (w *world) startInstance(ctx context.Context, env ...string) (*instance, time.Duration, error) {
	in, took, err := w.StartInstance(ctx, append(env, "MLS_RATE_LIMITS=off")...)
	if err != nil {
		return nil, 0, err
	}
	return &instance{in}, took, nil
}

func newWorld(ctx context.Context, binary string, accounts int) (_ *world, err error) {
	bed, err := testbed.New(ctx, "mlsbench", binary)
	if err != nil {
		return nil, err
	}
	w := &world{World: bed}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	for range accounts {
		w.accounts = append(w.accounts, w.PLC.NewAccount())
	}
	if w.server, _, err = w.startInstance(ctx); err != nil {
		return nil, err
	}
	// The log begins with a message of the service's own: a tailer that found
	// nothing would take what is seeded for new.
	if err := w.seedConvos(ctx, 1, 1, w.dids(1)); err != nil {
		return nil, err
	}
	if _, err = w.send(ctx, 1, 1, 1, 1); err != nil {
		return nil, err
	}
	return w, w.looked(ctx)
}

// looked waits until the tailer has seen what the log has now.
func (w *world) looked(ctx context.Context) error {
	const polls = "mls_log_polls_total"
	before, err := w.server.Counters(ctx)
	if err != nil {
		return err
	}
	for start := time.Now(); time.Since(start) < 30*time.Second; time.Sleep(50 * time.Millisecond) {
		m, err := w.server.Counters(ctx)
		if err != nil {
			return err
		}
		if m[polls] >= before[polls]+2 { // one may have begun earlier
			return nil
		}
	}
	return errors.New("the tailer does not look at the log")
}

func (w *world) close() {
	if w.server != nil {
		if err := w.server.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "stop mlsd:", err)
		}
	}
	if err := w.Close(); err != nil {
		fmt.Fprintln(os.Stderr, "clean up:", err)
	}
}

// did of the service under test, and addr, where it listens.
func (w *world) did() string  { return w.server.ServiceDID }
func (w *world) addr() string { return w.server.Addr() }

// restart puts a new process in the place of the instance under test.
func (w *world) restart(ctx context.Context) (time.Duration, error) {
	old := w.server
	w.server = nil
	if err := old.Stop(); err != nil {
		return 0, err
	}
	in, took, err := w.startInstance(ctx)
	w.server = in
	return took, err
}
