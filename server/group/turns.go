package group

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/xrpc"
)

// Turns in a conversation in which somebody wins every race. They are amounts of
// docs/protocol.md.
const (
	// reserveTime is how long an epoch is kept for a member who may remove
	// others and lost a race, and reservePause is how often that happens.
	ReserveTime  = 2 * time.Second
	ReservePause = 10 * time.Second
	// reportedDelay is how old an epoch has to be before the sender of a commit
	// that was reported within reportedTime may commit in it.
	ReportedDelay = 2 * time.Second
	ReportedTime  = 5 * time.Minute
)

// reserve keeps the epoch that a lost race led to for the caller, who has to
// apply the commits of the others first, if it may remove members. Otherwise a
// member that answers each commit at once could keep everybody from removing it.
func (s *Service) reserve(ctx context.Context, caller xrpc.Caller, convoID xrpc.ConvoID, lost *lostRace) error {
	if lost.wait > 0 {
		return nil
	}
	return s.InTx(ctx, func(tx pgx.Tx) error {
		h := &handshakeTx{q: db.New(tx), convoID: convoID, caller: caller.DID}
		if _, err := h.begin(ctx, nil, nil); err != nil {
			return err
		}
		may, err := convo.MayRemove(ctx, h.q, convoID, caller.DID)
		if err != nil || !may {
			return err
		}
		if err := h.q.ReserveEpoch(ctx, db.ReserveEpochParams{
			Did: &caller.DID, ConvoID: convoID, HoldMs: ReserveTime.Milliseconds(), PauseMs: ReservePause.Milliseconds(),
		}); err != nil {
			return fmt.Errorf("reserve the epoch: %w", err)
		}
		return nil
	})
}

// turn is how long the caller has to wait before it may commit in the current
// epoch: while that is reserved for somebody else, and where one of the caller's
// commits was reported lately, until the others have had time to commit.
func (h *handshakeTx) turn(ctx context.Context) (time.Duration, error) {
	if h.convo.ReservedFor != nil && *h.convo.ReservedFor != h.caller && h.convo.ReservedMs > 0 {
		return time.Duration(h.convo.ReservedMs) * time.Millisecond, nil
	}
	wait := ReportedDelay - time.Duration(h.convo.EpochAgeMs)*time.Millisecond
	if wait <= 0 {
		return 0, nil
	}
	reported, err := h.q.ReportedLately(ctx, h.convoID, h.now.Add(-ReportedTime), h.caller)
	if err != nil {
		return 0, fmt.Errorf("read reports of commits: %w", err)
	}
	if !reported {
		return 0, nil
	}
	may, err := convo.MayRemove(ctx, h.q, h.convoID, h.caller)
	if err != nil || may {
		return 0, err
	}
	return wait, nil
}
