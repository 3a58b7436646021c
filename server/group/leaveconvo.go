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

// fieldTargetDID is how the lexicon calls who is removed.
const fieldTargetDID = "targetDid"

// LeaveConvo ends the caller's membership, which needs no commit, or that of
// another member: by a commit, or at once without one (suspend).
func (s *Service) LeaveConvo(ctx context.Context, caller xrpc.Caller, in *gen.LeaveConvoInput) (*gen.LeaveConvoOutput, error) {
	var out *commitResult
	var err error
	switch {
	case in.TargetDID == nil || *in.TargetDID == caller.DID:
		out, err = s.leave(ctx, caller, in)
	case in.Proposal != nil:
		err = gen.Errorf(gen.ErrInvalidProposal, "proposal: is for leaving; the removal of another member is the commit's")
	case in.Commit == nil && in.GroupInfo == nil && in.RatchetTree == nil:
		out, err = s.suspend(ctx, caller, in)
	default:
		out, err = s.remove(ctx, caller, in)
	}
	return (*gen.LeaveConvoOutput)(out), err
}

func (s *Service) remove(ctx context.Context, caller xrpc.Caller, in *gen.LeaveConvoInput) (*commitResult, error) {
	return s.commit(ctx, caller, &commitRequest{
		method: gen.MethodLeaveConvo, key: in.IdempotencyKey, content: in, conversation: in.ConvoID,
		commit: in.Commit, groupInfo: in.GroupInfo, ratchetTree: in.RatchetTree,
		commitField: "commit", welcomeField: "welcomeMessage", removedField: fieldTargetDID,
		removed: []string{*in.TargetDID},
	})
}

// leave ends the caller's membership at once. Its leaf stays in the group until
// one of the others commits its removal.
func (s *Service) leave(ctx context.Context, caller xrpc.Caller, in *gen.LeaveConvoInput) (*commitResult, error) {
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
	first, err := s.Idempotency.NewRecord(caller, gen.NSIDLeaveConvo, in.IdempotencyKey, in, now)
	if err != nil {
		return nil, err
	}
	var out *commitResult
	bill := s.Storage.Bill(caller.DID)
	err = untilCurrent(func() error {
		v, err := s.verifyProposal(ctx, in.ConvoID, caller.DID, p)
		if err != nil {
			return err
		}
		return s.InTx(ctx, func(tx pgx.Tx) (err error) {
			l := &leaveTx{handshakeTx{q: db.New(tx), convoID: in.ConvoID, caller: caller.DID, now: now, bill: bill}}
			out, err = l.run(ctx, v, first)
			return err
		})
	})
	settle(ctx, bill, true, err)
	if lost := (*lostRace)(nil); errors.As(err, &lost) {
		return s.conflict(ctx, caller, in.ConvoID, lost)
	}
	if err != nil {
		return nil, err
	}
	s.Hint(string(in.ConvoID))
	return out, nil
}

// leaveTx is a leave inside its transaction.
type leaveTx struct{ handshakeTx }

func (l *leaveTx) run(ctx context.Context, p *verifiedProposal, first *convo.Record) (*commitResult, error) {
	out := &commitResult{}
	if found, err := l.begin(ctx, first, out); found || err != nil {
		return out, err
	}
	out.Success, out.NewEpoch = true, l.convo.Epoch
	if p.parsedProposal != nil {
		// A proposal of a past epoch is a lost race like that of a commit.
		if p.epoch < l.convo.Epoch {
			return nil, &lostRace{framing: p.epoch, current: l.convo.Epoch}
		}
		stored, err := l.propose(ctx, p, true, func(current int64) error {
			return gen.Errorf(gen.ErrInvalidProposal, "proposal: its framing epoch %d is ahead of the current epoch %d", p.epoch, current)
		})
		if err != nil {
			return nil, err
		}
		out.NewEpoch, out.Seq = p.epoch, &stored.Seq
	}
	n, err := l.q.CountMembers(ctx, l.convoID)
	if err != nil {
		return nil, fmt.Errorf("count members: %w", err)
	}
	if err := l.end(ctx, l.caller, eventlog.ActionLeft, n == 1); err != nil {
		return nil, err
	}
	return out, first.Keep(ctx, l.q, out)
}

// end closes the window of a member at the newest number, and the conversation
// behind the last member. The leaf stays in the group until somebody commits its
// removal.
func (h *handshakeTx) end(ctx context.Context, did, action string, last bool) error {
	if err := h.q.LeaveConvo(ctx, h.now, last, h.convoID); err != nil {
		return fmt.Errorf("change roster: %w", err)
	}
	var events convo.Events
	events.Ends(action, h.caller, h.convo.Epoch, []string{did})
	if !last {
		events.Add(eventlog.KindMembership, "", convo.NoEdge, eventlog.Body{DID: did, Action: eventlog.ActionPendingRemoval, Epoch: h.convo.Epoch})
	}
	row, err := events.Store(ctx, h.q, h.convoID, h.now)
	if err != nil {
		return err
	}
	if err := h.q.EndMemberships(ctx, db.EndMembershipsParams{
		Seq: row.LastSeq, At: h.now, Pending: !last, ByOther: did != h.caller, ConvoID: h.convoID, Dids: []string{did},
		N: row.Base + 1, Gen: row.Gen, Pos: row.LastPos,
	}); err != nil {
		return fmt.Errorf("end membership: %w", err)
	}
	if err := h.q.EndRejoinRequests(ctx, h.convoID, []string{did}); err != nil {
		return fmt.Errorf("end rejoin request: %w", err)
	}
	return h.endReports(ctx, []string{did})
}
