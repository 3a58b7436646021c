package group

import (
	"context"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/xrpc"
)

// SendProposal stores a proposal of the current epoch, which a commit may then
// refer to.
func (s *Service) SendProposal(ctx context.Context, caller xrpc.Caller, in *gen.SendProposalInput) (*gen.SendProposalOutput, error) {
	p, err := parseProposal(in.ConvoID, in.Proposal)
	if err != nil {
		return nil, err
	}
	return convo.WithinRate(s.Base, in.ConvoID, gen.MethodSendProposal, func(rateUsedUp bool) (*gen.SendProposalOutput, bool, error) {
		p.rateUsedUp = rateUsedUp
		out, err := s.sendProposal(ctx, caller, in, p)
		return out, true, err
	})
}

// sendProposal verifies a proposal outside the transaction, and stores it inside.
func (s *Service) sendProposal(ctx context.Context, caller xrpc.Caller, in *gen.SendProposalInput, p *parsedProposal) (*gen.SendProposalOutput, error) {
	now := s.Timestamp()
	record, err := s.Idempotency.NewRecord(caller, gen.NSIDSendProposal, in.IdempotencyKey, in, now)
	if err != nil {
		return nil, err
	}
	out := &gen.SendProposalOutput{}
	bill := s.Storage.Bill(caller.DID)
	err = retryIfGroupChanged(func() error {
		v, err := s.verifyProposal(ctx, in.ConvoID, caller.DID, p)
		if err != nil {
			return err
		}
		return s.InTx(ctx, func(tx pgx.Tx) error {
			h := &handshakeTx{q: db.New(tx), convoID: in.ConvoID, caller: caller.DID, now: now, bill: bill}
			if found, err := h.beginAs(ctx, record, out, h.requireOrAccept); found || err != nil {
				return err
			}
			stored, err := v.store(ctx, h, false, func(current int64) error {
				return gen.Errorf(gen.ErrEpochMismatch, "the current epoch is %d, the proposal is of epoch %d", current, p.epoch)
			})
			if err != nil {
				return err
			}
			*out = *stored
			return record.Keep(ctx, h.q, out)
		})
	})
	settleBill(ctx, bill, true, err) // a repeated call has paid nothing
	if err != nil {
		return nil, err
	}
	s.Notify(string(in.ConvoID))
	return out, nil
}
