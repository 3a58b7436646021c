package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// limited is the error that calls above the rate get.
const limited = xrpc.RateLimitExceeded

// floodTokens makes accounts call as fast as they can, each call with a new
// token, so that nearly all calls are above their rate.
func floodTokens(accounts, calls func(*scene) int) func(context.Context, *scene) (*outcome, error) {
	return func(ctx context.Context, s *scene) (*outcome, error) {
		people, err := s.crowd(ctx, accounts(s))
		if err != nil {
			return nil, err
		}
		const workers = 32
		each, answers, start := calls(s)/workers, &sent{}, time.Now()
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				c := from(fmt.Sprintf("127.0.2.%d", w+1), 1)
				defer c.CloseIdleConnections()
				for i := 0; i < each && ctx.Err() == nil; i++ {
					p := people[(w*each+i)%len(people)]
					_, err := p.clientOver(c).GetSubscriptionTicket(ctx, &gen.GetSubscriptionTicketInput{})
					answers.add(err)
				}
			})
		}
		wg.Wait()
		out := &outcome{tried: answers.total(), achieved: fmt.Sprintf("%s; %.0f calls a second", answers,
			float64(answers.total())/time.Since(start).Seconds())}
		if of := answers.of(limited); of < out.tried/10 {
			out.idle = fmt.Sprintf("%d of %d calls were above a limit", of, out.tried)
		}
		return out, ctx.Err()
	}
}

// crowd creates n accounts on ten hosts and waits until the service has looked
// up all of them.
func (s *scene) crowd(ctx context.Context, n int) ([]*person, error) {
	hosts := make([]*pds, min(n, 10))
	for i := range hosts {
		var err error
		if hosts[i], err = s.newPDS(ctx, fmt.Sprintf("198.51.%d.1", i)); err != nil {
			return nil, err
		}
	}
	people := make([]*person, n)
	var wg sync.WaitGroup
	for w := range hosts {
		wg.Go(func() {
			for i := w; i < n && ctx.Err() == nil; i += len(hosts) {
				people[i] = hosts[w].newPerson()
				for ctx.Err() == nil {
					if _, err := people[i].client().ListDevices(ctx); err == nil {
						break
					}
					rest(ctx, 100*time.Millisecond)
				}
			}
		})
	}
	wg.Wait()
	return people, ctx.Err()
}

// refuseWrites makes Redis refuse every write while it answers reads, as it
// does when its memory or its disk is full.
func refuseWrites(ctx context.Context, s *scene) (*outcome, error) {
	if err := s.redis.Do(ctx, "CONFIG", "SET", "maxmemory", "1"); err != nil {
		return nil, err
	}
	out := &outcome{}
	d := s.length(6*time.Second, 10*time.Minute)
	for start := time.Now(); time.Since(start) < d && ctx.Err() == nil; rest(ctx, 500*time.Millisecond) {
		if out.tried++; s.redis.Do(ctx, "SET", "a", "b") == nil {
			out.idle = "Redis took a write"
		}
	}
	out.achieved = fmt.Sprintf("Redis refused writes for %s", d)
	return out, ctx.Err()
}

func tokenFloods() []flood {
	one := func(*scene) int { return 1 }
	million := func(s *scene) int { return s.size(5_000, 1_000_000) }
	return []flood{
		{name: "tokens-one", what: "one account calls without pause, a fresh token each time", run: floodTokens(one, million)},
		{name: "tokens-one-redis", what: "the same, with a Redis of 12 MB", redis: true, run: floodTokens(one, million)},
		{name: "tokens-many", what: "many accounts call without pause",
			run: floodTokens(func(s *scene) int { return s.size(50, 5_000) }, func(s *scene) int { return s.size(5_000, 1_000_000) })},
		{name: "tokens-many-redis", what: "the same, with a Redis of 12 MB", redis: true,
			run: floodTokens(func(s *scene) int { return s.size(50, 5_000) }, func(s *scene) int { return s.size(5_000, 1_000_000) })},
		{name: "redis-refuses", what: "Redis refuses writes and answers reads", redis: true, run: refuseWrites,
			hurt: &bounds{settles: 2 * time.Second, longest: 10 * time.Second}},
	}
}
