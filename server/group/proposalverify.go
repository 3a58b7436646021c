package group

import (
	"context"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/xrpc"
)

// verifiedProposal is a proposal as far as an outsider can verify it.
type verifiedProposal struct {
	*parsedProposal
	// err is told under the lock: errGroupMoved where the conversation was in
	// another epoch, or the caller no member.
	err error
}

// verifyProposal checks the signature of a readable proposal by its sender's
// leaf, which must be the caller's. Of a PrivateMessage nothing can be checked.
func (s *Service) verifyProposal(ctx context.Context, convoID xrpc.ConvoID, caller string, p *parsedProposal) (*verifiedProposal, error) {
	if p == nil || p.public == nil {
		return &verifiedProposal{parsedProposal: p}, nil
	}
	g, err := s.groupIn(ctx, convoID, caller, p.epoch)
	if err != nil {
		return nil, err
	}
	v := &verifiedProposal{parsedProposal: p, err: errGroupMoved}
	if g != nil && !p.full {
		if err := s.PayChecks(ctx, caller, g.Context.CipherSuite.CheckTime()); err != nil {
			return nil, err
		}
		v.err = p.verify(g.Group, caller)
	}
	return v, nil
}

func (p *parsedProposal) verify(g *mls.Group, caller string) error {
	if err := g.VerifyMessage(p.public); err != nil {
		return gen.Errorf(gen.ErrInvalidProposal, "proposal: %v", err)
	}
	index := p.public.Sender.Index
	if id, err := g.Tree.Leaf(index).Identity(); err != nil || id.DID != caller {
		return gen.Errorf(gen.ErrInvalidProposal, "proposal: sender: leaf %d is not the caller's", index)
	}
	return nil
}
