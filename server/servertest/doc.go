// Package servertest has the fixtures that the tests of package server and of its rooms
// share: inputs, conversations and messages that are inserted into the database, and
// comparisons of answers and errors. Of the rooms it imports convo only, so the tests of
// all others can use it without an import cycle.
//
// In a test, for example, AddConvo inserts a conversation with its members, Message makes
// the input of a message, the test sends it as a caller (As), and WantError names the
// error that it expects. Listen opens a stream of a member, and WantDelivered compares
// the events that it got.
//
// # Files
//
//   - servertest.go: callers, errors, conversations and members, MLS messages
//   - messages.go: sending and reading messages, sync answers, locks, streams
//   - live.go: a hub and streams
package servertest
