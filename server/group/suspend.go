package group

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/convo"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

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
