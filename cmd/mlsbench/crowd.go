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

// crowd is a set of connections that the same code reads, whether the service
// or the baseline program writes to them.
type crowd struct {
	conns []net.Conn
	wg    sync.WaitGroup
	// events counts the events of the rounds. It starts negative, because the
	// events before the first round do not count.
	events atomic.Int64
	// started holds the time when round n began, in nanoseconds since base.
	base    time.Time
	started [maxRounds]atomic.Int64
	mu      sync.Mutex
	// took has the delays of the events of each turn, which has perTurn rounds.
	took    []delays
	perTurn int
}

// maxRounds is the largest number of rounds.
const maxRounds = 4096

// newCrowd returns a crowd for a number of turns.
func newCrowd(turns, perTurn int) *crowd {
	return &crowd{base: time.Now(), took: make([]delays, turns), perTurn: max(1, perTurn)}
}

// join reads a connection. The first skip events belong to no round.
func (c *crowd) join(conn net.Conn, r io.Reader, skip int) {
	c.events.Add(int64(-skip))
	c.conns = append(c.conns, conn)
	c.wg.Go(func() {
		var count counter
		took := make([]delays, len(c.took))
		round := -skip
		buf := make([]byte, 8<<10)
		for {
			n, err := r.Read(buf)
			if err != nil {
				break // the connection was closed
			}
			now := time.Since(c.base).Nanoseconds()
			for range count.add(buf[:n]) {
				if turn := round / c.perTurn; round >= 0 && turn < len(took) {
					took[turn] = append(took[turn], float64(now-c.started[round].Load())/1e6)
				}
				round++
				c.events.Add(1)
			}
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		for i := range took {
			c.took[i] = append(c.took[i], took[i]...)
		}
	})
}

// begin records that a round begins.
func (c *crowd) begin(round int) { c.started[round].Store(time.Since(c.base).Nanoseconds()) }

// wait waits until the given number of events has arrived over all connections.
// It fails if none arrives for some time.
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

// leave closes the connections and returns the delays of all events, by turn.
func (c *crowd) leave() []delays {
	for _, conn := range c.conns {
		_ = conn.Close()
	}
	c.wg.Wait()
	for _, took := range c.took {
		slices.Sort(took)
	}
	return c.took
}
