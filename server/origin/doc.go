// Package origin tells new accounts from others, and where they come from, so
// that whoever makes accounts by the hundred gets no more for it.
//
// An account is new until it and another account have accepted the same
// conversation a day ago. New accounts of one origin share a bucket for each
// class of calls, in which whoever used least goes first (limit.SharedBucket).
// The origin of a did:web is its registrable domain. That of a did:plc is the
// registrable domain of its PDS, but a DID document says what its maker wants:
// so it counts only once that PDS has said that it has the account. Until then
// all share one bucket.
//
// One call's way through it:
//
//	origins.go   Admit: the bucket of the origin, then the share of the instance
//	standing.go  what is known of the account: cached, or from the database
//	confirm.go   the question to its PDS, in the background
//	domain.go    which origin an account claims
//	size.go      how much an origin's bucket holds
package origin
