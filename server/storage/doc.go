// Package storage limits what accounts store: bytes and conversations per day,
// and concurrent uploads. While the disk is nearly full it limits all writes.
//
// A call makes a Bill, and pays on it before it stores anything:
//
//	bill := book.Bill(caller.DID)
//	if err := bill.Pay(ctx, storage.Amount{Bytes: int64(len(message))}); err != nil {
//		return err // nothing was counted
//	}
//	…
//	bill.Settle(ctx, stored, err)
//
// If nothing was stored, Settle gives back what was paid.
//
//	book.go      the bills, the uploads in progress
//	shares.go    what each account stored in the last day, and the fair share
//	space.go     how much of the storage is free, and which writes are refused
//	metrics.go   the metrics
//	probes.go    how free storage is measured: file systems, the database
package storage
