// Package retention removes what is no longer needed: application messages,
// events and Welcomes after their time, ended idempotency records and tickets,
// spent and expired key packages, blobs that no message names, and conversations
// whose last member has left.
//
// One message, for example: LockOldMessages finds it by its age in the index
// messages_age. In one transaction its row goes, blobs that no other message
// names are left to be collected, and the retention low-water mark of the log
// rises to its position, so that a cursor before it is outdated. The next steps
// of the round collect the blobs, and delete their objects. Its id is a position of
// getMessages until the same time has passed again, and is then forgotten.
//
// # Files
//
//   - cleaner.go: Cleaner, its rounds, and steps of one statement each
//   - messages.go: messages and lapsed proposals, with what hangs on them, and the
//     ids of removed messages
//   - events.go: events for one account, and ended Welcomes
//   - lowwater.go: the retention low-water mark of the log
//   - closed.go: conversations without members
//   - keypackages.go: key packages, leases and their counts
//   - blobs.go: blobs and orphan objects
//   - metrics.go: mls_removed_total
package retention
