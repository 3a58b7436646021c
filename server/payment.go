package server

import (
	"context"

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
