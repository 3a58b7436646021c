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
	additions = 30
	// addSlower is the factor by which additions may be slower while a puppet
	// commits too. backSlower is the factor by which members may rejoin more
	// slowly while epochs are reserved for one of them.
	addSlower  = 1.2
	backSlower = 1.1
	// mostRounds is the largest number of comparisons, which are repeated while
	// a busy machine makes the sides differ.
	mostRounds = 8
)

// loseOnPurpose lets an admin add members to two conversations, alternating
// between them. In one of them, a puppet sends a commit after each commit of
// the admin, which is too late and makes the service reserve an epoch for the
// puppet.
func loseOnPurpose(ctx context.Context, s *scene) (*outcome, error) {
	each := s.size(3, 10)
	pair, err := s.published(ctx, s.home, 2, 10)
	if err != nil {
		return nil, err
	}
	admin, puppet := pair[0], pair[1]
	invited, err := s.published(ctx, s.home, additions*each, 4)
	if err != nil {
		return nil, err
	}
	var talks [2]*conversation
	for i := range talks {
		if talks[i], err = create(ctx, admin, puppet); err != nil {
			return nil, err
		}
	}
	var took [2]time.Duration
	lost := &sent{}
	for n := 0; n < additions; n++ {
		some := invited[n*each : (n+1)*each]
		for side := range talks {
			side := (side + n) % 2
			d, err := s.addBeside(ctx, admin, some, talks[side], func(state *mlstest.Group) {
				if side == 1 {
					_, err := talks[1].commit(ctx, puppet, state.Commit(puppet.device, mlstest.Plan{}), nil, nil)
					lost.add(err)
				}
			})
			if err != nil {
				return nil, err
			}
			took[side] += d
		}
	}
	ratio := float64(took[1]) / float64(took[0])
	out := &outcome{tried: lost.total(), achieved: fmt.Sprintf("%d members in %d commits took %s beside the puppet, %s without: %.2f times as long; the puppet's: %s",
		len(invited), additions, took[1].Round(time.Millisecond), took[0].Round(time.Millisecond), ratio, lost)}
	if lost.of("lost") < additions/2 {
		out.idle = "the puppet's commits: " + lost.String()
	}
	if ratio > addSlower {
		out.excess = fmt.Sprintf("%.2f times as long, the bound is %.2f", ratio, addSlower)
	}
	return out, ctx.Err()
}

// addBeside lets the admin add members while another account commits to the
// state that the admin's commit has just replaced. It returns the time that the
// admin needed.
func (s *scene) addBeside(ctx context.Context, admin *person, some []*person, talk *conversation, beside func(*mlstest.Group)) (time.Duration, error) {
	start, old := time.Now(), talk.newest()
	for ctx.Err() == nil {
		packages, err := claim(ctx, admin, some...)
		if err != nil {
			return 0, err
		}
		state := talk.newest()
		var dids []string
		for _, p := range some {
			dids, state = append(dids, p.DID), state.With(p.device)
		}
		_, err = talk.commit(ctx, admin, state.Commit(admin.device, mlstest.Plan{Add: packages}), dids, nil)
		if err == nil {
			break
		}
		if !errors.Is(err, errLost) {
			return 0, fmt.Errorf("add members: %w", err)
		}
	}
	took := time.Since(start)
	beside(old)
	return took, ctx.Err()
}

// returning lets members rejoin at the same time, alternately with and without
// the creator among them, for whom the service reserves an epoch when its
// commit loses.
func returning(ctx context.Context, s *scene) (*outcome, error) {
	returners := s.size(20, 50)
	people, err := s.published(ctx, s.home, returners+1, 20)
	if err != nil {
		return nil, err
	}
	var took [2]time.Duration
	var tries, kept atomic.Int64
	ratio, round, least := 0.0, 0, s.size(3, 6)
	for ; round < least || round < mostRounds && ratio > backSlower; round++ {
		for side := range took {
			side := (side + round) % 2
			talk, err := create(ctx, people[0], people[1:]...)
			if err != nil {
				return nil, err
			}
			start := time.Now()
			// The number of members is the same in both cases.
			if err := comeBack(ctx, talk, people[1-side:][:returners], &tries, &kept); err != nil {
				return nil, err
			}
			took[side] += time.Since(start)
		}
		ratio = float64(took[1]) / float64(took[0])
	}
	mean := func(side int) time.Duration { return (took[side] / time.Duration(round)).Round(time.Millisecond) }
	out := &outcome{tried: int(tries.Load()), achieved: fmt.Sprintf("%d were back after %s with the creator among them, %s without: %.2f times as long; %d tries in %d rounds, %d of them told to wait",
		returners, mean(1), mean(0), ratio, tries.Load(), round, kept.Load())}
	if kept.Load() == 0 {
		out.idle = "nobody was told to wait"
	}
	if ratio > backSlower {
		out.excess = fmt.Sprintf("%.2f times as long, the bound is %.2f", ratio, backSlower)
	}
	return out, ctx.Err()
}

// comeBack makes people rejoin at the same time. Each of them tries until it
// has joined.
func comeBack(ctx context.Context, talk *conversation, people []*person, tries, kept *atomic.Int64) error {
	errs := make([]error, len(people))
	var wg sync.WaitGroup
	for i, p := range people {
		wg.Go(func() {
			for ctx.Err() == nil {
				tries.Add(1)
				out, err := p.rejoinNewest(ctx, talk)
				if err == nil {
					return
				}
				if nameOf(err) == limited {
					rest(ctx, retryAfter(err))
					continue
				}
				if !errors.Is(err, errLost) {
					errs[i] = fmt.Errorf("come back: %w", err)
					return
				}
				if out.RetryAfterMs != nil {
					kept.Add(1)
					talk.until(out.NewEpoch+1, time.Duration(*out.RetryAfterMs)*time.Millisecond)
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// fillUp lets a member add as many of its own puppet accounts as it can.
func fillUp(ctx context.Context, s *scene) (*outcome, error) {
	people, talk, err := s.group(ctx, 2)
	if err != nil {
		return nil, err
	}
	creator, member := people[0], people[1]
	// Otherwise members stop at 50, which is no bound for what an account may add.
	everybody := "members"
	if _, err := creator.client().UpdateConvoPolicy(ctx, &gen.UpdateConvoPolicyInput{ConvoID: talk.id, AddMembers: &everybody}); err != nil {
		return nil, fmt.Errorf("let members add: %w", err)
	}
	puppets, err := s.published(ctx, s.home, s.size(130, 997), 2)
	if err != nil {
		return nil, err
	}
	answers, added, start := &sent{}, 0, time.Now()
	const each = 10
	for n := 0; n < len(puppets) && ctx.Err() == nil; n += each {
		some := puppets[n:min(n+each, len(puppets))]
		_, err := s.addBeside(ctx, member, some, talk, func(*mlstest.Group) {})
		if answers.add(err); err == nil {
			added += len(some)
		}
	}
	most := 100 + int(time.Since(start).Hours()*100) + 1
	out := &outcome{tried: answers.total(), achieved: fmt.Sprintf("%d of %d puppets were added; calls: %s", added, len(puppets), answers)}
	switch {
	case added < 50 || answers.of(limited) == 0:
		out.idle = out.achieved
	case added > most:
		out.excess = fmt.Sprintf("%d puppets were added, %d may be", added, most)
	}
	if _, err := creator.client().SendMessage(ctx, talk.message(100)); err != nil {
		out.excess += fmt.Sprintf("the creator's message: %v", err)
	}
	return out, ctx.Err()
}

func addFloods() []flood {
	return []flood{{name: "puppets", what: "a member fills the conversation with puppets", run: fillUp}}
}
