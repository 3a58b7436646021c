package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/xrpc"
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
	for _, p := range []*person{alice, bob} {
		if err := p.publish(ctx, p.device, 5); err != nil {
			return nil, err
		}
	}
	talk, err := create(ctx, alice, bob)
	if err != nil {
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
			return p.publish(ctx, p.device, 3)
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
	failed []error
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
	seen := &times{}
	for ctx.Err() == nil {
		start := time.Now()
		err := one.call(context.WithoutCancel(ctx))
		if err != nil {
			seen.failed = append(seen.failed, err)
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

// calm fails where the bystanders have trouble without any flood.
func (s *sighting) calm() error {
	for name, t := range s.seen {
		if len(t.failed) > 0 || len(t.took) == 0 {
			return fmt.Errorf("%s: %d calls succeeded, others failed: %w", name, len(t.took), errors.Join(t.failed...))
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
			fmt.Printf("                first failure: %v\n", t.failed[0])
		}
	}
}

// bounds are what bystanders may see during a flood.
type bounds struct {
	// failed counts calls of one bystander that may fail.
	failed int
	// slower bounds the median of the known account by a factor of its quiet
	// one; 0 for no bound, since a flood shares two cores with the service.
	slower float64
	// longest bounds every call.
	longest time.Duration
}

// usual is what holds where a flood says nothing else: nobody fails.
var usual = bounds{longest: 10 * time.Second}

func (b *bounds) check(during, quiet *sighting) error {
	var errs []error
	for name, t := range during.seen {
		if len(t.took) == 0 {
			errs = append(errs, fmt.Errorf("%s: no call succeeded", name))
		}
		if len(t.failed) > b.failed {
			errs = append(errs, fmt.Errorf("%s: %d calls failed, %d may", name, len(t.failed), b.failed))
		}
		if longest := t.at(100); longest > b.longest {
			errs = append(errs, fmt.Errorf("%s: a call took %s, the bound is %s", name, longest, b.longest))
		}
	}
	if slower := float64(during.seen[known].at(50)) / float64(quiet.seen[known].at(50)); b.slower > 0 && slower > b.slower {
		errs = append(errs, fmt.Errorf("%s: the median is %.2f times that before the flood, the bound is %.2f", known, slower, b.slower))
	}
	return errors.Join(errs...)
}

// sent counts the answers of a flood's calls by the name of the error.
type sent struct {
	mu sync.Mutex
	by map[string]int
}

func (s *sent) add(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.by == nil {
		s.by = map[string]int{}
	}
	s.by[nameOf(err)]++
}

func nameOf(err error) string {
	if err == nil {
		return "ok"
	}
	if e, ok := errors.AsType[*xrpc.Error](err); ok {
		return e.Name
	}
	return "broken connection"
}

// total counts all answers, and String lists them.
func (s *sent) total() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, of := range s.by {
		n += of
	}
	return n
}

func (s *sent) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := make([]string, 0, len(s.by))
	for name := range s.by {
		names = append(names, name)
	}
	slices.Sort(names)
	out := ""
	for i, name := range names {
		if i > 0 {
			out += ", "
		}
		out += fmt.Sprintf("%d %s", s.by[name], name)
	}
	return out
}
