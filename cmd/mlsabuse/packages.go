package main

import (
	"context"
	"fmt"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

const (
	victimPackages = 99
	fresh          = 13
	devices        = 32
	botGroups      = 20
)

// drain makes an account ask for key packages of another account repeatedly,
// each time for another conversation, and records the packages that may be used
// only once.
func (p *person) drain(ctx context.Context, of *person, times int, got map[string]bool, answers *sent) {
	for range times {
		convo := xrpc.ConvoID(fmt.Sprintf("%x", mlstest.Random(16)))
		out, err := p.client().GetKeyPackages(ctx, &gen.GetKeyPackagesParams{DIDs: []string{of.DID}, ConvoID: &convo})
		answers.add(err)
		if err != nil {
			continue
		}
		for _, k := range out.KeyPackages {
			if !*k.LastResort {
				got[*k.KeyPackageHash] = true
			}
		}
	}
}

func drainPackages(ctx context.Context, s *scene) (*outcome, error) {
	// The victim shares a conversation with a friend.
	friends, err := s.published(ctx, s.home, 2, victimPackages)
	if err != nil {
		return nil, err
	}
	friend, victim := friends[0], friends[1]
	talk, err := create(ctx, friend, victim)
	if err != nil {
		return nil, err
	}
	if _, err := talk.commit(ctx, victim, talk.newest().Commit(victim.device, mlstest.Plan{}), nil, nil); err != nil {
		return nil, fmt.Errorf("accept the conversation: %w", err)
	}
	mallory, answers, got := s.unknownHost(0, "198.51.100.1"), &sent{}, map[string]bool{}
	mallory.drain(ctx, victim, s.size(60, 200), got, answers)
	one := len(got)
	for i := range fresh {
		s.unknownHost(i+1, fmt.Sprintf("198.51.%d.1", i)).drain(ctx, victim, 20, got, answers)
	}
	half := (victimPackages + 1) / 2
	out := &outcome{tried: answers.total(), achieved: fmt.Sprintf("of %d packages one account got %d, and with %d others %d; %s", victimPackages, one, fresh, len(got), answers)}
	if one < int(limit.RequesterPackages.Amount) || len(got) < half/2 {
		out.idle = fmt.Sprintf("%d packages", len(got))
	}
	if one > int(limit.RequesterPackages.Amount) || len(got) > half {
		out.excess = fmt.Sprintf("one account got %d packages, all %d", one, len(got))
	}
	return out, s.stillGiven(ctx, out, friend, victim)
}

// stillGiven checks what others still get: the friend a package of its own, a
// new account at least the last-resort package.
func (s *scene) stillGiven(ctx context.Context, out *outcome, friend, victim *person) error {
	theirs := map[string]bool{}
	answers := &sent{}
	friend.drain(ctx, victim, 1, theirs, answers)
	got, err := claim(ctx, s.newPerson(), victim)
	if err != nil || len(theirs) == 0 {
		out.excess = fmt.Sprintf("the friend got %d packages (%s), a newcomer %d: %v", len(theirs), answers, len(got), err)
	}
	out.achieved += "; the friend still gets a package, a newcomer at least the last resort"
	return ctx.Err()
}

// honestUses performs honest actions that the limits must allow.
func honestUses(ctx context.Context, s *scene) (*outcome, error) {
	out := &outcome{tried: 1}
	for _, use := range []struct {
		what string
		run  func(context.Context, *scene) error
	}{
		{fmt.Sprintf("an account with %d devices is added with one call", devices), manyDevices},
		{fmt.Sprintf("a bot makes %d groups with the same person", botGroups), bot},
		{"who lost its state is added again by another member", lostState},
	} {
		out.tried++
		if err := use.run(ctx, s); err != nil {
			out.excess += fmt.Sprintf("%s: %v; ", use.what, err)
			continue
		}
		out.achieved += use.what + "; "
	}
	return out, ctx.Err()
}

func manyDevices(ctx context.Context, s *scene) error {
	owner, creator := s.newPerson(), s.newPerson()
	g := mlstest.NewGroup(creator.device, mlstest.Random(16))
	for range devices {
		d := mlstest.NewClient(owner.DID)
		if err := owner.publish(ctx, d, 2); err != nil {
			return err
		}
		g = g.With(d)
	}
	got, err := creator.client().GetKeyPackages(ctx, &gen.GetKeyPackagesParams{DIDs: []string{owner.DID}})
	if err != nil {
		return fmt.Errorf("claim packages: %w", err)
	}
	packages, err := parse(got.KeyPackages)
	if err != nil {
		return err
	}
	if len(packages) != devices {
		return fmt.Errorf("%d packages", len(packages))
	}
	k := g.Commit(creator.device, mlstest.Plan{Add: packages})
	_, err = creator.client().CreateConvo(ctx, &gen.CreateConvoInput{CipherSuite: mls.SuiteX25519AES128.String(), GroupID: xrpc.ConvoID(g.ID()),
		InitialMembers: []string{owner.DID}, WelcomeMessage: k.Welcome, GroupInfo: k.GroupInfo})
	return err
}

func bot(ctx context.Context, s *scene) error {
	maker, whom := s.newPerson(), s.newPerson()
	if err := whom.publish(ctx, whom.device, 30); err != nil {
		return err
	}
	for i := range botGroups {
		if _, err := create(ctx, maker, whom); err != nil {
			return fmt.Errorf("group %d: %w", i, err)
		}
		rest(ctx, 20*time.Millisecond)
	}
	return nil
}

func lostState(ctx context.Context, s *scene) error {
	people, talk, err := s.group(ctx, 3)
	if err != nil {
		return err
	}
	lost, other := people[1], people[2]
	reason := "state-lost"
	if _, err := lost.client().RequestRejoin(ctx, &gen.RequestRejoinInput{ConvoID: talk.id, Reason: &reason}); err != nil {
		return fmt.Errorf("request to be added again: %w", err)
	}
	got, err := other.client().GetKeyPackages(ctx, &gen.GetKeyPackagesParams{DIDs: []string{lost.DID}, ConvoID: &talk.id})
	if err != nil {
		return fmt.Errorf("claim packages: %w", err)
	}
	packages, err := parse(got.KeyPackages)
	if err != nil {
		return err
	}
	k := talk.newest().Commit(other.device, mlstest.Plan{RemoveDIDs: []string{lost.DID}, Add: packages})
	if _, err := talk.commit(ctx, other, k, nil, nil); err != nil {
		return fmt.Errorf("add it again: %w", err)
	}
	_, err = lost.client().SendMessage(ctx, talk.message(100))
	return err
}

func packageFloods() []flood {
	return []flood{
		{name: "packages", what: "one account, then 13 fresh ones, claim the key packages of a victim", run: drainPackages},
		{name: "packages-honest", what: "what the bounds of key packages must leave possible", run: honestUses},
	}
}
