package group

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/xrpc"
)

// Times for which an epoch is closed to some members, so that a member that
// answers every commit with its own cannot keep the others from committing.
// docs/protocol.md states them.
const (
	// ReserveTime is how long an epoch is reserved for an admin whose commit came
	// too late. ReservePause is the shortest time
	// between two reservations of a conversation.
	ReserveTime  = 2 * time.Second
	ReservePause = 10 * time.Second
	// ReportedDelay is how old an epoch has to be before a member may commit in
	// it if one of its commits was reported within ReportedTime.
	ReportedDelay = 2 * time.Second
	ReportedTime  = 5 * time.Minute
)

// reserveEpoch reserves the current epoch for the caller, whose commit came too
// late, if the caller is an admin: it needs time to apply the accepted
// commits before it can commit again. Without this, a member that answers each
// commit at once could keep everybody from removing it.
func (s *Service) reserveEpoch(ctx context.Context, caller xrpc.Caller, convoID xrpc.ConvoID, conflict *epochConflict) error {
	if conflict.wait > 0 {
		return nil
	}
	return s.InTx(ctx, func(tx pgx.Tx) error {
		h := &handshakeTx{q: db.New(tx), convoID: convoID, caller: caller.DID}
		if _, err := h.beginAs(ctx, nil, nil, h.requireReader); err != nil {
			return err
		}
		if !h.admin {
			return nil
		}
		if err := h.q.ReserveEpoch(ctx, db.ReserveEpochParams{
			Did: &caller.DID, ConvoID: convoID, HoldMs: ReserveTime.Milliseconds(), PauseMs: ReservePause.Milliseconds(),
		}); err != nil {
			return fmt.Errorf("reserve the epoch: %w", err)
		}
		return nil
	})
}

// epochWait returns how long the caller has to wait before it may commit in the
// current epoch: while the epoch is reserved for another member, and, where one
// of the caller's commits was reported lately, until the epoch is ReportedDelay
// old.
func epochWait(ctx context.Context, h *handshakeTx) (time.Duration, error) {
	if h.convo.ReservedFor != nil && *h.convo.ReservedFor != h.caller && h.convo.ReservedMs > 0 {
		return time.Duration(h.convo.ReservedMs) * time.Millisecond, nil
	}
	wait := ReportedDelay - time.Duration(h.convo.EpochAgeMs)*time.Millisecond
	if wait <= 0 || h.admin {
		return 0, nil
	}
	reported, err := h.q.ReportedLately(ctx, h.convoID, h.now.Add(-ReportedTime), h.caller)
	if err != nil {
		return 0, fmt.Errorf("read reports of commits: %w", err)
	}
	if !reported {
		return 0, nil
	}
	return wait, nil
}
