package group

import (
	"context"
	"fmt"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/storage"
	"catbird.blue/mls/xrpc"
)

// parsedProposal is a proposal message with what its framing says.
type parsedProposal struct {
	message []byte
	epoch   int64
	// One of the two is set.
	public  *mls.PublicMessage
	private *mls.PrivateMessage
	// rateUsedUp is set while the conversation has used up its rate.
	rateUsedUp bool
}

// parseProposal reads a proposal as far as anyone outside the group can.
func parseProposal(convoID xrpc.ConvoID, b []byte) (*parsedProposal, error) {
	const name, field = gen.ErrInvalidProposal, "proposal"
	m, framing, err := parseFramed(name, field, b, limit.MaxProposal)
	if err != nil {
		return nil, err
	}
	if framing.ContentType != mls.ContentTypeProposal {
		return nil, gen.Errorf(name, "%s: its content is of type %s, want proposal", field, framing.ContentType)
	}
	if err := checkFraming(name, field, framing, convoID); err != nil {
		return nil, err
	}
	if m.Public != nil {
		if t := m.Public.Sender.Type; t != mls.SenderMember {
			return nil, gen.Errorf(name, "%s: its sender is of type %s, want member", field, t)
		}
		if why := refusedProposal(m.Public.Proposal); why != "" {
			return nil, gen.Errorf(name, "%s: %s", field, why)
		}
	}
	return &parsedProposal{message: b, epoch: int64(framing.Epoch), public: m.Public, private: m.Private}, nil
}

// verify checks the signature of a PublicMessage by its sender's leaf, which
// must be the caller's.
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

// verifiedProposal is a proposal that was verified outside the transaction, as
// far as an outsider can.
type verifiedProposal struct {
	*parsedProposal
	// err is returned under the lock, after the checks that come first. It is
	// errGroupChanged where the conversation was in another epoch, or the caller
	// not a member.
	err error
}

// verifyProposal checks the signature of a proposal that is sent as
// PublicMessage. Nothing of a PrivateMessage can be checked.
func (s *Service) verifyProposal(ctx context.Context, convoID xrpc.ConvoID, caller string, p *parsedProposal) (*verifiedProposal, error) {
	if p == nil || p.public == nil {
		return &verifiedProposal{parsedProposal: p}, nil
	}
	g, err := s.groupInEpoch(ctx, convoID, caller, p.epoch)
	if err != nil {
		return nil, err
	}
	v := &verifiedProposal{parsedProposal: p, err: errGroupChanged}
	if g != nil && !p.rateUsedUp {
		if err := s.PayChecks(ctx, caller, g.Context.CipherSuite.CheckTime()); err != nil {
			return nil, err
		}
		v.err = p.verify(g.Group, caller)
	}
	return v, nil
}

// store stores the proposal under the conversation's next sequence number.
// leaving says that it comes with leaveConvo. otherEpoch makes the error for a
// proposal that is not of the current epoch.
func (v *verifiedProposal) store(ctx context.Context, h *handshakeTx, leaving bool, otherEpoch func(current int64) error) (*gen.SendProposalOutput, error) {
	ref, err := v.check(h, leaving, otherEpoch)
	if err != nil {
		return nil, err
	}
	if err := v.pay(ctx, h, leaving); err != nil {
		return nil, err
	}
	row, err := h.q.TakeSeq(ctx, h.now, h.convoID)
	if err != nil {
		return nil, fmt.Errorf("take number: %w", err)
	}
	id, err := convo.NewMessageID()
	if err != nil {
		return nil, err
	}
	if err := h.q.InsertHandshake(ctx, db.InsertHandshakeParams{
		ConvoID: h.convoID, Seq: row.LastSeq, MessageID: id, Kind: "proposal", Epoch: v.epoch, SenderDid: h.caller,
		Ciphertext: v.message, ProposalRef: ref, At: h.now, Gen: row.Gen, Pos: row.LastPos,
	}); err != nil {
		return nil, fmt.Errorf("store proposal: %w", err)
	}
	return &gen.SendProposalOutput{MessageID: string(id), Seq: row.LastSeq, Epoch: v.epoch}, nil
}

// check refuses a proposal that may not be stored now. It returns the
// ProposalRef of a PublicMessage; that of a PrivateMessage is nil, since nobody
// outside the group can compute it.
func (v *verifiedProposal) check(h *handshakeTx, leaving bool, otherEpoch func(current int64) error) (ref []byte, err error) {
	switch {
	case h.convo.LockedAt != nil && !leaving:
		return nil, convo.Locked()
	case v.rateUsedUp:
		return nil, convo.ErrRateUsedUp
	case v.epoch != h.convo.Epoch:
		return nil, otherEpoch(h.convo.Epoch)
	case v.err != nil:
		return nil, v.err
	case v.private != nil:
		err = v.private.Verify(h.suite())
	default:
		ref, err = v.public.ProposalRef(h.suite())
	}
	if err != nil {
		return nil, gen.Errorf(gen.ErrInvalidProposal, "proposal: %v", err)
	}
	return ref, nil
}

// pay counts a proposal of the current epoch and what it stores. A proposal that
// was sent as PrivateMessage is kept for as long as the conversation: nobody
// outside the group can tell which of them a commit refers to.
func (v *verifiedProposal) pay(ctx context.Context, h *handshakeTx, leaving bool) error {
	sent, err := h.q.EpochProposals(ctx, h.convoID, h.caller, v.epoch)
	if err != nil {
		return fmt.Errorf("count proposals: %w", err)
	}
	size := int64(len(v.message))
	for _, l := range []struct {
		row       *limit.Row
		sent, add int64
	}{{limit.EpochProposals, sent.Proposals, 1}, {limit.EpochProposalBytes, sent.Bytes, size}} {
		if l.sent+l.add > l.row.Amount {
			h.bill.Refused(l.row)
			return gen.Errorf(gen.ErrTooManyProposals, "%d proposals of this account, %d bytes together, are of epoch %d (%s: %s, together %s): the next epoch has room again",
				sent.Proposals, sent.Bytes, v.epoch, l.row.Name, limit.EpochProposals.Unit.Text(limit.EpochProposals.Amount), limit.Bytes.Text(limit.EpochProposalBytes.Amount))
		}
	}
	return h.bill.Pay(ctx, storage.Amount{Bytes: size, Kept: size, Removes: leaving})
}
