package messages

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

// UpdateCursor sets the read position of the caller. A lower position than the
// stored one changes nothing. A position ahead of the newest message is refused,
// because read positions only grow: it could not be corrected.
func (s *Service) UpdateCursor(ctx context.Context, caller xrpc.Caller, in *gen.UpdateCursorInput) (*gen.UpdateCursorOutput, error) {
	q := db.New(s.Pool)
	windows, err := q.GetWindows(ctx, in.ConvoID, caller.DID)
	if err != nil {
		return nil, fmt.Errorf("read memberships: %w", err)
	}
	if len(windows) == 0 {
		return nil, convo.NotFound()
	}
	now := windows[len(windows)-1]
	if !now.Active {
		return nil, convo.NotMember()
	}
	if !now.Accepted {
		return nil, convo.NotAccepted()
	}
	if in.Seq > now.UntilSeq {
		return nil, xrpc.Invalid("seq", "%d, but the newest message is number %d", in.Seq, now.UntilSeq)
	}
	if err := s.MayWrite(ctx, caller); err != nil {
		return nil, err
	}
	at, err := q.SetReadPosition(ctx, db.SetReadPositionParams{
		ConvoID: in.ConvoID, Did: caller.DID, Seq: in.Seq, Now: s.Timestamp(), StreamKey: []byte(eventlog.AccountStreamKey(caller.DID)),
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, convo.NotMember() // removed after the check above
	}
	if err != nil {
		return nil, fmt.Errorf("set read position: %w", err)
	}
	s.Notify(string(eventlog.AccountStreamKey(caller.DID)))
	return &gen.UpdateCursorOutput{UpdatedAt: xrpc.FormatTime(at)}, nil
}
