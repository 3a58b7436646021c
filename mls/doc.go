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
package mls
