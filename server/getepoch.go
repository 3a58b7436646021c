package server

import (
	"context"
	"fmt"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// GetEpoch gives the current epoch of a conversation to its members.
func (s *convoService) GetEpoch(ctx context.Context, caller xrpc.Caller, p *gen.GetEpochParams) (*gen.GetEpochOutput, error) {
	convoID, err := parseConvoID("convoId", p.ConvoID)
	if err != nil {
		return nil, err
	}
	windows, err := db.New(s.pool).GetWindows(ctx, convoID, caller.DID)
	if err != nil {
		return nil, fmt.Errorf("read memberships: %w", err)
	}
	if len(windows) == 0 {
		return nil, convoNotFound()
	}
	now := windows[len(windows)-1]
	if !now.Active {
		return nil, notMember()
	}
	return &gen.GetEpochOutput{ConvoID: convoID, CurrentEpoch: now.Epoch}, nil
}
