package server

import (
	"context"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
)

// verifiedProposal is a proposal as far as an outsider can verify it.
type verifiedProposal struct {
	*parsedProposal
	knownGroup
	err error
}

// verifyProposal checks the signature of a readable proposal by its sender's
// leaf, which must be the caller's. Over a claimed roster nothing can be
// checked.
func (s *Server) verifyProposal(ctx context.Context, convoID, caller string, p *parsedProposal) (*verifiedProposal, error) {
	if p == nil {
		return nil, nil
	}
	v := &verifiedProposal{parsedProposal: p}
	if p.public == nil {
		return v, nil
	}
	var err error
	if v.knownGroup, err = s.knownGroup(ctx, convoID, caller, p.epoch); err != nil {
		return nil, err
	}
	if v.base != nil {
		v.err = v.check(caller)
	}
	return v, nil
}

func (v *verifiedProposal) check(caller string) error {
	if err := v.try(func(g *mls.Group) error { return g.VerifyMessage(v.public) }); err != nil {
		return gen.Errorf(gen.ErrInvalidProposal, "proposal: %v", err)
	}
	index := v.public.Sender.Index
	if id, err := v.base.Tree.Leaf(index).Identity(); err != nil || id.DID != caller {
		return gen.Errorf(gen.ErrInvalidProposal, "proposal: sender: leaf %d is not the caller's", index)
	}
	return nil
}
