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

// poolSize is the number of connections of an instance, and of pgbench.
const poolSize = testbed.PoolSize

// world is the environment of a benchmark.
type world struct {
	*testbed.World
	accounts []*authtest.Account
	// server is the instance under test. A benchmark may start others.
	server *instance
	sizes  sizes
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

func newWorld(ctx context.Context, binary string, accounts int, s sizes) (_ *world, err error) {
	bed, err := testbed.New(ctx, "mlsbench", binary)
	if err != nil {
		return nil, err
	}
	w := &world{World: bed, sizes: s}
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
	// The log must contain a message before rows are seeded. A tailer that
	// found an empty log would take the seeded rows for new ones.
	if err := w.seedConvos(ctx, 1, 1, w.dids(1)); err != nil {
		return nil, err
	}
	if _, err = w.send(ctx, sendPlan{convos: 1, senders: 1, n: 1, size: messageLen}); err != nil {
		return nil, err
	}
	return w, w.waitForTailer(ctx)
}

// waitForTailer waits until the tailer has read everything that is in the log now.
func (w *world) waitForTailer(ctx context.Context) error {
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
		if m[polls] >= before[polls]+2 { // the first poll may have begun earlier
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

// did returns the DID of the service under test. addr returns its address.
func (w *world) did() string  { return w.server.ServiceDID }
func (w *world) addr() string { return w.server.Addr() }

// restart replaces the instance under test by a new process.
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
