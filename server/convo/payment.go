package convo

import (
	"context"

	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// payment is what was taken of a limit for something that may not happen.
type Payment struct {
	limits Limiter
	row    *limit.Row
	who    string
	n      int64
}

// giveBack returns what was taken. A nil payment took nothing.
func (p *Payment) GiveBack(ctx context.Context) {
	if p != nil {
		p.limits.Return(ctx, p.row, p.who, p.n)
	}
}

// pay takes n of a row of the caller.
func (s *Base) Pay(ctx context.Context, caller xrpc.Caller, row *limit.Row, n int64) (*Payment, error) {
	if s.Limits == nil || n == 0 {
		return nil, nil
	}
	if err := s.Limits.Take(ctx, row, caller.DID, n); err != nil {
		return nil, err
	}
	return &Payment{s.Limits, row, caller.DID, n}, nil
}
