package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls/mlstest"
)

// The three bystanders, by what they are to the service.
const (
	known     = "known account"
	newcomer  = "new account"
	newDevice = "new device"
)

// pause is how long a bystander rests between two calls.
const pause = 250 * time.Millisecond

// bystanders are honest, and each does the same again and again: the known
// account sends a message, the newcomer is another account each time and
// publishes its first packages, and the new device publishes as a device that
// its account did not have before.
type bystanders struct {
	s    *scene
	work []bystander
}

type bystander struct {
	name string
	call func(ctx context.Context) error
}

func (s *scene) bystanders(ctx context.Context) (*bystanders, error) {
	alice, bob := s.newPerson(), s.newPerson()
	if err := s.settle(ctx, alice, bob); err != nil {
		return nil, err
	}
	for _, p := range []*person{alice, bob} {
		if err := p.publish(ctx, p.device, 5); err != nil {
			return nil, err
		}
	}
	talk, err := create(ctx, alice, bob)
	if err != nil {
		return nil, err
	}
	if err := s.sql(ctx, `UPDATE memberships SET accepted_at = now()`); err != nil {
		return nil, err
	}
	// An account has a bounded number of devices: the one that gets new ones is
	// another one after some of them.
	owner, devices := bob, 1
	return &bystanders{s, []bystander{
		{known, func(ctx context.Context) error {
			_, err := alice.client().SendMessage(ctx, talk.message(200))
			return err
		}},
		{newcomer, func(ctx context.Context) error {
			p := s.newPerson()
			if err := p.publish(ctx, p.device, 3); err != nil {
				return err
			}
			_, err := p.client().GetSubscriptionTicket(ctx, &gen.GetSubscriptionTicketInput{})
			return err
		}},
		{newDevice, func(ctx context.Context) error {
			if devices++; devices > 30 {
				owner, devices = s.newPerson(), 1
			}
			return owner.publish(ctx, mlstest.NewClient(owner.DID), 3)
		}},
	}}, nil
}

// sighting is what the bystanders saw.
type sighting struct {
	mu   sync.Mutex
	seen map[string]*times
}

// times of one bystander's calls.
type times struct {
	took   []time.Duration
	failed []failure
}

// failure is a call that failed, and when it began.
type failure struct {
	at  time.Duration
	err error
}

// watch lets the bystanders work for a time, or until ctx ends where it is 0.
func (b *bystanders) watch(ctx context.Context, d time.Duration) *sighting {
	if d > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d)
		defer cancel()
	}
	s := &sighting{seen: map[string]*times{}}
	var wg sync.WaitGroup
	for _, one := range b.work {
		wg.Go(func() { s.record(ctx, one) })
	}
	wg.Wait()
	return s
}

// record runs one bystander. A call that is under way at the end is finished.
func (s *sighting) record(ctx context.Context, one bystander) {
	seen, begin := &times{}, time.Now()
	for ctx.Err() == nil {
		start := time.Now()
		err := one.call(context.WithoutCancel(ctx))
		if err != nil {
			seen.failed = append(seen.failed, failure{start.Sub(begin), err})
		} else {
			seen.took = append(seen.took, time.Since(start))
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
	slices.Sort(seen.took)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen[one.name] = seen
}

func (t *times) at(percent int) time.Duration {
	if len(t.took) == 0 {
		return 0
	}
	return t.took[min(len(t.took)-1, len(t.took)*percent/100)]
}

// first gives the first failure; nil where nothing failed.
func (t *times) first() error {
	if len(t.failed) == 0 {
		return nil
	}
	return t.failed[0].err
}

// calm fails where the bystanders have trouble without any flood.
func (s *sighting) calm() error {
	for name, t := range s.seen {
		if len(t.failed) > 0 || len(t.took) == 0 {
			return fmt.Errorf("%s: %d calls succeeded, others failed: %w", name, len(t.took), t.first())
		}
	}
	return nil
}

func (s *sighting) print(quiet *sighting) {
	for _, name := range []string{known, newcomer, newDevice} {
		t, q := s.seen[name], quiet.seen[name]
		fmt.Printf("  %-13s %d calls, %d failed, p50 %s (%s before the flood), longest %s\n", name,
			len(t.took)+len(t.failed), len(t.failed), t.at(50).Round(time.Millisecond/10), q.at(50).Round(time.Millisecond/10),
			t.at(100).Round(time.Millisecond))
		if len(t.failed) > 0 {
			fmt.Printf("                after %s: %v\n", t.failed[0].at.Round(time.Millisecond), t.first())
		}
	}
}

// bounds are what bystanders may see during a flood.
type bounds struct {
	// settles is how long after its beginning calls may fail.
	settles time.Duration
	// longest bounds every call.
	longest time.Duration
}

// usual is what holds where a flood says nothing else: nobody fails.
var usual = bounds{longest: 10 * time.Second}

func (b *bounds) check(during *sighting) error {
	var errs []error
	for name, t := range during.seen {
		if len(t.took) == 0 {
			errs = append(errs, fmt.Errorf("%s: no call succeeded", name))
		}
		if n := len(t.failed); n > 0 && t.failed[n-1].at > b.settles {
			errs = append(errs, fmt.Errorf("%s: a call failed %s after the flood began", name, t.failed[n-1].at.Round(time.Millisecond)))
		}
		if longest := t.at(100); longest > b.longest {
			errs = append(errs, fmt.Errorf("%s: a call took %s, the bound is %s", name, longest, b.longest))
		}
	}
	return errors.Join(errs...)
}
