// Package messages sends application messages and reads messages of every kind:
// sendMessage, getMessages, sync and updateCursor.
//
// One message, for example: SendMessage parses its framing (readMessage), checks the
// rate of the conversation (convo.WithinRate) and pays for the storage (payMessage).
// Without blobs and idempotency key the message goes to sendQueue. If few messages
// are under way, one statement stores it. Otherwise it is queued, and a worker stores
// it with others in one statement. The statement checks the membership, assigns the
// next sequence number and inserts the row. After the commit Notify makes the
// instances read the row. It wakes the long polls of the members (syncWait), whose
// next read returns it; getMessages finds it by its sequence number.
//
// # Files
//
//   - service.go: Service
//   - send.go: sendMessage: checks, the statement, idempotency records, blobs
//   - sendqueue.go: single messages and batches
//   - sendbatch.go: the statement of a batch
//   - metrics.go: how long messages wait, and how they are stored
//   - page.go: getMessages
//   - gap.go: sequence numbers that a page lacks
//   - readposition.go: updateCursor
//   - preferences.go: updatePreferences, getPreferences, getUnreadCounts
//   - sync.go: sync: the question, the snapshot, the parts of an answer
//   - syncmessages.go: the messages of an answer
//   - syncshare.go: reads that the calls of an account share
//   - syncwait.go: sync with waitMs
package messages
