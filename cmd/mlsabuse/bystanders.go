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

// Kinds of bystanders.
const (
	known     = "known account"
	newcomer  = "new account"
	newDevice = "new device"
)

// pause is the time between two calls of a bystander.
const pause = 250 * time.Millisecond

// bystanders are honest clients that repeat one action each. The known account
// sends a message. The newcomer is another account each time and publishes its
// first key packages. The new device publishes as a device that its account did
// not have before.
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
	// The number of devices of an account is limited, so another account takes
	// over after some devices.
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

// sighting is what the bystanders experienced.
type sighting struct {
	mu   sync.Mutex
	seen map[string]*times
}

// times holds the durations of one bystander's calls.
type times struct {
	took   []time.Duration
	failed []failure
}

// failure is a failed call with the time at which it began.
type failure struct {
	at  time.Duration
	err error
}

// watch runs the bystanders for a time, or until ctx ends if the time is 0.
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

// record runs one bystander. At the end, a call in progress is completed.
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

// first returns the first failure, or nil.
func (t *times) first() error {
	if len(t.failed) == 0 {
		return nil
	}
	return t.failed[0].err
}

// calm returns an error if the bystanders have trouble even without a flood.
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

// bounds are the limits for what bystanders may experience during a flood.
type bounds struct {
	// settles is the time after the start of the flood in which calls may fail.
	settles time.Duration
	// longest is the longest time that a call may take.
	longest time.Duration
}

// usual applies unless a flood has its own bounds: no call may fail.
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
