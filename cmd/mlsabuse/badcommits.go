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

// usableWithin is how long a group may be out of use after a member began with
// commits that nobody can apply.
const usableWithin = 3 * time.Second

// gang are members that commit what nobody can apply, as fast as their rate
// allows, at no latency, and with the state of the group as soon as it is there.
type gang struct {
	members []*person
	talk    *conversation
	// inTurns: each commit is another member's. Otherwise the next begins where
	// the one before is stopped.
	inTurns bool
	tried   atomic.Int64
	bad     atomic.Int64
	// strikes has one where the gang has committed, and ends with the gang.
	strikes chan struct{}
}

// run attacks until ctx ends or nobody of the gang may write any more.
func (g *gang) run(ctx context.Context) {
	defer close(g.strikes)
	left := append([]*person(nil), g.members...)
	for turn := 0; len(left) > 0 && ctx.Err() == nil; rest(ctx, 40*time.Millisecond) {
		p, state := left[turn%len(left)], g.talk.newest()
		g.tried.Add(1)
		if !state.Has(p.device) { // removed already
			left = append(left[:turn%len(left)], left[turn%len(left)+1:]...)
			continue
		}
		_, err := g.talk.commit(ctx, p, state.Commit(p.device, mlstest.Plan{}), nil, nil)
		switch {
		case err == nil:
			g.bad.Add(1)
			select {
			case g.strikes <- struct{}{}:
			default:
			}
			if g.inTurns {
				turn++
			}
		case nameOf(err) == gen.ErrNotMember || nameOf(err) == gen.ErrConvoNotFound:
			left = append(left[:turn%len(left)], left[turn%len(left)+1:]...)
		}
	}
}

// admin is the creator, who suspends the sender of each commit that cannot be
// applied, joins anew and removes whom it suspended.
type admin struct {
	*person
	talk *conversation
	// gang are the accounts whose commits the admin cannot apply.
	gang      map[string]bool
	suspended []string
}

// suspend ends the rights of those who sent bad commits, all at once.
func (a *admin) suspend(ctx context.Context, commits []gen.CommitMessage) error {
	var wg sync.WaitGroup
	errs := make([]error, len(commits))
	for i, c := range commits {
		if !a.gang[c.Sender] {
			continue
		}
		delete(a.gang, c.Sender) // once
		a.suspended = append(a.suspended, c.Sender)
		wg.Go(func() {
			_, errs[i] = a.client().LeaveConvo(ctx, &gen.LeaveConvoInput{ConvoID: a.talk.id, TargetDID: &c.Sender})
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// restore joins anew and removes whom it suspended, until the removal stands. It
// suspends those whose commits it hears of: the ones that are given, and those
// that win meanwhile.
func (a *admin) restore(ctx context.Context, bad []gen.CommitMessage) error {
	for ctx.Err() == nil {
		state, lost, err := a.rejoin(ctx, bad)
		if err != nil {
			return err
		}
		if lost == nil {
			removal := state.Commit(a.device, mlstest.Plan{RemoveDIDs: a.suspended})
			out, err := a.talk.commit(ctx, a.person, removal, nil, a.suspended)
			switch {
			case err == nil:
				a.suspended = nil
				return nil
			case !errors.Is(err, errLost):
				return fmt.Errorf("remove: %w", err)
			}
			lost = out.Conflict
		}
		bad = lost.Commits
	}
	return ctx.Err()
}

// rejoin suspends the senders of bad commits while it reads the GroupInfo, and
// joins by an external commit. It gives the group after that commit, or the
// conflict with the commit that won.
func (a *admin) rejoin(ctx context.Context, bad []gen.CommitMessage) (*mlstest.Group, *gen.CommitConflict, error) {
	suspended := make(chan error, 1)
	go func() { suspended <- a.suspend(ctx, bad) }()
	out, err := a.back(ctx, a.talk)
	if err := <-suspended; err != nil {
		return nil, nil, fmt.Errorf("suspend: %w", err)
	}
	switch {
	case errors.Is(err, errLost):
		return nil, out.Conflict, nil
	case err != nil:
		return nil, nil, fmt.Errorf("join: %w", err)
	}
	state, err := a.talk.at(out.NewEpoch)
	return state, nil, err
}

// back reads the newest GroupInfo and joins by it.
func (p *person) back(ctx context.Context, talk *conversation) (*gen.SendCommitOutput, error) {
	info, err := p.client().GetGroupInfo(ctx, &gen.GetGroupInfoParams{ConvoID: talk.id})
	if err != nil {
		return nil, fmt.Errorf("read the GroupInfo: %w", err)
	}
	state, err := talk.at(info.Epoch)
	if err != nil {
		return nil, err
	}
	return talk.join(ctx, p, state)
}

// attack is one way to attack.
type attack struct {
	puppets int
	inTurns bool
	latency time.Duration
}

func (a attack) String() string {
	who := "alone"
	switch {
	case a.puppets > 0 && a.inTurns:
		who = fmt.Sprintf("with %d puppets in turns", a.puppets)
	case a.puppets > 0:
		who = fmt.Sprintf("with %d puppets one after the other", a.puppets)
	}
	return fmt.Sprintf("%s, at %s", who, a.latency)
}

// outOfUse attacks a group until all of the gang are removed, and gives how long
// it was out of use: from a bad commit on until the creator and another member
// have sent in an epoch that both know.
func (s *scene) outOfUse(ctx context.Context, how attack) (took time.Duration, g *gang, err error) {
	people, talk, err := s.group(ctx, 3+how.puppets)
	if err != nil {
		return 0, nil, err
	}
	ctx, end := context.WithTimeout(ctx, 30*time.Second)
	defer end()
	g = &gang{members: people[2:], talk: talk, inTurns: how.inTurns, strikes: make(chan struct{}, 1)}
	creator := &admin{person: people[0], talk: talk, gang: map[string]bool{}}
	for _, p := range g.members {
		creator.gang[p.DID] = true
	}
	creator.delay, people[1].delay = how.latency, how.latency
	var wg sync.WaitGroup
	defer wg.Wait()
	defer end()
	wg.Go(func() { g.run(ctx) })
	for range g.strikes {
		start := time.Now()
		if err := creator.putInUse(ctx, people[1]); err != nil {
			return 0, g, fmt.Errorf("%s: %w", how, err)
		}
		took += time.Since(start)
		select {
		case <-g.strikes: // that is over
		default:
		}
	}
	return took, g, ctx.Err()
}

// hear is what a stream tells the admin of the commits from an epoch on, half a
// round trip after them.
func (a *admin) hear(ctx context.Context, from int64) ([]gen.CommitMessage, error) {
	near := *a.person
	near.delay = 0
	got, err := near.client().GetCommits(ctx, &gen.GetCommitsParams{ConvoID: a.talk.id, FromEpoch: from})
	if err != nil {
		return nil, fmt.Errorf("hear of commits: %w", err)
	}
	rest(ctx, a.delay/2)
	return got.Commits, nil
}

// putInUse restores the group until another member is back and both have sent.
func (a *admin) putInUse(ctx context.Context, other *person) error {
	bad, err := a.hear(ctx, 1)
	for err == nil {
		if err := a.restore(ctx, bad); err != nil {
			return err
		}
		out, lost := other.back(ctx, a.talk)
		if errors.Is(lost, errLost) {
			bad = out.Conflict.Commits
			continue
		}
		if lost != nil {
			return fmt.Errorf("the other member: %w", lost)
		}
		errs := [2]error{}
		var wg sync.WaitGroup
		for i, p := range []*person{a.person, other} {
			wg.Go(func() { _, errs[i] = p.client().SendMessage(ctx, a.talk.message(100)) })
		}
		wg.Wait()
		if err := errors.Join(errs[:]...); nameOf(err) != gen.ErrEpochMismatch {
			return err
		}
		bad, err = a.hear(ctx, out.NewEpoch)
	}
	return err
}

func badCommitFlood(ctx context.Context, s *scene) (*outcome, error) {
	out := &outcome{}
	for range s.size(1, 5) {
		for _, latency := range []time.Duration{20 * time.Millisecond, 200 * time.Millisecond} {
			for _, how := range []attack{{0, false, latency}, {3, true, latency}, {3, false, latency}} {
				if err := s.attackUntil(ctx, how, out); err != nil {
					out.excess += err.Error() + "; "
				}
			}
		}
	}
	return out, ctx.Err()
}

// attackUntil attacks, again if the group was out of use for too long, since a
// busy machine adds to the latency.
func (s *scene) attackUntil(ctx context.Context, how attack, out *outcome) error {
	const most = 3
	for n := 1; ; n++ {
		took, g, err := s.outOfUse(ctx, how)
		if err != nil {
			return err
		}
		bad := int(g.bad.Load())
		out.tried += int(g.tried.Load())
		out.achieved += fmt.Sprintf("\n                %s: %d bad commits, out of use for %s", how, bad, took.Round(time.Millisecond))
		if bad < len(g.members) {
			out.idle += fmt.Sprintf("%s: %d bad commits; ", how, bad)
		}
		if took <= usableWithin {
			return nil
		}
		if n == most {
			return fmt.Errorf("%s: out of use for %s", how, took.Round(time.Millisecond))
		}
	}
}

func badCommits() []flood {
	return []flood{
		{name: "bad-commits", what: "a member commits what nobody can apply, and puppets of his go on where he is stopped", run: badCommitFlood},
		{name: "loses-on-purpose", what: "a puppet loses to an admin that adds many members", run: losesOnPurpose},
		{name: "returning", what: "50 members come back at once, with the creator among them and without", run: returning},
	}
}
