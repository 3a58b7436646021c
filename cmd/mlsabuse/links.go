package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls/mlstest"
)

const (
	// fewUses is how often a link of limited use may be used.
	fewUses = 10
	// raceTime is the time within which all accounts have joined by a link without limit.
	raceTime = time.Minute
)

// racing is a race of accounts for one link.
type racing struct {
	talk    *conversation
	code    string
	answers *sent
	// told counts lost races whose answer said when to come back.
	told atomic.Int64
}

// join lets an account join as its client would: it gets the GroupInfo, commits, and waits
// as it is told, until it has joined or is refused.
func (r *racing) join(ctx context.Context, p *person) error {
	for ctx.Err() == nil {
		info, err := p.client().GetGroupInfo(ctx, &gen.GetGroupInfoParams{ConvoID: r.talk.id, Code: &r.code})
		if err != nil {
			return err
		}
		k := mlstest.FromGroupInfo(info.GroupInfo, info.RatchetTree).ExternalCommit(p.device)
		out, err := p.client().JoinConvo(ctx, &gen.JoinConvoInput{ConvoID: r.talk.id, ExternalCommit: k.Message, GroupInfo: k.GroupInfo, Code: &r.code})
		switch {
		case err != nil:
			return err
		case out.Success:
			return nil
		case out.Conflict != nil || out.RetryAfterMs == nil:
			return errors.New("a loser is not told when to come back, or sees commits")
		}
		r.told.Add(1)
		rest(ctx, time.Duration(*out.RetryAfterMs)*time.Millisecond)
	}
	return ctx.Err()
}

// race lets accounts join at the same time by a new link of a new conversation. It returns
// how long the last one took.
func (s *scene) race(ctx context.Context, racers []*person, maxUses *int64) (*racing, time.Duration, error) {
	maker := s.newPerson()
	if err := s.settle(ctx, maker); err != nil {
		return nil, 0, err
	}
	talk, err := create(ctx, maker)
	if err != nil {
		return nil, 0, err
	}
	made, err := maker.client().CreateJoinLink(ctx, &gen.CreateJoinLinkInput{ConvoID: talk.id, MaxUses: maxUses})
	if err != nil {
		return nil, 0, fmt.Errorf("make a link: %w", err)
	}
	r := &racing{talk: talk, code: made.Code, answers: &sent{}}
	start := time.Now()
	var wg sync.WaitGroup
	for _, p := range racers {
		wg.Go(func() { r.answers.add(r.join(ctx, p)) })
	}
	wg.Wait()
	return r, time.Since(start), ctx.Err()
}

// raceForLinks lets accounts race for a link with few uses, and for one without limit.
func raceForLinks(ctx context.Context, s *scene) (*outcome, error) {
	racers, err := s.published(ctx, s.home, s.size(100, 500), 0)
	if err != nil {
		return nil, err
	}
	few, _, err := s.race(ctx, racers, new(int64(fewUses)))
	if err != nil {
		return nil, err
	}
	all, took, err := s.race(ctx, racers, nil)
	if err != nil {
		return nil, err
	}
	out := &outcome{tried: few.answers.total() + all.answers.total(), achieved: fmt.Sprintf(
		"of %d accounts %d joined by a link with %d uses (%s); by one without limit %d within %s, told to come back %d times (%s)",
		len(racers), few.answers.of("ok"), fewUses, few.answers, all.answers.of("ok"), took.Round(time.Second/10), all.told.Load(), all.answers)}
	if few.told.Load() == 0 || all.told.Load() == 0 {
		out.idle = "nobody lost a race"
	}
	switch {
	case few.answers.of("ok") != fewUses || few.answers.of(gen.ErrInvalidCode) != len(racers)-fewUses:
		out.excess = fmt.Sprintf("%d joined by a link with %d uses, the others got %s", few.answers.of("ok"), fewUses, few.answers)
	case all.answers.of("ok") != len(racers):
		out.excess = fmt.Sprintf("%d of %d joined by a link without limit: %v", all.answers.of("ok"), len(racers), all.answers.first)
	case took > raceTime:
		out.excess = fmt.Sprintf("the last one joined after %s, the bound is %s", took.Round(time.Second), raceTime)
	}
	return out, nil
}

func linkFloods() []flood {
	return []flood{{name: "links", what: "accounts race for a link with 10 uses, and for one without limit", run: raceForLinks}}
}
