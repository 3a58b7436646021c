package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/limit"
)

const strangers = 200

// opening has accounts ask for streams as fast as they are let, each pausing
// between two calls, for a time.
func opening(ctx context.Context, d time.Duration, people []*person) *sent {
	ctx, end := context.WithTimeout(ctx, d)
	defer end()
	answers := &sent{}
	var wg sync.WaitGroup
	for _, p := range people {
		wg.Go(func() {
			for ctx.Err() == nil {
				_, err := p.client().GetSubscriptionTicket(context.WithoutCancel(ctx), &gen.GetSubscriptionTicketInput{})
				answers.add(err)
				rest(ctx, 200*time.Millisecond)
			}
		})
	}
	wg.Wait()
	return answers
}

// freeDIDs floods from accounts that their PDS does not confirm, and bounds what
// they get by one bucket.
func freeDIDs(who func(s *scene, i int) *person) func(context.Context, *scene) (*outcome, error) {
	return func(ctx context.Context, s *scene) (*outcome, error) {
		people := make([]*person, strangers)
		for i := range people {
			people[i] = who(s, i)
		}
		row, start := limit.OriginRow(limit.ClassStream), time.Now()
		answers := opening(ctx, s.length(10*time.Second, time.Minute), people)
		most := int(row.Amount) + int((time.Since(start).Seconds()+1)*float64(row.Refill))
		got := answers.of("ok")
		out := &outcome{tried: answers.total(), achieved: fmt.Sprintf("%s; one bucket gives %d", answers, most)}
		if got < int(row.Amount)/2 || answers.of(limited) < out.tried/4 {
			out.idle = answers.String()
		}
		if got > most {
			out.excess = fmt.Sprintf("%d calls were let in, one bucket gives %d", got, most)
		}
		return out, ctx.Err()
	}
}

// arrival is what a newcomer does first.
func (p *person) arrival(ctx context.Context) error {
	if err := p.publish(ctx, p.device, 3); err != nil {
		return err
	}
	if _, err := p.client().GetSubscriptionTicket(ctx, &gen.GetSubscriptionTicketInput{}); err != nil {
		return fmt.Errorf("open a stream: %w", err)
	}
	_, err := create(ctx, p)
	return err
}

// firstDay has the newcomers of one big host and five of another come to an empty
// instance while strangers flood it.
func firstDay(ctx context.Context, s *scene) (*outcome, error) {
	big, err := s.newPDS(ctx, "203.0.114.1")
	if err != nil {
		return nil, err
	}
	small, err := s.newPDS(ctx, "203.0.115.1")
	if err != nil {
		return nil, err
	}
	n, d := s.size(100, 5_000), s.length(10*time.Second, 10*time.Minute)
	var flood []*person
	for i := range strangers {
		flood = append(flood, s.claiming(small.url, fmt.Sprintf("198.51.%d.9", 100+i%50)))
	}
	var wg sync.WaitGroup
	var noise *sent
	wg.Go(func() { noise = opening(ctx, d, flood) })
	arrivals := &sent{}
	for i := range n {
		host := big
		if i%(n/5) == 1 {
			host = small
		}
		wg.Go(func() { arrivals.add(host.newPerson().arrival(ctx)) })
		rest(ctx, d/time.Duration(n))
	}
	wg.Wait()
	served := arrivals.of("ok")
	out := &outcome{tried: n, achieved: fmt.Sprintf("%d of %d newcomers were served, five of them of a small host; 200 accounts that claim this host: %s", served, n, noise)}
	if noise.of(limited) == 0 {
		out.idle = "the strangers met no limit"
	}
	if served < n {
		out.excess = "of the newcomers: " + arrivals.String()
	}
	return out, ctx.Err()
}

func originFloods() []flood {
	return []flood{
		{name: "origins-claimed", what: "200 accounts claim the host of the honest, which does not have them",
			run: freeDIDs(func(s *scene, i int) *person { return s.claiming(s.home.url, fmt.Sprintf("198.51.%d.9", 100+i%50)) })},
		{name: "origins-invented", what: "200 accounts claim 200 hosts that do not exist",
			run: freeDIDs(func(s *scene, i int) *person { return s.stranger(i, fmt.Sprintf("198.51.%d.9", 100+i%50)) })},
		{name: "origins-newcomers", what: "many newcomers of one host in a short time", run: firstDay},
	}
}
