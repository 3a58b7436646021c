// Package roles has the methods by which admins settle who may do what in a
// conversation: roles, the policy, and its lock. server/group asks for these rights
// where a commit is decided, the statement of sendMessage where a message is stored.
//
// # The life of a change
//
// UpdateMemberRole, for example, runs change.run: it locks the row of the
// conversation, requires that the caller is a member, and gives the handler its role.
// The handler requires an admin and writes the new role. It raises roster_version, so
// that a message which waits for the row is decided again, by the new role, and logs
// an event. As everything that needs a right is decided under the same lock, it comes
// before the change or after it.
//
// # Files
//
//   - service.go: Service
//   - change.go: the transaction of a change
//   - memberrole.go: UpdateMemberRole
//   - policy.go: UpdateConvoPolicy
//   - lock.go: LockConvo, UnlockConvo, and the operator's lock
package roles
