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
	began   chan struct{}
	once    sync.Once
	bad     atomic.Int64
}

// run attacks until ctx ends or nobody of the gang may write any more.
func (g *gang) run(ctx context.Context) {
	left := append([]*person(nil), g.members...)
	for turn := 0; len(left) > 0 && ctx.Err() == nil; rest(ctx, 40*time.Millisecond) {
		p := left[turn%len(left)]
		state := g.talk.newest()
		g.tried.Add(1)
		_, err := g.talk.commit(ctx, p, state.Commit(p.device, mlstest.Plan{}), nil, nil)
		switch {
		case err == nil:
			g.bad.Add(1)
			g.once.Do(func() { close(g.began) })
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

// suspend ends the rights of those who sent bad commits.
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

// restore makes the group usable again: it looks, suspends, joins and removes
// until the removal stands.
func (a *admin) restore(ctx context.Context) error {
	from := int64(1)
	for ctx.Err() == nil {
		seen, err := a.client().GetCommits(ctx, &gen.GetCommitsParams{ConvoID: a.talk.id, FromEpoch: from})
		if err != nil {
			return fmt.Errorf("read commits: %w", err)
		}
		if err := a.suspend(ctx, seen.Commits); err != nil {
			return fmt.Errorf("suspend: %w", err)
		}
		state, err := a.rejoin(ctx)
		if err != nil {
			return err
		}
		from = int64(state.Epoch())
		removal := state.Commit(a.device, mlstest.Plan{RemoveDIDs: a.suspended})
		out, err := a.talk.commit(ctx, a.person, removal, nil, a.suspended)
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, errLost):
			return fmt.Errorf("remove: %w", err)
		}
		if err := a.suspend(ctx, out.Conflict.Commits); err != nil {
			return fmt.Errorf("suspend: %w", err)
		}
	}
	return ctx.Err()
}

// rejoin joins by external commits until one stands, suspending whose commits won
// meanwhile, and gives the state after it.
func (a *admin) rejoin(ctx context.Context) (*mlstest.Group, error) {
	for ctx.Err() == nil {
		out, err := a.back(ctx, a.talk)
		switch {
		case err == nil:
			return a.talk.at(out.NewEpoch)
		case !errors.Is(err, errLost):
			return nil, fmt.Errorf("join: %w", err)
		}
		if err := a.suspend(ctx, out.Conflict.Commits); err != nil {
			return nil, fmt.Errorf("suspend: %w", err)
		}
	}
	return nil, ctx.Err()
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

// outOfUse attacks a group, and gives how long it was out of use: until the
// creator and another member have sent in an epoch that both know.
func (s *scene) outOfUse(ctx context.Context, how attack) (took time.Duration, g *gang, err error) {
	people, talk, err := s.group(ctx, 3+how.puppets)
	if err != nil {
		return 0, nil, err
	}
	ctx, end := context.WithTimeout(ctx, 30*time.Second)
	defer end()
	g = &gang{members: people[2:], talk: talk, inTurns: how.inTurns, began: make(chan struct{})}
	creator := &admin{person: people[0], talk: talk, gang: map[string]bool{}}
	for _, p := range g.members {
		creator.gang[p.DID] = true
	}
	creator.delay, people[1].delay = how.latency, how.latency
	var wg sync.WaitGroup
	defer wg.Wait()
	defer end()
	wg.Go(func() { g.run(ctx) })
	<-g.began
	start := time.Now()
	if err := creator.restore(ctx); err != nil {
		return 0, g, fmt.Errorf("%s: %w", how, err)
	}
	if _, err := people[1].back(ctx, talk); err != nil {
		return 0, g, fmt.Errorf("%s: the other member: %w", how, err)
	}
	for _, p := range []*person{creator.person, people[1]} {
		if _, err := p.client().SendMessage(ctx, talk.message(100)); err != nil {
			return 0, g, fmt.Errorf("%s: send: %w", how, err)
		}
	}
	return time.Since(start), g, nil
}

func badCommitFlood(ctx context.Context, s *scene) (*outcome, error) {
	out := &outcome{}
	for range s.size(1, 5) {
		for _, latency := range []time.Duration{20 * time.Millisecond, 200 * time.Millisecond} {
			for _, how := range []attack{{0, false, latency}, {3, true, latency}, {3, false, latency}} {
				took, g, err := s.outOfUse(ctx, how)
				if err != nil {
					out.excess += err.Error() + "; "
					continue
				}
				out.tried += int(g.tried.Load())
				out.achieved += fmt.Sprintf("%s: %d bad commits, usable after %s; ", how, g.bad.Load(), took.Round(time.Millisecond))
				if took > usableWithin {
					out.excess += fmt.Sprintf("%s: usable after %s; ", how, took.Round(time.Millisecond))
				}
				if int(g.bad.Load()) < 1+how.puppets/2 {
					out.idle += fmt.Sprintf("%s: %d bad commits; ", how, g.bad.Load())
				}
			}
		}
	}
	return out, ctx.Err()
}

func badCommits() []flood {
	return []flood{
		{name: "bad-commits", what: "a member commits what nobody can apply, and puppets of his go on where he is stopped", run: badCommitFlood},
		{name: "loses-on-purpose", what: "a puppet loses to an admin that adds many members", run: losesOnPurpose},
		{name: "returning", what: "50 members come back at once, with the creator among them and without", run: returning},
	}
}
