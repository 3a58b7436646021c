// Package mls parses and checks Messaging Layer Security objects (RFC 9420) from
// outside the group. Like every delivery service it has public keys only.
//
// The package does no I/O, keeps no global state, and takes the time as an
// argument. It never handles a secret.
//
// # Parsing
//
// Parsing is strict. Length headers must have their shortest form (RFC 9420
// §2.1.2), no byte may be left over, and an enumeration must have a defined
// value wherever an unknown one would change the meaning. Encoding a parsed
// value gives the bytes from which it was parsed. Memory use is bounded by the
// size of the input (64 times, plus 64 KiB), whatever lengths the input
// declares. Parsed values alias the input, so do not modify it while they are
// in use.
//
// # What is checked, and what is not
//
// Of encrypted fields only the length can be checked: exactly, if the plaintext
// has a fixed length, otherwise against the least length that the cipher suite
// allows. A PrivateMessage does not state its suite, so a caller that knows the
// group also calls PrivateMessage.Verify.
//
// Two things cannot be checked from outside. The confirmation and membership
// tags are MACs under secrets of the group. external_pub can be derived by
// members only.
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
//   - treediff.go: the change from one tree to another, as it is stored
//   - roster.go: what changed between two trees
//   - leafcache.go: verified leaves, so that they are not checked again
package mls
