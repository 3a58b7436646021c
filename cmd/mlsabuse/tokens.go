package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"catbird.blue/mls/gen"
)

// floodTokens has accounts call as fast as they can, each call with a fresh
// token, so that nearly all calls are above their rate.
func floodTokens(accounts func(*scene) int, calls func(*scene) int) func(context.Context, *scene) (*outcome, error) {
	return func(ctx context.Context, s *scene) (*outcome, error) {
		people := make([]*person, accounts(s))
		for i := range people {
			people[i] = s.newPerson()
		}
		const workers = 32
		each := calls(s) / workers
		answers := &sent{}
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				c := from(fmt.Sprintf("127.0.2.%d", w+1), 1)
				defer c.CloseIdleConnections()
				for i := range each {
					if ctx.Err() != nil {
						return
					}
					p := people[(w*each+i)%len(people)]
					_, err := p.over(c).GetSubscriptionTicket(ctx, &gen.GetSubscriptionTicketInput{})
					answers.add(err)
				}
			})
		}
		wg.Wait()
		return &outcome{tried: answers.total(), achieved: answers.String()}, ctx.Err()
	}
}

// refuseWrites has Redis refuse every write while it answers reads, as one does
// that is full, or whose disk is.
func refuseWrites(ctx context.Context, s *scene) (*outcome, error) {
	if err := s.redis.Do(ctx, "CONFIG", "SET", "maxmemory", "1"); err != nil {
		return nil, err
	}
	d := s.length(10*time.Second, 10*time.Minute)
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
	return &outcome{tried: 1, achieved: fmt.Sprintf("Redis refused writes for %s", d)}, ctx.Err()
}

func tokenFloods() []flood {
	one := func(*scene) int { return 1 }
	return []flood{
		flood{name: "tokens-one", what: "one account calls without pause, a fresh token each time",
			run: floodTokens(one, func(s *scene) int { return s.size(40_000, 1_000_000) })},
		flood{name: "tokens-one-redis", what: "the same, with a Redis of 12 MB", redis: true,
			run: floodTokens(one, func(s *scene) int { return s.size(40_000, 1_000_000) })},
		flood{name: "tokens-many", what: "many accounts call without pause",
			run: floodTokens(func(s *scene) int { return s.size(500, 5_000) }, func(s *scene) int { return s.size(20_000, 200_000) })},
		flood{name: "redis-full", what: "Redis refuses writes and answers reads", redis: true, run: refuseWrites,
			hurt: &bounds{failed: 8, longest: 10 * time.Second}},
	}
}
