package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

const strangers = 200

// opening lets accounts open streams as fast as they are allowed, for the time
// d. Each pauses between two calls.
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

// freeDIDs is a flood by accounts that no PDS confirms. All of them together
// must get no more than one bucket.
func freeDIDs(ctx context.Context, s *scene, people []*person, d time.Duration) (*outcome, error) {
	row, start := limit.OriginRow(xrpc.RateStream), time.Now()
	answers := opening(ctx, d, people)
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

func inventedHosts(ctx context.Context, s *scene) (*outcome, error) {
	people := make([]*person, strangers)
	for i := range people {
		people[i] = s.unknownHost(i, fmt.Sprintf("198.51.%d.9", 100+i%50))
	}
	return freeDIDs(ctx, s, people, s.length(7*time.Second, time.Minute))
}

// claimedHost is a flood by accounts that falsely name a host, while real new
// accounts of that host arrive now and then.
func claimedHost(ctx context.Context, s *scene) (*outcome, error) {
	host, err := s.newPDS(ctx, "192.0.2.1")
	if err != nil {
		return nil, err
	}
	people := make([]*person, strangers)
	for i := range people {
		people[i] = s.claiming(host.url, fmt.Sprintf("198.51.%d.9", 100+i%50))
	}
	d := s.length(7*time.Second, time.Minute)
	newcomers, slowest := &sent{}, time.Duration(0)
	var wg sync.WaitGroup
	wg.Go(func() {
		for start := time.Now(); time.Since(start) < d && ctx.Err() == nil; rest(ctx, 2*time.Second) {
			rest(ctx, 500*time.Millisecond)
			begin := time.Now()
			newcomers.add(host.newPerson().arrival(ctx))
			slowest = max(slowest, time.Since(begin))
		}
	})
	out, err := freeDIDs(ctx, s, people, d)
	wg.Wait()
	if err != nil {
		return nil, err
	}
	out.achieved += fmt.Sprintf("; newcomers of the host: %s, the slowest in %s", newcomers, slowest.Round(time.Millisecond))
	if newcomers.of("ok") < newcomers.total() {
		out.excess = "newcomers of the host: " + newcomers.String()
	}
	return out, nil
}

// arrival makes the first calls of a new account.
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

// firstDay lets the new accounts of a large host and five new accounts of
// another host arrive at an empty instance, while unknown accounts flood it.
func firstDay(ctx context.Context, s *scene) (*outcome, error) {
	big, err := s.newPDS(ctx, "203.0.114.1")
	if err != nil {
		return nil, err
	}
	small, err := s.newPDS(ctx, "203.0.115.1")
	if err != nil {
		return nil, err
	}
	n, d := s.size(100, 5_000), s.length(7*time.Second, 20*time.Minute)
	var flood []*person
	for i := range strangers {
		flood = append(flood, s.claiming(small.url, fmt.Sprintf("198.51.%d.9", 100+i%50)))
	}
	var wg sync.WaitGroup
	var noise *sent
	wg.Go(func() { noise = opening(ctx, d, flood) })
	arrivals, whose := &sent{}, map[*pds]*sent{big: {}, small: {}}
	for i := range n {
		host := big
		if i%(n/5) == 1 {
			host = small
		}
		wg.Go(func() {
			err := host.newPerson().arrival(ctx)
			arrivals.add(err)
			whose[host].add(err)
		})
		rest(ctx, d/time.Duration(n))
	}
	wg.Wait()
	served := arrivals.of("ok")
	out := &outcome{tried: n, achieved: fmt.Sprintf("%d of %d newcomers were served, five of them of a small host; 200 accounts that claim this host: %s", served, n, noise)}
	if noise.of(limited) == 0 {
		out.idle = "the strangers met no limit"
	}
	if served < n {
		out.excess = fmt.Sprintf("newcomers of the big host: %s; of the small one: %s; the first refusal: %v", whose[big], whose[small], arrivals.first)
	}
	return out, ctx.Err()
}

func originFloods() []flood {
	return []flood{
		{name: "origins-claimed", what: "200 accounts claim an honest host, which does not have them", run: claimedHost},
		{name: "origins-invented", what: "200 accounts claim 200 hosts that do not exist", run: inventedHosts},
		{name: "origins-newcomers", what: "many newcomers of one host in a short time", run: firstDay},
	}
}
