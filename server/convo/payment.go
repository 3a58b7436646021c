package convo

import (
	"context"

	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// Payment is an amount that was taken from an account's limit before a call, and is
// given back if the call fails.
type Payment struct {
	rates Limiter
	row   *limit.Row
	did   string
	n     int64
}

// GiveBack returns the amount to the account's limit. A nil Payment has none.
func (p *Payment) GiveBack(ctx context.Context) {
	if p != nil {
		p.rates.Return(ctx, p.row, p.did, p.n)
	}
}

// Pay takes n from the caller's limit in a row.
func (s *Base) Pay(ctx context.Context, caller xrpc.Caller, row *limit.Row, n int64) (*Payment, error) {
	if s.Rates == nil || n == 0 {
		return nil, nil
	}
	if err := s.Rates.Take(ctx, row, caller.DID, n); err != nil {
		return nil, err
	}
	return &Payment{s.Rates, row, caller.DID, n}, nil
}
