package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// crowd is many connections that are read by the same code, whoever writes:
// the service or the floor beside it.
type crowd struct {
	conns []net.Conn
	wg    sync.WaitGroup
	// events of the rounds that came; those before the first are negative.
	events atomic.Int64
	// started is when round n began, in nanoseconds since base.
	base    time.Time
	started [maxRounds]atomic.Int64
	mu      sync.Mutex
	took    delays
}

// maxRounds bounds how often a crowd is written to.
const maxRounds = 4096

func newCrowd() *crowd { return &crowd{base: time.Now()} }

// join reads a connection in which skip events come before the first round.
func (c *crowd) join(conn net.Conn, r io.Reader, skip int) {
	c.events.Add(int64(-skip))
	c.conns = append(c.conns, conn)
	c.wg.Go(func() {
		var count counter
		var took delays
		round := -skip
		buf := make([]byte, 8<<10)
		for {
			n, err := r.Read(buf)
			if err != nil {
				break // it was closed
			}
			now := time.Since(c.base).Nanoseconds()
			for range count.add(buf[:n]) {
				if round >= 0 {
					took = append(took, float64(now-c.started[round].Load())/1e6)
				}
				round++
				c.events.Add(1)
			}
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.took = append(c.took, took...)
	})
}

// begin says that a round begins.
func (c *crowd) begin(round int) { c.started[round].Store(time.Since(c.base).Nanoseconds()) }

// wait waits until so many events have come over all connections, for as long as
// some do.
func (c *crowd) wait(ctx context.Context, events int) error {
	had, since := c.events.Load(), time.Now()
	for {
		now := c.events.Load()
		switch {
		case now >= int64(events):
			return nil
		case now > had:
			had, since = now, time.Now()
		case time.Since(since) > 30*time.Second, ctx.Err() != nil:
			return fmt.Errorf("%d events came, not %d", now, events)
		}
		time.Sleep(time.Millisecond)
	}
}

// leave closes the connections and gives how long events took.
func (c *crowd) leave() delays {
	for _, conn := range c.conns {
		_ = conn.Close()
	}
	c.wg.Wait()
	slices.Sort(c.took)
	return c.took
}
