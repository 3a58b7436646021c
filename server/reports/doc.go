// Package reports takes reports of accounts to the operator.
//
// CreateReport, for example, checks that the caller was a member of the conversation
// that the report names, that the evidence is an age file which only its recipient can
// read (checkEvidence), and that the account is within its limit, and stores the
// report. The operator reads the table and marks reports as resolved
// (docs/operations.md); the cleaner removes those later (server/retention).
//
// # Files
//
//   - service.go: Service and createReport
//   - evidence.go: the form of evidence
package reports
