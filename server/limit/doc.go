// Package limit has all limits of the service in one table, and the buckets
// that count amounts per time.
//
// A Row of the table has the quantity that is limited, its unit, for whom it is
// counted, the amount, the refill, the error that a caller above the limit
// gets, and where it is counted. docs/limits.md is generated from the table.
//
// A call takes from a bucket before the service stores or looks up anything for
// it:
//
//	if err := limits.Take(ctx, limit.MembersAdded, caller.DID, added); err != nil {
//		return err
//	}
//
// Rates are checked with the generic cell rate algorithm (ITU-T I.371), which
// stores one number for each bucket: the time at which it will be full again.
// Time is counted from the start of the process, so that setting the clock
// neither locks anyone out nor refills a bucket.
//
// Two types divide a rate fairly among several users. A SharedBucket refuses a
// user who recently took more than is left in the bucket. A Queue lets work
// wait, and gives turns, in alternation, to the source that recently had the fewest
// and to the one that has waited longest.
package limit
