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
package mls
