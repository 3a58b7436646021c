package server

import (
	"context"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// payment is what was taken of a limit for something that may not happen.
type payment struct {
	limits ConvoLimiter
	row    *limit.Row
	who    string
	n      int64
}

// giveBack returns what was taken. A nil payment took nothing.
func (p *payment) giveBack(ctx context.Context) {
	if p != nil {
		p.limits.Return(ctx, p.row, p.who, p.n)
	}
}

// payAdditions takes the accounts that a commit adds from what the caller may
// add in an hour. Where that is less, the request is overdrawn.
func (s *groupService) payAdditions(ctx context.Context, caller xrpc.Caller, req *commitRequest) (*payment, error) {
	added := unique(req.added)
	if s.pace == nil || len(added) == 0 {
		return nil, nil
	}
	may, err := mayRemove(ctx, db.New(s.pool), req.conversation, caller.DID)
	if err != nil {
		return nil, err
	}
	row := limit.MembersAdded
	if may {
		row = limit.MembersAddedByRemovers
	}
	var taken *payment
	taken, req.overdrawn = s.pay(ctx, caller, row, int64(len(added)))
	return taken, nil
}

// pay takes n of a row of the caller.
func (s *base) pay(ctx context.Context, caller xrpc.Caller, row *limit.Row, n int64) (*payment, error) {
	if s.pace == nil || n == 0 {
		return nil, nil
	}
	if err := s.pace.Take(ctx, row, caller.DID, n); err != nil {
		return nil, err
	}
	return &payment{s.pace, row, caller.DID, n}, nil
}
