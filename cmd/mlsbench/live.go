package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
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
func benchLive(ctx context.Context, w *world, out io.Writer, d time.Duration) error {
	if err := w.clear(ctx); err != nil {
		return err
	}
	if err := w.seedConvos(ctx, 1, liveConvos, w.dids(2)); err != nil {
		return err
	}
	fmt.Fprintf(out, "live, %d bytes, %d messages/s, one subscriber, from send to receive\n", messageLen, liveRate)
	if _, err := w.delivery(ctx, time.Second, w.server); err != nil { // warm-up
		return err
	}
	single, err := w.deliveries(ctx, d, w.server)
	if err != nil {
		return err
	}
	single[0].print(out, "the answer to the send")
	single[1].print(out, "same instance")
	ratio(out, single[1].at(50)/3, "of 3 ms p50", atMost, 1)
	ratio(out, single[1].at(99)/15, "of 15 ms p99", atMost, 1)
	return w.liveRedis(ctx, out, d)
}

func (w *world) liveRedis(ctx context.Context, out io.Writer, d time.Duration) (err error) {
	r, err := testbed.StartRedis(ctx, w.Dir)
	if err != nil {
		return err
	}
	defer r.Kill()
	first, _, err := w.startInstance(ctx, "REDIS_URL="+r.URL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, first.Stop()) }()
	second, _, err := w.startInstance(ctx, "REDIS_URL="+r.URL, "SERVICE_DID="+first.ServiceDID)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, second.Stop()) }()

	if _, err := w.delivery(ctx, time.Second, first, second); err != nil {
		return err
	}
	both, err := w.deliveries(ctx, d, first, second)
	if err != nil {
		return err
	}
	both[1].print(out, "with Redis")
	both[2].print(out, "second instance")
	ratio(out, both[2].at(50)-both[1].at(50), "of 1 ms p50 over the first", atMost, 1)

	r.Kill()
	if err := w.noticeLoss(ctx, first, second); err != nil {
		return err
	}
	if both, err = w.deliveries(ctx, d, first, second); err != nil {
		return err
	}
	both[2].print(out, "second, Redis gone")
	// The interval counts from the end of one read to the start of the next.
	clock := tailerClock.Seconds() * 1000
	ratio(out, both[2].at(99)/clock, "of the tailer's clock p99", atMost, 1.05)
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

func (t delays) at(percent int) float64 { return t[len(t)*percent/100] }

func (t delays) print(out io.Writer, where string) {
	fmt.Fprintf(out, "  %-22s p50 %7.2f ms  p99 %7.2f ms  max %7.2f ms  (%d messages)\n", where, t.at(50), t.at(99), t[len(t)-1], len(t))
}

// liveTurns is the number of measurements of each delivery.
const liveTurns = 3

// deliveries measures several times. For each instance it returns the
// measurement with the median p99, so that a single disturbance of the machine
// does not count.
func (w *world) deliveries(ctx context.Context, d time.Duration, at ...*instance) ([]delays, error) {
	turns := make([][]delays, 1+len(at))
	for range liveTurns {
		took, err := w.delivery(ctx, d/liveTurns, at...)
		if err != nil {
			return nil, err
		}
		for i := range took {
			turns[i] = append(turns[i], took[i])
		}
	}
	out := make([]delays, len(turns))
	for i, all := range turns {
		slices.SortFunc(all, func(a, b delays) int { return cmp.Compare(a.at(99), b.at(99)) })
		out[i] = all[liveTurns/2]
	}
	return out, nil
}

// delivery sends to the first instance at a steady rate for the time d. It
// returns the delays of the answers, and those of the events at each instance.
func (w *world) delivery(ctx context.Context, d time.Duration, at ...*instance) ([]delays, error) {
	n := max(liveRate, int(d.Seconds()*liveRate))
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
	sent, answered, err := sendSteadily(ctx, at[0].Addr(), calls)
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

// sendSteadily sends calls at liveRate without waiting for the answers to
// earlier ones. It returns the times at which each call was due and answered.
func sendSteadily(ctx context.Context, addr string, calls []call) (due, answered []time.Time, err error) {
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
		time.Sleep(time.Until(start.Add(time.Duration(i) * time.Second / liveRate)))
		due[i] = time.Now() // a sleep that took too long is not the service's fault
		turn <- i
	}
	close(turn)
	wg.Wait()
	return due, answered, errors.Join(errs...)
}
