package convo

import (
	"context"
	"errors"

	"catbird.blue/mls/server/storage"
	"catbird.blue/mls/xrpc"
)

// settleBill closes the bill of a call that ended with err. A call that the rate of
// its conversation refused stored nothing.
func SettleBill(ctx context.Context, bill *storage.Bill, stored bool, err error) {
	if errors.Is(err, ErrRateUsedUp) {
		stored, err = false, nil
	}
	bill.Settle(ctx, stored, err)
}

// mayWrite refuses a call that stores next to nothing, while there is no room
// for anything.
func (s *Base) MayWrite(ctx context.Context, caller xrpc.Caller) error {
	return s.Storage.Bill(caller.DID).Pay(ctx, storage.Amount{})
}
