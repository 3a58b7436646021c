// Package contacts keeps what an account has decided about other accounts: whom it
// has blocked.
//
// BlockAccount stores one row. From the next statement on, the blocker may not be added
// by the blocked account (server/consent): getKeyPackages leaves the blocker's devices
// out, a commit that names its key packages is refused as if they did not exist, and
// sendEphemeral tells the instances not to deliver to the blocker (server/live). All
// of them read the row in their own transaction, so a block holds on all instances
// as soon as the call has returned.
//
// # Files
//
//   - service.go: Service
//   - blocks.go: blockAccount, unblockAccount and listBlocks
package contacts
