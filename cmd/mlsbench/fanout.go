package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"catbird.blue/mls/gen"

	"catbird.blue/mls/internal/testbed"
)

const (
	// audience is the number of streams of which the bounds speak, and
	// streamsEach is how many of them belong to one member.
	audience    = 1000
	streamsEach = 5
	// fanOutRate is the number of messages per second to the whole audience,
	// chosen so that the machine is busy but not overloaded. Fewer streams get
	// more messages, up to maxFanOutRate.
	fanOutRate    = 20
	maxFanOutRate = 200
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
func benchFanOut(ctx context.Context, w *world, r *recorder) error {
	if err := w.clear(ctx); err != nil {
		return err
	}
	if err := w.seedConvos(ctx, 1, 1, w.dids(accounts)); err != nil {
		return err
	}
	if _, err := w.restart(ctx); err != nil {
		return err
	}
	if err := w.benchIdleStreams(ctx, r); err != nil {
		return err
	}
	sample, err := w.sampleEvent(ctx)
	if err != nil {
		return fmt.Errorf("sample of an event: %w", err)
	}
	for _, n := range w.sizes.streams {
		if err := w.benchAudience(ctx, r, n, sample); err != nil {
			return err
		}
	}
	return nil
}

// benchAudience measures the delivery to n streams.
func (w *world) benchAudience(ctx context.Context, r *recorder, n int, sample []byte) error {
	rate := min(maxFanOutRate, fanOutRate*audience/n)
	perTurn := min(maxRounds/w.sizes.turns, max(4, int(w.sizes.turn().Seconds()*float64(rate)*3/2)))
	bare, err := w.baselineCrowd(ctx, n, perTurn, sample)
	if err != nil {
		return fmt.Errorf("bare program: %w", err)
	}
	defer bare.end()
	served, err := w.serveCrowd(ctx, n, perTurn)
	if err != nil {
		return fmt.Errorf("streams: %w", err)
	}
	defer served.end()
	before, err := w.server.Counters(ctx)
	if err != nil {
		return err
	}
	time.Sleep(min(fanOutPause, 2*w.sizes.settled))
	for turn := range w.sizes.turns {
		if err := takeTurns(ctx, turn*perTurn, perTurn, rate, served, bare); err != nil {
			return err
		}
	}
	after, err := w.server.Counters(ctx)
	if err != nil {
		return err
	}
	one, other := served.figures(r, fmt.Sprintf("mlsd, %d streams", n)), bare.figures(r, fmt.Sprintf("bare program, %d streams", n))
	r.judgeAt("fan-out-cpu", r.ratio(fmt.Sprintf("CPU per delivery to %d streams / bare program", n), one.cpu, other.cpu), n, audience, "streams")
	r.judgeAt("fan-out-p99", r.ratio(fmt.Sprintf("p99 to %d streams / bare program", n), one.p99, other.p99), n, audience, "streams")
	w.countFanOut(r, n, perTurn*w.sizes.turns, func(name string) (float64, bool) { _, there := after[name]; return after[name] - before[name], there })
	return w.streamsGone(ctx)
}

// countFanOut reports what the service did for each message. These are counts of
// the whole run, so they have one turn.
func (w *world) countFanOut(r *recorder, n, messages int, rise func(string) (float64, bool)) {
	for _, c := range []struct {
		bound, what, counter string
		each                 int
	}{
		{"fan-out-rows", "rows read from PostgreSQL for a message to %d streams", "mls_log_rows_total", 1},
		{"fan-out-encoded", "encodings of a message to %d streams", `mls_stream_events_encoded_total{form="json"}`, 1},
		{"fan-out-delivered", "deliveries of a message for each of %d streams", `mls_stream_events_delivered_total{transport="sse"}`, n},
	} {
		count, there := rise(c.counter)
		if !there || count == 0 {
			r.cannot(c.bound, "the service does not count %s", c.counter)
			continue
		}
		f := r.figure(fmt.Sprintf(c.what, n), number)
		f.add(count / float64(messages*c.each))
		r.print(f)
		r.judgeAt(c.bound, f, n, audience, "streams")
	}
}

// side is one of the two sides: a crowd, and the process that writes to it.
type side struct {
	*crowd
	pid int
	// writeRound makes the process write to the whole crowd.
	writeRound func(round int) error
	end        func()
	// cpu has the CPU time that the process used in each turn.
	cpu []time.Duration
}

// takeTurns makes the sides write alternately, each of them in the rounds from
// first on, at a rate per second.
func takeTurns(ctx context.Context, first, rounds, rate int, sides ...*side) error {
	for _, s := range sides {
		cpu, err := testbed.CPUOf(s.pid)
		if err != nil {
			return err
		}
		s.cpu = append(s.cpu, -cpu)
	}
	start, pause := time.Now(), time.Second/time.Duration(rate*len(sides))
	for k := range rounds {
		for i, s := range sides {
			time.Sleep(time.Until(start.Add(time.Duration(k*len(sides)+i) * pause)))
			s.begin(first + k)
			if err := s.writeRound(first + k); err != nil {
				return fmt.Errorf("round %d of side %d: %w", first+k, i, err)
			}
			if err := s.wait(ctx, (first+k+1)*len(s.conns)); err != nil {
				return err
			}
		}
	}
	for _, s := range sides {
		cpu, err := testbed.CPUOf(s.pid)
		if err != nil {
			return err
		}
		s.cpu[len(s.cpu)-1] += cpu
	}
	return nil
}

// cost is the CPU time per delivery and the percentiles of the delay.
type cost struct{ cpu, p50, p99 *figure }

// figures ends the crowd and prints its results.
func (s *side) figures(r *recorder, who string) cost {
	c := cost{r.figure(who+", CPU per delivery", micros), r.figure(who+", p50", millis), r.figure(who+", p99", millis)}
	n := len(s.conns) * s.perTurn
	for i, took := range s.leave() {
		c.cpu.add(float64(s.cpu[i].Nanoseconds()) / 1000 / float64(n))
		c.p50.add(took.at(50))
		c.p99.add(took.at(99))
	}
	r.print(c.cpu, c.p50, c.p99)
	return c
}

// openStreams opens n streams of a crowd.
func (w *world) openStreams(ctx context.Context, c *crowd, n int) error {
	for i := range n {
		s, err := w.server.subscribe(ctx, w.accounts[1+i/streamsEach], "")
		if err != nil {
			return fmt.Errorf("stream %d: %w", i, err)
		}
		c.join(s.conn, s.raw, 1) // skip the event that says that the stream is connected
	}
	return c.wait(ctx, 0)
}

// serveCrowd returns the side of the service.
func (w *world) serveCrowd(ctx context.Context, n, perTurn int) (*side, error) {
	c := newCrowd(w.sizes.turns, perTurn)
	if err := w.openStreams(ctx, c, n); err != nil {
		c.leave()
		return nil, err
	}
	// The calls come after the streams, which take long to open: neither a token
	// nor an idle connection waits for them.
	calls := make([]call, perTurn*w.sizes.turns)
	for i := range calls {
		body, err := sendBody(convoID(1), messageLen, "")
		if err != nil {
			c.leave()
			return nil, err
		}
		calls[i] = w.server.procedure(w.accounts[0], gen.NSIDSendMessage, body)
	}
	conn, err := connect(ctx, w.addr())
	if err != nil {
		c.leave()
		return nil, err
	}
	return &side{crowd: c, pid: w.server.PID(), writeRound: func(i int) error { return conn.do(calls[i]) }, end: func() {
		c.leave()
		_ = conn.Close()
	}}, nil
}

// baselineCrowd returns the side of the baseline program.
func (w *world) baselineCrowd(ctx context.Context, n, perTurn int, event []byte) (*side, error) {
	f, err := startBaseline(ctx, fanOutBaseline, event, n)
	if err != nil {
		return nil, err
	}
	c := newCrowd(w.sizes.turns, perTurn)
	s := &side{crowd: c, pid: f.pid(), writeRound: func(int) error {
		_, err := f.in.Write([]byte{'.'})
		return err
	}, end: func() {
		c.leave()
		_ = f.stop()
	}}
	var d net.Dialer
	for range n {
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
		open, there := m[`mls_streams_open{transport="sse"}`]
		if !there {
			return errors.New("the service does not count open streams")
		}
		if open == 0 {
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
// connections have been open for a while. Each turn has an instance of its own:
// memory that one has freed would hide what the next streams take.
func (w *world) benchIdleStreams(ctx context.Context, r *recorder) error {
	n := largest(w.sizes.streams)
	each := r.figure(fmt.Sprintf("resident memory of an idle stream, of %d", n), kibibytes)
	for turn := range w.sizes.turns {
		if turn > 0 {
			if _, err := w.restart(ctx); err != nil {
				return err
			}
		}
		grown, err := w.idleStreams(ctx, n)
		if err != nil {
			return err
		}
		each.add(grown)
	}
	r.print(each)
	r.judgeAt("idle-stream", each, n, audience, "streams")
	return nil
}

func (w *world) idleStreams(ctx context.Context, n int) (kib float64, err error) {
	if _, err := w.send(ctx, sendPlan{convos: 1, senders: 1, n: 500, size: messageLen}); err != nil {
		return 0, err
	}
	time.Sleep(w.sizes.settled)
	before, err := testbed.ResidentOf(w.server.PID())
	if err != nil {
		return 0, err
	}
	c := newCrowd(0, 1)
	defer c.leave()
	if err := w.openStreams(ctx, c, n); err != nil {
		return 0, err
	}
	time.Sleep(w.sizes.settled)
	after, err := testbed.ResidentOf(w.server.PID())
	if err != nil {
		return 0, err
	}
	c.leave()
	return float64(after-before) / float64(n) / 1024, w.streamsGone(ctx)
}
