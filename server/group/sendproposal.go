package group

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// parsedProposal is what a proposal's framing says.
type parsedProposal struct {
	message []byte
	epoch   int64
	// One of the two.
	public  *mls.PublicMessage
	private *mls.PrivateMessage
	// full: the conversation has used up its rate.
	full bool
}

// SendProposal stores a proposal of the current epoch, for a commit to name.
func (s *Service) SendProposal(ctx context.Context, caller xrpc.Caller, in *gen.SendProposalInput) (*gen.SendProposalOutput, error) {
	p, err := parseProposal(in.ConvoID, in.Proposal)
	if err != nil {
		return nil, err
	}
	return convo.WithinRate(s.Base, in.ConvoID, gen.MethodSendProposal, func(full bool) (*gen.SendProposalOutput, bool, error) {
		p.full = full
		out, err := s.sendProposal(ctx, caller, in, p)
		return out, true, err
	})
}

func (s *Service) sendProposal(ctx context.Context, caller xrpc.Caller, in *gen.SendProposalInput, p *parsedProposal) (*gen.SendProposalOutput, error) {
	now := s.Timestamp()
	first, err := s.Idempotency.NewRecord(caller, gen.NSIDSendProposal, in.IdempotencyKey, in, now)
	if err != nil {
		return nil, err
	}
	out := &gen.SendProposalOutput{}
	bill := s.Storage.Bill(caller.DID)
	err = untilCurrent(func() error {
		v, err := s.verifyProposal(ctx, in.ConvoID, caller.DID, p)
		if err != nil {
			return err
		}
		return s.InTx(ctx, func(tx pgx.Tx) error {
			h := &handshakeTx{q: db.New(tx), convoID: in.ConvoID, caller: caller.DID, now: now, bill: bill}
			if found, err := h.begin(ctx, first, out); found || err != nil {
				return err
			}
			stored, err := h.propose(ctx, v, false, func(current int64) error {
				return gen.Errorf(gen.ErrEpochMismatch, "the current epoch is %d, the proposal is of epoch %d", current, p.epoch)
			})
			if err != nil {
				return err
			}
			*out = *stored
			return first.Keep(ctx, h.q, out)
		})
	})
	settle(ctx, bill, true, err) // a repetition has paid nothing
	if err != nil {
		return nil, err
	}
	s.Hint(string(in.ConvoID))
	return out, nil
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

// propose stores a proposal under the next number: of who leaves, or not.
// otherEpoch makes the error for one that is not of the current epoch.
func (h *handshakeTx) propose(ctx context.Context, p *verifiedProposal, leaving bool, otherEpoch func(current int64) error) (*gen.SendProposalOutput, error) {
	if p.full {
		return nil, convo.ErrRateUsedUp
	}
	if p.epoch != h.convo.Epoch {
		return nil, otherEpoch(h.convo.Epoch)
	}
	if p.err != nil {
		return nil, p.err
	}
	if p.private != nil {
		if err := p.private.Verify(h.suite()); err != nil {
			return nil, gen.Errorf(gen.ErrInvalidProposal, "proposal: %v", err)
		}
	}
	var ref []byte
	if p.public != nil {
		var err error
		if ref, err = p.public.ProposalRef(h.suite()); err != nil {
			return nil, gen.Errorf(gen.ErrInvalidProposal, "proposal: %v", err)
		}
	}
	if err := h.payProposal(ctx, p, leaving); err != nil {
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
		ConvoID: h.convoID, Seq: row.LastSeq, MessageID: id, Kind: "proposal", Epoch: p.epoch, SenderDid: h.caller,
		Ciphertext: p.message, ProposalRef: ref, At: h.now, Gen: row.Gen, Pos: row.LastPos,
	}); err != nil {
		return nil, fmt.Errorf("store proposal: %w", err)
	}
	return &gen.SendProposalOutput{MessageID: string(id), Seq: row.LastSeq, Epoch: p.epoch}, nil
}
