// Package limit has every limit of the service in one table, and the buckets
// that count amounts per time.
//
// A Row of the table says what is bounded, in which unit, per whom, how much,
// how fast it comes back, which error a caller above it gets, and where it is
// counted. docs/limits.md is generated from the table.
//
// A caller spends from a bucket before the service stores, remembers or looks
// up anything for it:
//
//	if err := limits.Take(ctx, limit.SendCalls, caller.DID, 1); err != nil {
//		return err
//	}
//
// Amounts are checked by the generic cell rate algorithm (ITU-T I.371): per
// bucket one number, the moment at which it will be full again. Time is counted
// from the start of the process, so that a clock that is set back or forward
// neither locks anybody out nor opens a bucket.
//
// Two engines divide what many want. A SharedBucket refuses at once whoever
// used more of it lately than is left in it. A Queue has work wait, and gives
// the next turn to the source that had the fewest.
package limit
