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
	// liveRate is messages a second, into liveConvos conversations.
	liveRate   = 200
	liveConvos = 50
	// liveSenders is how many connections send: enough that none waits.
	liveSenders = 16
	// tailerClock is how often an instance reads the log that hears nothing.
	tailerClock = 1100 * time.Millisecond
)

// benchLive measures from sending a message to having its event: at the instance
// that took the message, at another one that hears of it through Redis, and
// there when Redis is gone.
func benchLive(ctx context.Context, w *world, out io.Writer, d time.Duration) error {
	if err := w.clear(ctx); err != nil {
		return err
	}
	if err := w.seedConvos(ctx, 1, liveConvos, w.dids(2)); err != nil {
		return err
	}
	fmt.Fprintf(out, "live, %d bytes, %d messages/s, one subscriber, from send to receive\n", messageLen, liveRate)
	if _, err := w.delivery(ctx, time.Second, w.server); err != nil { // to warm it
		return err
	}
	alone, err := w.deliveries(ctx, d, w.server)
	if err != nil {
		return err
	}
	alone[0].print(out, "the answer to the send")
	alone[1].print(out, "same instance")
	ratio(out, alone[1].at(50)/3, "of 3 ms p50", atMost, 1)
	ratio(out, alone[1].at(99)/15, "of 15 ms p99", atMost, 1)
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
	// The clock counts from the end of one read to the next.
	clock := tailerClock.Seconds() * 1000
	ratio(out, both[2].at(99)/clock, "of the tailer's clock p99", atMost, 1.05)
	return nil
}

// noticeLoss has instances find out that their Redis is gone: they refuse tokens
// from before that moment, which is counted in seconds.
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
		_ = c.do(in.procedure(w.accounts[0], gen.NSIDSendMessage, body)) // refused
		c.Close()
	}
	time.Sleep(2 * time.Second)
	return nil
}

// delays are how long events took, ascending, in milliseconds.
type delays []float64

func (t delays) at(percent int) float64 { return t[len(t)*percent/100] }

func (t delays) print(out io.Writer, where string) {
	fmt.Fprintf(out, "  %-22s p50 %7.2f ms  p99 %7.2f ms  max %7.2f ms  (%d messages)\n", where, t.at(50), t.at(99), t[len(t)-1], len(t))
}

// liveTurns is how often a delivery is measured.
const liveTurns = 3

// deliveries measures deliveries in turns, and of each place gives the turn
// whose p99 is the median: what disturbed the machine once is not the service's.
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

// delivery sends to the first of the instances at a steady rate for d, and gives
// how long the answers took, and the messages to a subscriber at each.
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
		if _, err := events.Next(); err != nil { // it is connected
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

// numbered begins the ids of messages that are found by their number.
const numbered = "bench-"

// receive gives when each of n messages came.
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

// sendSteadily sends calls at liveRate, whether or not those before are
// answered, and gives when each was due and when it was answered.
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
		due[i] = time.Now() // where a sleep was too long, that was not the service
		turn <- i
	}
	close(turn)
	wg.Wait()
	return due, answered, errors.Join(errs...)
}
