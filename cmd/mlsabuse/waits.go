package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"catbird.blue/mls/gen"
)

const (
	waits = 400
	// waitsHeld is the number of waiting calls that the service allows one
	// account.
	waitsHeld = 16
	// waitsSlower is the factor by which the median send time of another
	// account may increase while they wait.
	waitsSlower = 1.2
)

// wait keeps one long poll open until ctx ends. It asks again at once after an
// answer, and after the time that the service states after a refusal.
func (p *person) wait(ctx context.Context, answers *sent) {
	for ctx.Err() == nil {
		_, err := p.clientOver(waiting).Sync(ctx, &gen.SyncInput{Limit: 1, WaitMs: 8_000})
		if ctx.Err() != nil {
			return
		}
		answers.add(err)
		if err != nil {
			rest(ctx, max(retryAfter(err), 5*time.Second))
		}
	}
}

// openWaits starts the long polls and returns when all of them are open or
// refused.
func (s *scene) openWaits(ctx context.Context, wg *sync.WaitGroup, p *person, answers *sent) {
	before := answers.total()
	for range waits {
		wg.Go(func() { p.wait(ctx, answers) })
	}
	for start := time.Now(); answers.total()-before < waits-waitsHeld && time.Since(start) < 5*time.Second; {
		rest(ctx, 20*time.Millisecond)
	}
	rest(ctx, 300*time.Millisecond)
}

var waiting = from("127.0.5.1", waits)

// sendFor makes people send messages in turn for a time and returns the
// duration of each send.
func sendFor(ctx context.Context, people []*person, talk *conversation, d time.Duration) (took []time.Duration, err error) {
	for begin := time.Now(); time.Since(begin) < d && ctx.Err() == nil; rest(ctx, 15*time.Millisecond) {
		start := time.Now()
		if _, err := people[len(took)%len(people)].client().SendMessage(ctx, talk.message(200)); err != nil {
			return nil, fmt.Errorf("send: %w", err)
		}
		took = append(took, time.Since(start))
	}
	return took, ctx.Err()
}

func median[T int64 | float64 | time.Duration](of []T) T {
	if len(of) == 0 {
		return 0
	}
	of = slices.Clone(of)
	slices.Sort(of)
	return of[len(of)/2]
}

// floodWaits makes an account open 400 long polls and abandon them, repeatedly.
// Between these periods it measures the sends of another member of the
// account's conversation.
func floodWaits(ctx context.Context, s *scene) (*outcome, error) {
	people, talk, err := s.group(ctx, 5)
	if err != nil {
		return nil, err
	}
	senders, mallory := people[:4], people[4]
	side := s.length(time.Second, 5*time.Second)
	answers := &sent{}
	var times [2][]time.Duration // without and with the flood
	slower := func() float64 { return float64(median(times[1])) / float64(median(times[0])) }
	// A busy machine makes the sides differ by chance, so more turns are
	// measured.
	for n, least := 0, s.size(8, 32); n < least || n < 3*least && n%4 != 0 || n < 3*least && slower() > waitsSlower; n++ {
		beside := (n + n/2) % 2 // the order 0 1 1 0
		flooding, end := context.WithCancel(ctx)
		var wg sync.WaitGroup
		if beside == 1 {
			s.openWaits(flooding, &wg, mallory, answers)
		}
		took, err := sendFor(ctx, senders, talk, side)
		end()
		wg.Wait()
		if err != nil {
			return nil, err
		}
		times[beside] = append(times[beside], took...)
		rest(ctx, 100*time.Millisecond)
	}
	without, with := times[0], times[1]
	ratio := slower()
	out := &outcome{tried: waits, achieved: fmt.Sprintf("somebody's sends take %.2f times as long (p50 %s beside the waits, %s without); waits: %s",
		ratio, median(with).Round(10*time.Microsecond), median(without).Round(10*time.Microsecond), answers)}
	if answers.of(limited) == 0 {
		out.idle = "no wait was refused"
	}
	if ratio > waitsSlower {
		out.excess = fmt.Sprintf("the median is %.2f times that without, the bound is %.2f", ratio, waitsSlower)
	}
	return out, nil
}

// retryAfter returns the time after which a refused call may be repeated.
func retryAfter(err error) time.Duration {
	if e := asRefusal(err); e != nil {
		return e.RetryAfter
	}
	return 0
}

func waitFloods() []flood {
	return []flood{{name: "waits", what: "400 long polls of one account, beside members of its conversation who send", run: floodWaits}}
}
