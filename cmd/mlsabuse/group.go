package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/xrpc"
)

// conversation is a group with its state in each epoch. The members share the
// state, as if each of them had applied all commits.
type conversation struct {
	id     xrpc.ConvoID
	mu     sync.Mutex
	states map[int64]*mlstest.Group
}

// stateAt returns the state of an epoch. It waits until the accepted commit is
// known.
func (c *conversation) stateAt(epoch int64) (*mlstest.Group, error) {
	for range 5000 {
		c.mu.Lock()
		g := c.states[epoch]
		c.mu.Unlock()
		if g != nil {
			return g, nil
		}
		time.Sleep(2 * time.Millisecond)
	}
	return nil, fmt.Errorf("nobody knows epoch %d", epoch)
}

// newest returns the state of the newest epoch.
func (c *conversation) newest() *mlstest.Group {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out *mlstest.Group
	for _, g := range c.states {
		if out == nil || g.Epoch() > out.Epoch() {
			out = g
		}
	}
	return out
}

// until waits for an epoch, as a client waits for the commit in its stream, or
// until a time has passed.
func (c *conversation) until(epoch int64, most time.Duration) {
	for start := time.Now(); time.Since(start) < most && int64(c.newest().Epoch()) < epoch; {
		time.Sleep(5 * time.Millisecond)
	}
}

func (c *conversation) won(g *mlstest.Group) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.states[int64(g.Epoch())] = g
}

// create creates a conversation of the creator and the others. It leases a key
// package of each of them.
func create(ctx context.Context, creator *person, others ...*person) (*conversation, error) {
	in := &gen.CreateConvoInput{CipherSuite: mls.SuiteX25519AES128.String()}
	g := mlstest.NewGroup(creator.device, mlstest.Random(16))
	in.GroupID = xrpc.ConvoID(g.ID())
	if len(others) > 0 {
		added, err := claim(ctx, creator, others...)
		if err != nil {
			return nil, err
		}
		for _, o := range others {
			in.InitialMembers = append(in.InitialMembers, o.DID)
			g = g.With(o.device)
		}
		c := g.Commit(creator.device, mlstest.Plan{Add: added})
		in.WelcomeMessage, g = c.Welcome, c.Next
	}
	in.GroupInfo = g.SignGroupInfo(creator.device, true)
	if _, err := creator.client().CreateConvo(ctx, in); err != nil {
		return nil, fmt.Errorf("create a conversation: %w", err)
	}
	return &conversation{id: xrpc.ConvoID(g.ID()), states: map[int64]*mlstest.Group{int64(g.Epoch()): g}}, nil
}

// group creates a conversation of n established accounts. The first is the
// creator.
func (s *scene) group(ctx context.Context, n int) ([]*person, *conversation, error) {
	people, err := s.published(ctx, s.home, n, 10)
	if err != nil {
		return nil, nil, err
	}
	talk, err := create(ctx, people[0], people[1:]...)
	return people, talk, err
}

// published creates n established accounts of a host that have the given number
// of key packages each.
func (s *scene) published(ctx context.Context, host *pds, n, packages int) ([]*person, error) {
	people := make([]*person, n)
	for i := range people {
		people[i] = host.newPerson()
	}
	if err := s.settle(ctx, people...); err != nil {
		return nil, err
	}
	errs := make([]error, n)
	var wg sync.WaitGroup
	turns := make(chan struct{}, 8)
	for i, p := range people {
		turns <- struct{}{}
		wg.Go(func() {
			defer func() { <-turns }()
			errs[i] = p.publish(ctx, p.device, packages)
		})
	}
	wg.Wait()
	return people, errors.Join(errs...)
}

// claim leases a key package of each account, in their order.
func claim(ctx context.Context, by *person, of ...*person) ([]*mls.KeyPackage, error) {
	var out []*mls.KeyPackage
	for some := range slices.Chunk(of, 100) {
		p := &gen.GetKeyPackagesParams{}
		for _, o := range some {
			p.DIDs = append(p.DIDs, o.DID)
		}
		got, err := by.client().GetKeyPackages(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("claim packages: %w", err)
		}
		parsed, err := parse(got.KeyPackages)
		if err != nil {
			return nil, err
		}
		out = append(out, parsed...)
	}
	if len(out) < len(of) {
		return nil, fmt.Errorf("claim packages: %d of %d", len(out), len(of))
	}
	return out, nil
}

func parse(refs []gen.KeyPackageRef) ([]*mls.KeyPackage, error) {
	var out []*mls.KeyPackage
	for _, k := range refs {
		parsed, err := mls.ParseKeyPackage(k.KeyPackage)
		if err != nil {
			return nil, fmt.Errorf("read a package: %w", err)
		}
		out = append(out, parsed)
	}
	return out, nil
}

// message returns an application message of the given size for the
// conversation.
func (c *conversation) message(size int) *gen.SendMessageInput {
	g := c.newest()
	return &gen.SendMessageInput{ConvoID: c.id, Epoch: int64(g.Epoch()), Ciphertext: g.Application(size)}
}

// errLost says that another commit of the epoch was accepted first, or that the
// epoch is reserved.
var errLost = errors.New("the commit lost its race")

// commit sends a commit for the state g. added and removed list the accounts
// that it adds and removes. If the commit is not accepted, the answer contains
// the reason and the error is errLost.
func (c *conversation) commit(ctx context.Context, by *person, k *mlstest.Commit, added, removed []string) (*gen.SendCommitOutput, error) {
	out, err := by.client().SendCommit(ctx, &gen.SendCommitInput{ConvoID: c.id, Commit: k.Message, Welcome: k.Welcome, GroupInfo: k.GroupInfo,
		AddedDIDs: added, RemovedDIDs: removed})
	return c.answered(out, err, k)
}

// join replaces the person's leaves by an external commit to the state g.
func (c *conversation) join(ctx context.Context, by *person, g *mlstest.Group) (*gen.SendCommitOutput, error) {
	device := by.device.Rotate()
	k := g.ExternalCommit(device, g.LeavesOf(by.DID)...)
	out, err := by.client().JoinConvo(ctx, &gen.JoinConvoInput{ConvoID: c.id, ExternalCommit: k.Message, GroupInfo: k.GroupInfo})
	got, err := c.answered((*gen.SendCommitOutput)(out), err, k)
	if err == nil {
		by.device = device
	}
	return got, err
}

func (c *conversation) answered(out *gen.SendCommitOutput, err error, k *mlstest.Commit) (*gen.SendCommitOutput, error) {
	switch {
	case err != nil:
		return nil, err
	case !out.Success:
		return out, errLost
	}
	c.won(k.Next)
	return out, nil
}
