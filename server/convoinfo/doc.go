// Package convoinfo has the method by which members change the encrypted info of a
// conversation: its name, description and picture. Clients encrypt the info under a
// key of its own, and wrap that key under a secret of the group's epoch. The service
// stores both and reads neither.
//
// # The life of an info
//
// updateConvoInfo stores the info with its key, as the version after the one that the
// caller knows. A commit may carry the key wrapped for its epoch (server/group). A
// device that enters cannot unwrap a key of an epoch before; where the commit brings
// none, an event asks for it, and a member answers by updateConvoInfo without info.
//
// # Files
//
//   - update.go: UpdateConvoInfo
package convoinfo
