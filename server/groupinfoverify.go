package server

import (
	"context"
	"fmt"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
)

// verifiedInfo is a GroupInfo of the current epoch as far as an outsider can
// verify it.
type verifiedInfo struct {
	knownGroup
	// stated is what it says of a group whose roster is claimed; nil where it
	// has no tree, and so says nothing about the members.
	stated *mls.Group
	err    error
}

// verifyInfo holds a GroupInfo against the known group, with which it must
// agree, or verifies it by itself.
func (s *Server) verifyInfo(ctx context.Context, convoID, caller string, e *evidence) (*verifiedInfo, error) {
	v := &verifiedInfo{}
	var err error
	if v.knownGroup, err = s.knownGroup(ctx, convoID, caller, e.epoch()); err != nil || !v.inEpoch {
		return v, err
	}
	switch {
	case v.base != nil:
		v.err = v.try(func(g *mls.Group) error { return e.states(g, "as the service knows it", s.memory) })
	case e.tree == nil:
		v.err = gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: has no ratchet_tree, and none came beside it; the service knows none of this group (RFC 9420 §12.4.3.3)")
	default:
		if v.stated, err = e.info.Verify(e.tree, s.memory); err != nil {
			v.err = gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: %v", err)
		} else {
			_, v.err = e.signedBy(caller)
		}
	}
	return v, nil
}

// takeInfo takes a GroupInfo over a claimed roster: it must be the caller's own
// and agree with the members, and settles the roster where it is the creator's
// or says what another member said.
func (h *handshakeTx) takeInfo(ctx context.Context, v *verifiedInfo) error {
	if v.stated == nil {
		return nil
	}
	members, err := v.stated.Tree.Members()
	if err != nil {
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: %v", err)
	}
	all, err := readMembers(ctx, h.q, h.convoID)
	if err != nil {
		return err
	}
	if why := all.mismatch(members); why != "" {
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: ratchet_tree: %s", why)
	}
	settles, err := h.settlesRoster(ctx, v.stated)
	if err != nil {
		return err
	}
	if !settles {
		return h.claim(ctx, h.convo.Epoch, stateHash(v.stated))
	}
	dids, ids := make([]string, len(members)), make([]string, len(members))
	for i, m := range members {
		dids[i], ids[i] = m.DID, m.DeviceID
	}
	if err := h.q.EnsureDevices(ctx, h.now, dids, ids); err != nil {
		return fmt.Errorf("record devices: %w", err)
	}
	// The same word that settles the roster states the epoch.
	if h.convo.EpochAssumed {
		if err := h.settle(ctx, h.convo.Epoch); err != nil {
			return err
		}
	}
	return h.settleRoster(ctx, v.stated, members)
}
