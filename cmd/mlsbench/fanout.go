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

	"catbird.blue/mls/internal/testbed"
)

const (
	// audience is the number of streams to which one message goes. They belong
	// to audience / streamsEach members.
	audience    = 1000
	streamsEach = 5
	// fanOutRate is the number of messages per second, chosen so that the
	// machine is busy but not overloaded.
	fanOutRate = 20
	// fanOutPause is the pause between opening the streams and the first
	// message. Opening a thousand streams leaves garbage, and collecting it
	// must not count as a cost of delivery.
	fanOutPause = 2 * time.Second
	// accounts is the number of accounts that can sign tokens: the members and
	// one sender.
	accounts = audience/streamsEach + 1
)

// benchFanOut measures the delivery of messages to many streams, compared with
// a baseline program that writes the same bytes to as many sockets. It also
// measures what an idle stream costs. Both sides exist at the same time and
// take turns, so that other load on the machine affects both.
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
	sample, err := w.sampleEvent(ctx)
	if err != nil {
		return err
	}
	rounds := min(maxRounds, max(fanOutRate, int(d.Seconds()*fanOutRate*3/2)))
	served, err := w.serveCrowd(ctx, rounds)
	if err != nil {
		return err
	}
	defer served.end()
	bare, err := baselineCrowd(ctx, sample)
	if err != nil {
		return err
	}
	defer bare.end()
	before, err := w.server.Counters(ctx)
	if err != nil {
		return err
	}
	if err := takeTurns(ctx, rounds, served, bare); err != nil {
		return err
	}
	after, err := w.server.Counters(ctx)
	if err != nil {
		return err
	}
	one, other := served.print(out, "mlsd", rounds), bare.print(out, "bare program", rounds)
	ratio(out, one.cpu/other.cpu, "of its CPU per delivery", atMost, 1.2)
	ratio(out, one.p99/other.p99, "of its p99", atMost, 1.5)
	rise := func(name string) float64 { return after[name] - before[name] }
	events, rows := float64(rounds), rise("mls_log_rows_total")
	encoded, delivered := rise(`mls_stream_events_encoded_total{form="json"}`), rise(`mls_stream_events_delivered_total{transport="sse"}`)
	fmt.Fprintf(out, "  of %.0f messages         %8.0f rows read from PostgreSQL, %.0f encoded, %.0f delivered\n",
		events, rows, encoded, delivered)
	ratio(out, rows/events, "rows read for a message", atMost, 1)
	ratio(out, encoded/events, "encodings of a message", atMost, 1)
	ratio(out, delivered/events/audience, "deliveries for a message and stream", atLeast, 1)
	return nil
}

// side is one of the two sides: a crowd, and the process that writes to it.
type side struct {
	*crowd
	pid int
	// writeRound makes the process write to the whole crowd.
	writeRound func(round int) error
	end        func()
	// cpu is the CPU time that the process used.
	cpu time.Duration
}

// takeTurns makes the sides write in turn, each of them rounds times.
func takeTurns(ctx context.Context, rounds int, sides ...*side) error {
	time.Sleep(fanOutPause)
	for _, s := range sides {
		cpu, err := testbed.CPUOf(s.pid)
		if err != nil {
			return err
		}
		s.cpu = -cpu
	}
	start, pause := time.Now(), time.Second/time.Duration(fanOutRate*len(sides))
	for round := range rounds {
		for i, s := range sides {
			time.Sleep(time.Until(start.Add(time.Duration(round*len(sides)+i) * pause)))
			s.begin(round)
			if err := s.writeRound(round); err != nil {
				return err
			}
			if err := s.wait(ctx, (round+1)*audience); err != nil {
				return err
			}
		}
	}
	for _, s := range sides {
		cpu, err := testbed.CPUOf(s.pid)
		if err != nil {
			return err
		}
		s.cpu += cpu
	}
	return nil
}

// cost is the CPU time per delivery in microseconds, and the 99th percentile of
// the delay in milliseconds.
type cost struct{ cpu, p99 float64 }

// print ends the crowd and prints its results.
func (s *side) print(out io.Writer, who string, rounds int) cost {
	took := s.leave()
	c := cost{float64(s.cpu.Nanoseconds()) / 1000 / float64(rounds*audience), took.at(99)}
	fmt.Fprintf(out, "  %-22s %8.2f µs CPU per delivery   p50 %.1f ms  p99 %.1f ms\n", who, c.cpu, took.at(50), c.p99)
	return c
}

// openStreams opens the streams of a crowd.
func (w *world) openStreams(ctx context.Context, c *crowd) error {
	for i := range audience {
		s, err := w.server.subscribe(ctx, w.accounts[1+i/streamsEach], "")
		if err != nil {
			return fmt.Errorf("stream %d: %w", i, err)
		}
		c.join(s.conn, s.raw, 1) // skip the event that says that the stream is connected
	}
	return c.wait(ctx, 0)
}

// serveCrowd returns the side of the service.
func (w *world) serveCrowd(ctx context.Context, rounds int) (*side, error) {
	calls := make([]call, rounds)
	for i := range calls {
		body, err := sendBody(convoID(1), messageLen, "")
		if err != nil {
			return nil, err
		}
		calls[i] = w.server.procedure(w.accounts[0], gen.NSIDSendMessage, body)
	}
	conn, err := connect(ctx, w.addr())
	if err != nil {
		return nil, err
	}
	c := newCrowd()
	s := &side{crowd: c, pid: w.server.PID(), writeRound: func(i int) error { return conn.do(calls[i]) }, end: func() {
		c.leave()
		_ = conn.Close()
	}}
	if err := w.openStreams(ctx, c); err != nil {
		s.end()
		return nil, err
	}
	return s, nil
}

// baselineCrowd returns the side of the baseline program.
func baselineCrowd(ctx context.Context, event []byte) (*side, error) {
	f, err := startBaseline(ctx, fanOutBaseline, event, audience)
	if err != nil {
		return nil, err
	}
	c := newCrowd()
	s := &side{crowd: c, pid: f.pid(), writeRound: func(int) error {
		_, err := f.in.Write([]byte{'.'})
		return err
	}, end: func() {
		c.leave()
		_ = f.stop()
	}}
	var d net.Dialer
	for range audience {
		conn, err := d.DialContext(ctx, "tcp", f.addr)
		if err != nil {
			_ = f.cmd.Process.Kill() // it waits for the rest of the crowd
			s.end()
			return nil, err
		}
		c.join(conn, bufio.NewReader(conn), 0)
	}
	return s, nil
}

// streamsGone waits until the instance has noticed that its streams were
// closed.
func (w *world) streamsGone(ctx context.Context) error {
	for start := time.Now(); time.Since(start) < 30*time.Second; time.Sleep(50 * time.Millisecond) {
		m, err := w.server.Counters(ctx)
		if err != nil {
			return err
		}
		if m[`mls_streams_open{transport="sse"}`] == 0 {
			return nil
		}
	}
	return errors.New("streams that were closed are still open")
}

// sampleEvent returns the bytes of an event as they appear in a stream.
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
	if _, err := next(); err != nil { // the event that says that the stream is connected
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

// benchIdleStreams measures by how much an idle stream increases the resident
// memory of an instance. The instance has served requests before, and the
// connections have been open for a while.
func (w *world) benchIdleStreams(ctx context.Context, out io.Writer) error {
	if _, err := w.send(ctx, 1, 1, 1, 500); err != nil {
		return err
	}
	const settled = 10 * time.Second
	time.Sleep(settled)
	before, err := testbed.ResidentOf(w.server.PID())
	if err != nil {
		return err
	}
	c := newCrowd()
	defer c.leave()
	if err := w.openStreams(ctx, c); err != nil {
		return err
	}
	time.Sleep(settled)
	after, err := testbed.ResidentOf(w.server.PID())
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
