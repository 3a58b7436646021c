package group

import (
	"context"
	"fmt"
	"strings"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// openWelcomeBytes is about the size of an entry of ListWelcomes without the bytes
// of the Welcome and the tree.
const openWelcomeBytes = 500

// ListWelcomes returns the open Welcomes of the caller in all its conversations, in
// the order of conversations and devices. A page ends before limit.MaxAnswer is
// exceeded, but has at least one entry.
func (s *Service) ListWelcomes(ctx context.Context, caller xrpc.Caller, p *gen.ListWelcomesParams) (*gen.ListWelcomesOutput, error) {
	args := db.PageWelcomesParams{
		Did: caller.DID, AfterConvo: []byte{}, MaxRows: p.Limit + 1, RowBytes: openWelcomeBytes, MaxBytes: limit.MaxAnswer,
	}
	if p.DeviceID != nil {
		args.DeviceID = *p.DeviceID
	}
	if p.Cursor != nil {
		after, device, ok := strings.Cut(*p.Cursor, ".")
		id := xrpc.ConvoID(after)
		if !ok || !id.Valid() {
			return nil, gen.Errorf(gen.ErrInvalidCursor, "cursor: not one of this method")
		}
		args.AfterConvo, args.AfterDevice = id.Stored(), device
	}
	rows, err := db.New(s.Pool).PageWelcomes(ctx, args)
	if err != nil {
		return nil, fmt.Errorf("list Welcomes: %w", err)
	}
	out := &gen.ListWelcomesOutput{Welcomes: []gen.ListWelcomesOpenWelcome{}}
	for i, r := range rows {
		if !r.Fits || int64(i) == p.Limit {
			out.Cursor = new(string(rows[i-1].ConvoID) + "." + rows[i-1].DeviceID)
			break
		}
		out.Welcomes = append(out.Welcomes, gen.ListWelcomesOpenWelcome{
			ConvoID: r.ConvoID, DeviceID: r.DeviceID, KeyPackageHash: r.Ref,
			Welcome: r.Welcome, RatchetTree: r.RatchetTree, Epoch: r.Epoch, Seq: r.Seq,
		})
	}
	return out, nil
}
