package server

import (
	"context"
	"errors"

	"catbird.blue/mls/server/storage"
	"catbird.blue/mls/xrpc"
)

// settleBill closes the bill of a call that ended with err. A call that the rate of
// its conversation refused stored nothing.
func settleBill(ctx context.Context, bill *storage.Bill, stored bool, err error) {
	if errors.Is(err, errConvoFull) {
		stored, err = false, nil
	}
	bill.Settle(ctx, stored, err)
}

// mayWrite refuses a call that stores next to nothing, while there is no room
// for anything.
func (s *base) mayWrite(ctx context.Context, caller xrpc.Caller) error {
	return s.storage.Bill(caller.DID).Pay(ctx, storage.Amount{})
}
