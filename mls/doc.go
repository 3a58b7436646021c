// Package mls reads and checks Messaging Layer Security objects (RFC 9420)
// from outside the group: with public keys only, as a delivery service does.
//
// The package is pure. It does no I/O, keeps no global state, and takes the
// time as an argument. It holds no secret and cannot hold one.
//
// Reading is strict: variable-length headers in their shortest form (RFC 9420
// §2.1.2), no byte left over, enumerations within their values where a wrong
// one would change the meaning. What is allocated is bounded by the size of
// the input (64 times, plus 64 KiB), whatever lengths the input declares, and
// encoding a parsed value gives the bytes it came from.
//
// What is encrypted is checked for its length: exactly where the plaintext has
// one length, else for the least that the cipher suite allows. A PrivateMessage
// does not name its suite: whoever knows the group calls PrivateMessage.Verify.
//
// Parsed values alias the input: it must not be modified while they are used.
//
// Two things cannot be checked from outside and are not: the confirmation and
// membership tags, which are MACs under secrets of the group, and external_pub,
// which only a member can derive.
//
// # The life of a commit
//
// A client sends a commit as an MLSMessage. ParseMessage gives a Message with a
// PublicMessage or a PrivateMessage; every error names the field and the section
// of the RFC. The service has the Group of the epoch in which the commit was
// sent: it came from GroupInfo.Verify, which checks the signature, the tree hash,
// the parent hashes and every leaf of the tree. For a PublicMessage,
// Group.ApplyCommit checks the sender, the signature, the proposals and the path,
// and gives the next Group with an Effect, which names the added leaves. For a
// PrivateMessage the next Group comes from the GroupInfo that was sent with the
// commit. In both cases Group.CompareRoster checks that the next Group has exactly
// the claimed changes, leaf by leaf. The caller decides which removals are
// allowed: this package knows leaves and the DIDs in their credentials, not the
// rights of accounts.
//
// The group of an epoch never changes, so what was verified stays verified:
// docs/decisions/0009-group-of-an-epoch.md.
//
// # Files
//
//   - message.go, framing.go: MLSMessage, PublicMessage, PrivateMessage
//   - reader.go, writer.go, list.go, lengths.go: encodings and their bounds
//   - errors.go: the kinds of failure, and known deviations of client libraries
//   - suite.go, keys.go: cipher suites, keys and signatures
//   - credential.go, identity.go, extension.go: what leaves consist of
//   - leaf.go, verifyleaf.go: leaf nodes
//   - keypackage.go, verifykeypackage.go: key packages
//   - welcome.go: Welcomes
//   - tree.go, treemath.go, treehash.go, verifytree.go: the ratchet tree
//   - groupinfo.go, verifygroup.go, group.go: GroupInfo, and the Group it proves
//   - proposal.go, commit.go, external.go: proposals and commits
//   - apply.go, applypath.go, treechange.go: what a commit does to a tree
//   - roster.go: what changed between two trees
//   - memory.go: verified leaves, so that they are not checked again
package mls
