package convo

import (
	"context"
	"fmt"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// GetEpoch gives the current epoch of a conversation to its members.
func (s *Service) GetEpoch(ctx context.Context, caller xrpc.Caller, p *gen.GetEpochParams) (*gen.GetEpochOutput, error) {
	windows, err := db.New(s.Pool).GetWindows(ctx, p.ConvoID, caller.DID)
	if err != nil {
		return nil, fmt.Errorf("read memberships: %w", err)
	}
	if len(windows) == 0 {
		return nil, NotFound()
	}
	now := windows[len(windows)-1]
	if !now.Active {
		return nil, NotMember()
	}
	return &gen.GetEpochOutput{ConvoID: p.ConvoID, CurrentEpoch: now.Epoch}, nil
}
