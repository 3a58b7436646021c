package main

import (
	"context"
	"fmt"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
)

// conversation is a group of the service and the state that its members share.
type conversation struct{ *mlstest.Group }

// create makes a conversation of the creator, the others and one leased package
// of each of them.
func create(ctx context.Context, creator *person, others ...*person) (*conversation, error) {
	in := &gen.CreateConvoInput{CipherSuite: mls.SuiteX25519AES128.String()}
	g := mlstest.NewGroup(creator.device, mlstest.Random(16))
	in.GroupID = g.ID()
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
	return &conversation{g}, nil
}

// claim leases a package of each account, in their order.
func claim(ctx context.Context, by *person, of ...*person) ([]*mls.KeyPackage, error) {
	p := &gen.GetKeyPackagesParams{}
	for _, o := range of {
		p.DIDs = append(p.DIDs, o.DID)
	}
	got, err := by.client().GetKeyPackages(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("claim packages: %w", err)
	}
	var out []*mls.KeyPackage
	for _, k := range got.KeyPackages {
		parsed, err := mls.ParseKeyPackage(k.KeyPackage)
		if err != nil {
			return nil, fmt.Errorf("claim packages: %w", err)
		}
		out = append(out, parsed)
	}
	if len(out) < len(of) {
		return nil, fmt.Errorf("claim packages: %d of %d", len(out), len(of))
	}
	return out, nil
}

// message is an application message of size bytes for the conversation.
func (c *conversation) message(size int) *gen.SendMessageInput {
	return &gen.SendMessageInput{ConvoID: c.ID(), Epoch: int64(c.Epoch()), Ciphertext: c.Application(size)}
}
