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

// usableWithin is how long a group may be unusable after a member started to
// send commits that nobody can apply.
const usableWithin = 3 * time.Second

// gang is a set of members that send commits that nobody can apply, as fast as
// their rate limits allow. They have no latency and know the state of the group
// at once.
type gang struct {
	members []*person
	talk    *conversation
	// inTurns makes each commit come from another member. Without it, the next
	// member begins when the one before is stopped.
	inTurns bool
	tried   atomic.Int64
	bad     atomic.Int64
	// strikes receives a value for each commit of the gang and is closed when
	// the gang ends.
	strikes chan struct{}
}

// run attacks until ctx ends, or until no member of the gang can send any more.
func (g *gang) run(ctx context.Context) {
	defer close(g.strikes)
	left := append([]*person(nil), g.members...)
	for turn := 0; len(left) > 0 && ctx.Err() == nil; rest(ctx, 40*time.Millisecond) {
		p, state := left[turn%len(left)], g.talk.newest()
		g.tried.Add(1)
		if !state.Has(p.device) { // it was removed already
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

// admin is the creator of the group. It suspends the sender of each commit that
// cannot be applied, rejoins, and removes the suspended members.
type admin struct {
	*person
	talk *conversation
	// gang holds the accounts whose commits the admin cannot apply.
	gang      map[string]bool
	suspended []string
}

// suspend suspends the senders of the given bad commits, all at the same time.
func (a *admin) suspend(ctx context.Context, commits []gen.CommitMessage) error {
	var wg sync.WaitGroup
	errs := make([]error, len(commits))
	for i, c := range commits {
		if !a.gang[c.Sender] {
			continue
		}
		delete(a.gang, c.Sender) // each account only once
		a.suspended = append(a.suspended, c.Sender)
		wg.Go(func() {
			_, errs[i] = a.client().LeaveConvo(ctx, &gen.LeaveConvoInput{ConvoID: a.talk.id, TargetDID: &c.Sender})
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// restore rejoins and removes the suspended members until such a removal is
// accepted. It suspends the senders of the given bad commits and of those that
// are accepted meanwhile.
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
// then joins by an external commit. It returns the group after that commit, or
// the conflict with the commit that was accepted first.
func (a *admin) rejoin(ctx context.Context, bad []gen.CommitMessage) (*mlstest.Group, *gen.CommitConflict, error) {
	suspended := make(chan error, 1)
	go func() { suspended <- a.suspend(ctx, bad) }()
	out, err := a.rejoinNewest(ctx, a.talk)
	if err := <-suspended; err != nil {
		return nil, nil, fmt.Errorf("suspend: %w", err)
	}
	switch {
	case errors.Is(err, errLost):
		return nil, out.Conflict, nil
	case err != nil:
		return nil, nil, fmt.Errorf("join: %w", err)
	}
	state, err := a.talk.stateAt(out.NewEpoch)
	return state, nil, err
}

// rejoinNewest reads the newest GroupInfo and joins with it.
func (p *person) rejoinNewest(ctx context.Context, talk *conversation) (*gen.SendCommitOutput, error) {
	info, err := p.client().GetGroupInfo(ctx, &gen.GetGroupInfoParams{ConvoID: talk.id})
	if err != nil {
		return nil, fmt.Errorf("read the GroupInfo: %w", err)
	}
	state, err := talk.stateAt(info.Epoch)
	if err != nil {
		return nil, err
	}
	return talk.join(ctx, p, state)
}

// attack is one variant of the attack.
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

// outOfUse attacks a group until all members of the gang are removed. It
// returns how long the group was unusable: from a bad commit until the creator
// and another member have sent in an epoch that both know.
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
		case <-g.strikes: // the time counts from the last bad commit
		default:
		}
	}
	return took, g, ctx.Err()
}

// hear returns the commits from an epoch on, as a stream would deliver them to
// the admin half a round trip later.
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

// putInUse restores the group until another member has rejoined and both have
// sent.
func (a *admin) putInUse(ctx context.Context, other *person) error {
	bad, err := a.hear(ctx, 1)
	for err == nil {
		if err := a.restore(ctx, bad); err != nil {
			return err
		}
		out, lost := other.rejoinNewest(ctx, a.talk)
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

// attackUntil repeats the attack if the group was unusable for too long, since
// a busy machine adds latency.
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
		{name: "loses-on-purpose", what: "a puppet loses to an admin that adds many members", run: loseOnPurpose},
		{name: "returning", what: "50 members come back at once, with the creator among them and without", run: returning},
	}
}
