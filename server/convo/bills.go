package convo

import (
	"context"
	"errors"

	"catbird.blue/mls/server/storage"
	"catbird.blue/mls/xrpc"
)

// SettleBill closes the bill of a call that ended with err. A call that was refused
// with ErrRateUsedUp stored nothing, so its bill is settled as an unstored call
// without an error.
func SettleBill(ctx context.Context, bill *storage.Bill, stored bool, err error) {
	if errors.Is(err, ErrRateUsedUp) {
		stored, err = false, nil
	}
	bill.Settle(ctx, stored, err)
}

// MayWrite refuses a call that stores only a few bytes while the storage is full.
func (s *Base) MayWrite(ctx context.Context, caller xrpc.Caller) error {
	return s.Storage.Bill(caller.DID).Pay(ctx, storage.Amount{})
}
