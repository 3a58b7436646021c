// Package admin has the operator's commands (mlsd admin): they show, suspend, resume
// and erase accounts, show and lock conversations, show and resolve reports, and print
// what the database holds and who holds it back. Every command writes to the table
// admin_audit who ran it, when, and a keyed hash of what it was about.
//
// # Files
//
//   - admin.go: Admin, and what all commands share
//   - account.go: accounts
//   - convo.go: conversations
//   - reports.go: reports of accounts
//   - stats.go: sizes
//   - sessions.go: sessions of the database
package admin
