// Package follows says what an AppView knows about two accounts: whether one follows
// the other, and whether one blocks the other (app.bsky.graph.getRelationships).
//
// A room calls Relationships.Of with the caller and the accounts that it deals with,
// and gets an answer at once. AppView looks into the memory of this instance and into
// Redis, where the instances share what they learned. Whatever is older than Fresh is
// asked again in the background: the pairs of one account are gathered into calls of at
// most 30, and each call waits for its turn in a queue that is fair among accounts
// (ask.go). So the time of Of does not depend on the AppView, nor on whether an account
// exists. What was learned more than Usable ago is not known, and what is not known is
// the zero Relationship: not following, not blocking.
//
// Pairs are kept under a keyed hash, so neither memory nor Redis names accounts. One
// entry serves both directions.
//
// None stands for a service without an AppView.
//
// # Files
//
//   - relationships.go: Relationship, Relationships, None
//   - appview.go: AppView, Of, Known
//   - pairs.go: the memory of pairs
//   - shared.go: what instances share in Redis
//   - ask.go: calls in the background, and the pause after failures
//   - fetch.go: one call of the AppView, and the check of its answer
//   - metrics.go: the metrics
package follows
