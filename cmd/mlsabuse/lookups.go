package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/auth/authtest"
	"catbird.blue/mls/server/limit"
)

const stormSources = 50

// storm sends tokens of unknown DIDs from 50 addresses, ten per second from
// each, until ctx ends.
func (s *scene) storm(ctx context.Context, answers *sent) {
	key := authtest.Unregistered().Key
	var wg sync.WaitGroup
	for i := range stormSources {
		wg.Go(func() {
			open := make(chan struct{}, 16)
			for ctx.Err() == nil {
				rest(ctx, 100*time.Millisecond)
				open <- struct{}{}
				wg.Go(func() {
					defer func() { <-open }()
					p := &person{Account: &authtest.Account{DID: authtest.NewDID(), Key: key}, s: s, from: fmt.Sprintf("198.51.%d.9", 100+i)}
					_, err := p.client().ListDevices(context.WithoutCancel(ctx))
					answers.add(err)
				})
			}
		})
	}
	wg.Wait()
}

// newcomers lets new accounts of two PDSes arrive shortly after one another.
// Each makes one call.
func (s *scene) newcomers(ctx context.Context, n int) (in int, err error) {
	hosts := make([]*pds, 2)
	for i := range hosts {
		if hosts[i], err = s.newPDS(ctx, fmt.Sprintf("192.0.%d.1", i)); err != nil {
			return 0, err
		}
	}
	var wg sync.WaitGroup
	var served atomic.Int64
	for i := range n {
		p := hosts[i%2].newPerson()
		wg.Go(func() {
			if _, err := p.client().GetSubscriptionTicket(ctx, &gen.GetSubscriptionTicketInput{}); err == nil {
				served.Add(1)
			}
		})
		rest(ctx, 20*time.Millisecond)
	}
	wg.Wait()
	return int(served.Load()), ctx.Err()
}

func lookupStorm(ctx context.Context, s *scene) (*outcome, error) {
	const newcomers = 39
	answers, before, start := &sent{}, s.PLC.Requests(), time.Now()
	storm, end := context.WithCancel(ctx)
	defer end()
	over := make(chan struct{})
	go func() {
		defer close(over)
		s.storm(storm, answers)
	}()
	rest(ctx, s.length(3*time.Second, 30*time.Second))
	in, err := s.newcomers(ctx, newcomers)
	if err != nil {
		return nil, err
	}
	rest(ctx, s.length(2*time.Second, 30*time.Second))
	end()
	<-over
	took := time.Since(start)
	asked := int(s.PLC.Requests() - before)
	most := int(limit.LookupNew.Amount) + int((took.Seconds()+1)*float64(limit.LookupNew.Refill))
	out := &outcome{tried: answers.total(), achieved: fmt.Sprintf("%s; %.0f look-ups a second at the PLC directory; %d of %d newcomers of two PDSes got in",
		answers, float64(asked)/took.Seconds(), in, newcomers)}
	if answers.total() < 2*asked || answers.of(limited) == 0 {
		out.idle = fmt.Sprintf("%d tokens for %d look-ups", answers.total(), asked)
	}
	switch {
	case in < newcomers:
		out.excess = fmt.Sprintf("%d of %d newcomers got in", in, newcomers)
	case asked > most:
		out.excess = fmt.Sprintf("the directory was asked %d times, %d are the rate", asked, most)
	}
	return out, nil
}

func lookupFloods() []flood {
	return []flood{{name: "lookups", what: "50 addresses present tokens of DIDs that nobody has seen", run: lookupStorm}}
}
