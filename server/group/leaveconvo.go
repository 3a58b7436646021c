package group

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/convo"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// fieldTargetDID is the lexicon's name for the member to remove.
const fieldTargetDID = "targetDid"

// LeaveConvo ends the caller's membership, which needs no commit, or that of
// another member: by a commit, or at once without one (suspend).
func (s *Service) LeaveConvo(ctx context.Context, caller xrpc.Caller, in *gen.LeaveConvoInput) (*gen.LeaveConvoOutput, error) {
	var out *commitOutput
	var err error
	switch {
	case in.TargetDID == nil || *in.TargetDID == caller.DID:
		out, err = s.leave(ctx, caller, in)
	case in.Proposal != nil:
		err = gen.Errorf(gen.ErrInvalidProposal, "proposal: is for leaving; the removal of another member is the commit's")
	case in.Commit == nil && in.GroupInfo == nil && in.RatchetTree == nil:
		out, err = s.suspend(ctx, caller, in)
	default:
		out, err = s.commit(ctx, caller, &commitRequest{
			method: gen.MethodLeaveConvo, key: in.IdempotencyKey, content: in, convoID: in.ConvoID,
			commit: in.Commit, groupInfo: in.GroupInfo, ratchetTree: in.RatchetTree, infoKey: in.InfoKey, infoVersion: in.InfoVersion,
			commitField: "commit", welcomeField: "welcomeMessage", removedField: fieldTargetDID,
			removed: []string{*in.TargetDID},
		})
	}
	return (*gen.LeaveConvoOutput)(out), err
}

// leave ends the caller's membership at once. Its leaf stays in the group until
// another member commits the removal.
func (s *Service) leave(ctx context.Context, caller xrpc.Caller, in *gen.LeaveConvoInput) (*commitOutput, error) {
	if in.Commit != nil {
		return nil, gen.Errorf(gen.ErrInvalidCommit, "commit: nobody can commit its own removal (RFC 9420 §12.2); leave with a proposal, or with nothing, and the others commit it")
	}
	var p *parsedProposal
	if in.Proposal != nil {
		var err error
		if p, err = parseProposal(in.ConvoID, in.Proposal); err != nil {
			return nil, err
		}
	}
	now := s.Timestamp()
	record, err := s.Idempotency.NewRecord(caller, gen.NSIDLeaveConvo, in.IdempotencyKey, in, now)
	if err != nil {
		return nil, err
	}
	var out *commitOutput
	bill := s.Storage.Bill(caller.DID)
	err = retryIfGroupChanged(func() error {
		v, err := s.verifyProposal(ctx, in.ConvoID, caller.DID, p)
		if err != nil {
			return err
		}
		return s.InTx(ctx, func(tx pgx.Tx) (err error) {
			h := &handshakeTx{q: db.New(tx), convoID: in.ConvoID, caller: caller.DID, now: now, bill: bill}
			out, err = leaveInTx(ctx, h, v, record)
			return err
		})
	})
	settleBill(ctx, bill, true, err)
	if conflict := (*epochConflict)(nil); errors.As(err, &conflict) {
		return s.conflictOutput(ctx, caller, in.ConvoID, conflict)
	}
	if err != nil {
		return nil, err
	}
	s.Notify(string(in.ConvoID))
	return out, nil
}

// leaveInTx stores the proposal, where the caller leaves with one, and ends the
// caller's membership.
func leaveInTx(ctx context.Context, h *handshakeTx, p *verifiedProposal, record *convo.Record) (*commitOutput, error) {
	out := &commitOutput{}
	if found, err := h.beginAs(ctx, record, out, h.requireReader); found || err != nil {
		return out, err
	}
	out.Success, out.NewEpoch = true, h.convo.Epoch
	if p.parsedProposal != nil {
		// A proposal of a past epoch gets the conflict that a commit would get.
		if p.epoch < h.convo.Epoch {
			return nil, &epochConflict{framing: p.epoch, current: h.convo.Epoch}
		}
		stored, err := p.store(ctx, h, true, func(current int64) error {
			return gen.Errorf(gen.ErrInvalidProposal, "proposal: its framing epoch %d is ahead of the current epoch %d", p.epoch, current)
		})
		if err != nil {
			return nil, err
		}
		out.NewEpoch, out.Seq = p.epoch, &stored.Seq
	}
	n, err := h.q.CountAccepted(ctx, h.convoID)
	if err != nil {
		return nil, fmt.Errorf("count members: %w", err)
	}
	if err := h.endMembership(ctx, h.caller, eventlog.ActionLeft, n == 1 && !h.request); err != nil {
		return nil, err
	}
	return out, record.Keep(ctx, h.q, out)
}

// Leave ends the membership of an account as its own leaveConvo does, without a
// call of it: the account is being erased. It does nothing where the account is
// not a member.
func (s *Service) Leave(ctx context.Context, did string, convoID xrpc.ConvoID) error {
	err := s.InTx(ctx, func(tx pgx.Tx) error {
		h := &handshakeTx{q: db.New(tx), convoID: convoID, caller: did, now: s.Timestamp()}
		_, err := leaveInTx(ctx, h, &verifiedProposal{}, nil)
		return err
	})
	var e *xrpc.Error
	if errors.As(err, &e) && (e.Name == convo.NotMember().Name || e.Name == convo.NotFound().Name) {
		return nil
	}
	if err != nil {
		return err
	}
	s.Notify(string(convoID))
	return nil
}

// suspend ends the membership of another member at once and without a commit: a
// member that answers every commit with a bad one could win every epoch against
// a removal by commit. The leaf becomes a pending removal, which any member may
// commit. Until then the suspended account holds the keys of the group, so
// clients commit the removal before they send. A suspension does not count
// against the conversation's rate.
func (s *Service) suspend(ctx context.Context, caller xrpc.Caller, in *gen.LeaveConvoInput) (*commitOutput, error) {
	now := s.Timestamp()
	record, err := s.Idempotency.NewRecord(caller, gen.NSIDLeaveConvo, in.IdempotencyKey, in, now)
	if err != nil {
		return nil, err
	}
	out := &commitOutput{}
	err = s.InTx(ctx, func(tx pgx.Tx) error {
		h := &handshakeTx{q: db.New(tx), convoID: in.ConvoID, caller: caller.DID, now: now, erased: erasedAccounts{pseudonyms: s.Pseudonyms}}
		*out = commitOutput{}
		if found, err := h.begin(ctx, record, out); found || err != nil {
			return err
		}
		if err := suspendMember(ctx, h, *in.TargetDID); err != nil {
			return err
		}
		out.Success, out.NewEpoch = true, h.convo.Epoch
		return record.Keep(ctx, h.q, out)
	})
	if err != nil {
		return nil, err
	}
	s.Notify(string(in.ConvoID))
	return out, nil
}

// suspendMember ends the membership of target. Where target has left already, it
// only records that members who are no admins may not add target again:
// otherwise target would evade a suspension by leaving just before it.
func suspendMember(ctx context.Context, h *handshakeTx, target string) error {
	if !h.admin {
		return convo.AdminsOnly(fieldTargetDID + ": suspend members")
	}
	memberships, err := h.memberships(ctx, []string{target})
	if err != nil {
		return err
	}
	switch memberships[target] {
	case convo.NonMember:
		return gen.Errorf(gen.ErrInvalidCommit, "%s: is not a member and has no leaf that awaits removal", fieldTargetDID)
	case convo.PendingRemoval:
		if err := h.q.BarLeaver(ctx, h.convoID, h.erased.with([]string{target})); err != nil {
			return fmt.Errorf("bar who has left: %w", err)
		}
		return nil
	}
	return h.endMembership(ctx, target, eventlog.ActionRemoved, false)
}
