// Package relay follows the events of a relay or PDS (com.atproto.sync.subscribeRepos)
// and hands those about accounts on: #account says that an account is not active, or
// active again, and #identity that its DID document may have changed.
//
// One event, for example: of all instances with the same relay, one has the lease in
// the table relay_cursors, and reads from the sequence number in that row. Follower
// reads a frame from the WebSocket, and event.go decodes its header. Of commits only
// the sequence number is decoded. Handler is called for #account and #identity. Every
// few seconds the number of the last handled event is written into the row, which also
// extends the lease. An event may be handled twice, and is never skipped: an instance
// that takes the lease over begins after the number in the row.
//
// # Files
//
//   - follower.go: Follower, and the lease
//   - connection.go: one connection to the relay
//   - event.go: frames
//   - metrics.go: what is measured
package relay
