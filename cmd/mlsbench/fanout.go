package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"catbird.blue/mls/gen"
)

const (
	// audience is how many streams one message goes to: those of audience /
	// streamsEach members.
	audience    = 1000
	streamsEach = 5
	// fanOutRate is messages a second: the machine is busy, and not more.
	fanOutRate = 20
	// fanOutTurns is how often the two sides take turns, and are compared.
	fanOutTurns = 5
	// fanOutPause is how long a crowd is there before it is written to: what
	// opening a thousand streams leaves to be collected is no delivery's cost.
	fanOutPause = 2 * time.Second
	// accounts that can sign tokens: the members, and one who sends.
	accounts = audience/streamsEach + 1
)

// benchFanOut measures messages that go to many streams, beside a program that
// writes the same bytes to as many sockets, and what a stream costs that is
// idle.
func benchFanOut(ctx context.Context, w *world, out io.Writer, d time.Duration) error {
	if err := w.clear(ctx); err != nil {
		return err
	}
	if err := w.seedConvos(ctx, 1, 1, w.dids(accounts)); err != nil {
		return err
	}
	if _, err := w.restart(ctx); err != nil {
		return err
	}
	fmt.Fprintf(out, "fan-out, %d bytes to %d streams of server-sent events\n", messageLen, audience)
	if err := w.benchIdleStreams(ctx, out); err != nil {
		return err
	}
	rounds := max(fanOutRate, int(d.Seconds()*fanOutRate*3/2)/fanOutTurns)
	sample, err := w.sampleEvent(ctx)
	if err != nil {
		return err
	}
	var served, floor fanOutTotal
	for range fanOutTurns {
		if err := w.serveCrowd(ctx, &served, rounds); err != nil {
			return err
		}
		if err := floorCrowd(ctx, &floor, sample, rounds); err != nil {
			return err
		}
	}
	served.print(out, "mlsd")
	floor.print(out, "bare program")
	ratio(out, median(byTurn(served.cpu, floor.cpu)), "of its CPU per delivery, median of the turns", atMost, 1.2)
	ratio(out, median(byTurn(served.p99, floor.p99)), "of its p99, median of the turns", atMost, 1.5)
	events := float64(rounds * fanOutTurns)
	fmt.Fprintf(out, "  of %.0f messages         %8.0f rows read from PostgreSQL, %.0f encoded, %.0f delivered\n",
		events, served.rows, served.encoded, served.delivered)
	ratio(out, served.rows/events, "rows read for a message", atMost, 1)
	ratio(out, served.encoded/events, "encodings of a message", atMost, 1)
	ratio(out, served.delivered/events/audience, "deliveries for a message and stream", atLeast, 1)
	return nil
}

// fanOutTotal is what the turns came to: CPU per delivery in microseconds, the
// rest in milliseconds; and what the service counted.
type fanOutTotal struct {
	cpu, p50, p99            []float64
	rows, encoded, delivered float64
}

func (t *fanOutTotal) print(out io.Writer, who string) {
	fmt.Fprintf(out, "  %-22s %8.2f µs CPU per delivery   p50 %.1f ms  p99 %.1f ms\n", who, median(t.cpu), median(t.p50), median(t.p99))
}

// turn writes rounds times to a crowd, of whose connections each has had skip
// events, by a process of which it takes the CPU time.
func (t *fanOutTotal) turn(ctx context.Context, c *crowd, pid, rounds, skip int, write func(round int) error) error {
	if err := c.wait(ctx, skip*audience); err != nil {
		return err
	}
	time.Sleep(fanOutPause)
	before, err := cpuOf(pid)
	if err != nil {
		return err
	}
	start := time.Now()
	for i := range rounds {
		time.Sleep(time.Until(start.Add(time.Duration(i) * time.Second / fanOutRate)))
		c.begin(i)
		if err := write(i); err != nil {
			return err
		}
	}
	if err := c.wait(ctx, (rounds+skip)*audience); err != nil {
		return err
	}
	after, err := cpuOf(pid)
	if err != nil {
		return err
	}
	took := c.leave()
	t.cpu = append(t.cpu, float64((after-before).Nanoseconds())/1000/float64(rounds*audience))
	t.p50, t.p99 = append(t.p50, took.at(50)), append(t.p99, took.at(99))
	return nil
}

// fill opens the streams of a crowd.
func (w *world) fill(ctx context.Context, c *crowd) error {
	for i := range audience {
		s, err := w.server.subscribe(ctx, w.accounts[1+i/streamsEach], "")
		if err != nil {
			return fmt.Errorf("stream %d: %w", i, err)
		}
		c.join(s.conn, s.raw, 1) // it says that it is connected
	}
	return nil
}

// serveCrowd is a turn of the service.
func (w *world) serveCrowd(ctx context.Context, t *fanOutTotal, rounds int) error {
	c := newCrowd()
	defer c.leave()
	if err := w.fill(ctx, c); err != nil {
		return err
	}
	calls := make([]call, rounds)
	for i := range calls {
		body, err := sendBody(convoID(1), messageLen, "")
		if err != nil {
			return err
		}
		calls[i] = w.server.procedure(w.accounts[0], gen.NSIDSendMessage, body)
	}
	conn, err := connect(ctx, w.addr())
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := c.wait(ctx, audience); err != nil {
		return err
	}
	before, err := w.server.counters(ctx)
	if err != nil {
		return err
	}
	if err := t.turn(ctx, c, w.server.pid(), rounds, 1, func(i int) error { return conn.do(calls[i]) }); err != nil {
		return err
	}
	after, err := w.server.counters(ctx)
	if err != nil {
		return err
	}
	rise := func(name string) float64 { return after[name] - before[name] }
	t.rows += rise("mls_log_rows_total")
	t.encoded += rise(`mls_stream_events_encoded_total{form="json"}`)
	t.delivered += rise(`mls_stream_events_delivered_total{transport="sse"}`)
	return w.streamsGone(ctx)
}

// streamsGone waits until the instance has noticed that its streams were closed.
func (w *world) streamsGone(ctx context.Context) error {
	for start := time.Now(); time.Since(start) < 30*time.Second; time.Sleep(50 * time.Millisecond) {
		m, err := w.server.counters(ctx)
		if err != nil {
			return err
		}
		if m[`mls_streams_open{transport="sse"}`] == 0 {
			return nil
		}
	}
	return errors.New("streams that were closed are still open")
}

// floorCrowd is a turn of the floor.
func floorCrowd(ctx context.Context, t *fanOutTotal, event []byte, rounds int) (err error) {
	f, err := startFloor(ctx, fanOutFloor, event, audience)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.stop()) }()
	c := newCrowd()
	defer c.leave()
	var d net.Dialer
	for range audience {
		conn, err := d.DialContext(ctx, "tcp", f.addr)
		if err != nil {
			return err
		}
		c.join(conn, bufio.NewReader(conn), 0)
	}
	return t.turn(ctx, c, f.pid(), rounds, 0, func(int) error {
		_, err := f.in.Write([]byte{'.'})
		return err
	})
}

// sampleEvent is the bytes of an event as a stream carries them.
func (w *world) sampleEvent(ctx context.Context) ([]byte, error) {
	s, err := w.server.subscribe(ctx, w.accounts[1], "")
	if err != nil {
		return nil, err
	}
	defer s.close()
	buf := make([]byte, 64<<10)
	var count counter
	next := func() (int, error) {
		for {
			n, err := s.raw.Read(buf)
			if err != nil || count.add(buf[:n]) > 0 {
				return n, err
			}
		}
	}
	if _, err := next(); err != nil { // it is connected
		return nil, err
	}
	body, err := sendBody(convoID(1), messageLen, "")
	if err != nil {
		return nil, err
	}
	conn, err := connect(ctx, w.addr())
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := conn.do(w.server.procedure(w.accounts[0], gen.NSIDSendMessage, body)); err != nil {
		return nil, err
	}
	n, err := next()
	return buf[:n], err
}

// benchIdleStreams measures what a stream adds to the resident memory of an
// instance that has served requests, when its connection is old and nothing
// happens.
func (w *world) benchIdleStreams(ctx context.Context, out io.Writer) error {
	if _, err := w.send(ctx, 1, 1, 500); err != nil {
		return err
	}
	const settled = 10 * time.Second
	time.Sleep(settled)
	before, err := residentOf(w.server.pid())
	if err != nil {
		return err
	}
	c := newCrowd()
	defer c.leave()
	if err := w.fill(ctx, c); err != nil {
		return err
	}
	time.Sleep(settled)
	after, err := residentOf(w.server.pid())
	if err != nil {
		return err
	}
	each := float64(after-before) / audience / 1024
	fmt.Fprintf(out, "  idle stream            %8.1f KiB resident: %.1f MiB with %d, %.1f MiB before\n",
		each, float64(after)/(1<<20), audience, float64(before)/(1<<20))
	ratio(out, each/20, "of 20 KiB", atMost, 1)
	c.leave()
	return w.streamsGone(ctx)
}
