package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"

	"catbird.blue/mls/internal/testbed"
)

const (
	// liveRate is the number of messages per second, sent to liveConvos
	// conversations.
	liveRate   = 200
	liveConvos = 50
	// liveSenders is the number of connections that send. There are enough of
	// them that no message waits for one.
	liveSenders = 16
	// tailerClock is the interval at which an instance reads the log if it gets
	// no notification.
	tailerClock = 1100 * time.Millisecond
)

// benchLive measures the time from sending a message to receiving its event: at
// the instance that accepted the message, at another instance that is notified
// through Redis, and at that instance without Redis.
func benchLive(ctx context.Context, w *world, r *recorder) error {
	if err := w.clear(ctx); err != nil {
		return err
	}
	if err := w.seedConvos(ctx, 1, liveConvos, w.dids(2)); err != nil {
		return err
	}
	r.note("  %d bytes, %d messages/s, one subscriber", messageLen, liveRate)
	single, err := w.deliveries(ctx, r, []string{"the answer to the send", "same instance"}, w.server)
	if err != nil {
		return err
	}
	r.judge("live-same-p50", single[1].p50)
	r.judge("live-same-p99", single[1].p99)
	return w.liveRedis(ctx, r)
}

func (w *world) liveRedis(ctx context.Context, r *recorder) (err error) {
	bus, err := testbed.StartRedis(ctx, w.Dir)
	if err != nil {
		return err
	}
	defer bus.Kill()
	first, _, err := w.startInstance(ctx, "REDIS_URL="+bus.URL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, first.Stop()) }()
	second, _, err := w.startInstance(ctx, "REDIS_URL="+bus.URL, "SERVICE_DID="+first.ServiceDID)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, second.Stop()) }()

	both, err := w.deliveries(ctx, r, []string{"the answer, with Redis", "with Redis", "second instance"}, first, second)
	if err != nil {
		return err
	}
	later := r.figure("second instance, p50 - p50 at the first", millis)
	for i, at := range both[2].p50.Turns {
		later.add(at - both[1].p50.Turns[i])
	}
	r.print(later)
	r.judge("live-second-p50", later)

	bus.Kill()
	if err := w.noticeLoss(ctx, first, second); err != nil {
		return err
	}
	if both, err = w.deliveries(ctx, r, []string{"the answer, Redis gone", "first instance, Redis gone", "second instance, Redis gone"}, first, second); err != nil {
		return err
	}
	// The interval counts from the end of one read to the start of the next.
	clock := r.figure("second instance, Redis gone, p99 / interval of its reads", times)
	for _, v := range both[2].p99.Turns {
		clock.add(v / (tailerClock.Seconds() * 1000))
	}
	r.print(clock)
	r.judge("live-lost-p99", clock)
	return nil
}

// noticeLoss makes instances notice the loss of Redis. They then refuse tokens
// from before that moment, whose time has a resolution of one second.
func (w *world) noticeLoss(ctx context.Context, at ...*instance) error {
	body, err := sendBody(convoID(1), messageLen, "")
	if err != nil {
		return err
	}
	for _, in := range at {
		c, err := connect(ctx, in.Addr())
		if err != nil {
			return err
		}
		_ = c.do(in.procedure(w.accounts[0], gen.NSIDSendMessage, body)) // the call is refused
		c.Close()
	}
	time.Sleep(2 * time.Second)
	return nil
}

// delays are the delays of events in milliseconds, in ascending order.
type delays []float64

// at returns a percentile, and 0 if there was no event.
func (t delays) at(percent int) float64 {
	if len(t) == 0 {
		return 0
	}
	return t[len(t)*percent/100]
}

// deliveries measures in several turns, after one as a warm-up. It returns the
// figures of the answers, and those of the events at each instance.
func (w *world) deliveries(ctx context.Context, r *recorder, names []string, at ...*instance) ([]loadFigures, error) {
	out := make([]loadFigures, len(names))
	for i, name := range names {
		out[i] = loadFigures{p50: r.figure(name+", p50", millis), p99: r.figure(name+", p99", millis)}
	}
	for turn := range 1 + w.sizes.turns {
		took, err := w.delivery(ctx, w.sizes.turn(), at...)
		if err != nil {
			return nil, err
		}
		if turn == 0 {
			continue
		}
		for i := range out {
			out[i].p50.add(took[i].at(50))
			out[i].p99.add(took[i].at(99))
		}
	}
	for _, f := range out {
		r.print(f.p50, f.p99)
	}
	return out, nil
}

// delivery sends to the first instance at a steady rate for the time d. It
// returns the delays of the answers, and those of the events at each instance.
func (w *world) delivery(ctx context.Context, d time.Duration, at ...*instance) ([]delays, error) {
	n := max(liveRate/5, int(d.Seconds()*liveRate))
	calls := make([]call, n)
	errs := make([]error, n)
	inParallel(n, func(i int) {
		body, err := sendBody(convoID(i%liveConvos+1), messageLen, fmt.Sprintf("%s%d-%d", numbered, i, time.Now().UnixNano()))
		calls[i], errs[i] = at[0].procedure(w.accounts[0], gen.NSIDSendMessage, body), err
	})
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	received := make([][]time.Time, len(at))
	failed := make([]error, len(at))
	var wg sync.WaitGroup
	for i, in := range at {
		s, err := in.subscribe(ctx, w.accounts[1], "")
		if err != nil {
			return nil, err
		}
		defer s.close()
		events := xrpc.NewEventReader(s.res.Body)
		if _, err := events.Next(); err != nil { // the event that says that the stream is connected
			return nil, err
		}
		if err := s.conn.SetReadDeadline(time.Now().Add(d + time.Minute)); err != nil {
			return nil, err
		}
		wg.Go(func() { received[i], failed[i] = receive(events, n) })
	}
	sent, answered, err := sendSteadily(ctx, at[0].Addr(), calls, liveRate)
	if err != nil {
		return nil, err
	}
	wg.Wait()
	if err := errors.Join(failed...); err != nil {
		return nil, err
	}
	var out []delays
	for _, ends := range append([][]time.Time{answered}, received...) {
		var took delays
		for k, t := range ends {
			took = append(took, float64(t.Sub(sent[k]).Microseconds())/1000)
		}
		slices.Sort(took)
		out = append(out, took)
	}
	return out, nil
}

// numbered is the prefix of the ids of messages, which end in a number.
const numbered = "bench-"

// receive returns the times at which n messages arrived.
func receive(events *xrpc.EventReader, n int) ([]time.Time, error) {
	at := make([]time.Time, n)
	for left := n; left > 0; {
		ev, err := events.Next()
		if err != nil {
			return nil, fmt.Errorf("with %d events missing: %w", left, err)
		}
		now := time.Now()
		_, id, found := bytes.Cut(ev.Data, []byte(`"id":"`+numbered))
		if !found {
			continue
		}
		digits, _, _ := bytes.Cut(id, []byte("-"))
		i, err := strconv.Atoi(string(digits))
		if err != nil || i >= n || !at[i].IsZero() {
			return nil, fmt.Errorf("an event that was not sent, or came twice: %.100s", id)
		}
		at[i] = now
		left--
	}
	return at, nil
}

// sendSteadily sends calls at a rate per second without waiting for the answers to
// earlier ones. It returns the times at which each call was due and answered.
func sendSteadily(ctx context.Context, addr string, calls []call, rate int) (due, answered []time.Time, err error) {
	due, answered = make([]time.Time, len(calls)), make([]time.Time, len(calls))
	turn := make(chan int, len(calls))
	errs := make([]error, liveSenders)
	var wg sync.WaitGroup
	for i := range liveSenders {
		c, err := connect(ctx, addr)
		if err != nil {
			return nil, nil, err
		}
		defer c.Close()
		wg.Go(func() {
			for k := range turn {
				if errs[i] = errors.Join(errs[i], c.do(calls[k])); errs[i] != nil {
					return
				}
				answered[k] = time.Now()
			}
		})
	}
	start := time.Now()
	for i := range calls {
		time.Sleep(time.Until(start.Add(time.Duration(i) * time.Second / time.Duration(rate))))
		due[i] = time.Now() // a sleep that took too long is not the service's fault
		turn <- i
	}
	close(turn)
	wg.Wait()
	return due, answered, errors.Join(errs...)
}
