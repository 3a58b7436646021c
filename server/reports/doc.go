// Package reports takes reports of accounts to the operator.
//
// CreateReport, for example, checks that the caller was a member of the conversation
// that the report names, that the evidence is an age file which only its recipient can
// read (checkEvidence), and that the account is within its limit, and stores the
// report. The operator reads the table and marks reports as resolved
// (docs/operations.md); the cleaner removes those later (server/retention).
//
// Reports about accounts are forwarded to a moderation service, if one is configured:
// a Forwarder takes those that are due, by a statement with a lease, so that no two
// instances forward the same one, and sends what Notice has: the account, the type of
// the reason and the report's number. An attempt that fails is made again, with growing
// pauses. A report is sent twice only if an instance ends, or the connection breaks,
// between the sending and the answer.
//
// # Files
//
//   - service.go: Service and createReport
//   - forward.go: Forwarder
//   - labeler.go: a moderation service of the AT Protocol
//   - metrics.go: the metrics
//   - evidence.go: the form of evidence
package reports
