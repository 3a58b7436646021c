// Package origin finds out which accounts are new and where they come from, so
// that creating many accounts gains nothing.
//
// An account is new until a day after it and another account have accepted the
// same conversation. New accounts of one origin share one bucket for each class
// of calls (limit.SharedBucket), in which accounts with less use go first.
//
// The origin of a did:web is its registrable domain. The origin of a did:plc is
// the registrable domain of its PDS. Since a DID document can name any PDS, it
// counts only after that PDS has confirmed that it has the account. Until then
// all such accounts share one bucket.
//
// The path of a call:
//
//	origins.go   Admit: takes from the bucket of the origin, then from that of the instance
//	state.go     the account's state: cached, or from the database
//	confirm.go   the request to its PDS, in the background
//	domain.go    the origin that an account claims
//	size.go      the size of an origin's bucket
package origin
