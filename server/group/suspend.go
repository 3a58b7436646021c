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

// suspend ends the rights of another member at once and without a commit, which
// a member that answers every commit with a bad one could win every time. The
// leaf becomes a pending removal that any member may commit. Until then the
// account holds the keys of the group, so clients commit the removal before they
// send. It waits for no rate of the conversation.
func (s *Service) suspend(ctx context.Context, caller xrpc.Caller, in *gen.LeaveConvoInput) (*commitResult, error) {
	now := s.Timestamp()
	first, err := s.Idempotency.NewRecord(caller, gen.NSIDLeaveConvo, in.IdempotencyKey, in, now)
	if err != nil {
		return nil, err
	}
	out := &commitResult{}
	err = s.InTx(ctx, func(tx pgx.Tx) error {
		h := &handshakeTx{q: db.New(tx), convoID: in.ConvoID, caller: caller.DID, now: now}
		*out = commitResult{}
		if found, err := h.begin(ctx, first, out); found || err != nil {
			return err
		}
		if err := h.suspend(ctx, *in.TargetDID); err != nil {
			return err
		}
		out.Success, out.NewEpoch = true, h.convo.Epoch
		return first.Keep(ctx, h.q, out)
	})
	if err != nil {
		return nil, err
	}
	s.Hint(string(in.ConvoID))
	return out, nil
}

// suspend leaves things as they are where the target has left already, but that
// not anybody can add it again: else it would get around a suspension by leaving
// just before.
func (h *handshakeTx) suspend(ctx context.Context, target string) error {
	may, err := convo.MayRemove(ctx, h.q, h.convoID, h.caller)
	if err != nil {
		return err
	}
	if !may {
		return gen.Errorf(gen.ErrNotAllowed, "%s: only the creator, or once the creator has left the longest-standing member, may remove members", fieldTargetDID)
	}
	standing, err := convo.Memberships(ctx, h.q, h.convoID, []string{target})
	if err != nil {
		return err
	}
	switch standing[target] {
	case convo.NonMember:
		return gen.Errorf(gen.ErrInvalidCommit, "%s: is not a member and has no leaf that awaits removal", fieldTargetDID)
	case convo.PendingRemoval:
		if err := h.q.BarLeaver(ctx, h.convoID, target); err != nil {
			return fmt.Errorf("bar who has left: %w", err)
		}
		return nil
	}
	return h.end(ctx, target, eventlog.ActionRemoved, false)
}
