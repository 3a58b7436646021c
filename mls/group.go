package mls

// Group is the public state of a group in one epoch. It is immutable.
type Group struct {
	Context GroupContext
	Tree    *RatchetTree
	// Interim is the interim transcript hash of the epoch (RFC 9420 §8.2), or
	// nil when it is not known.
	Interim []byte
}

// ConfirmedTranscriptHash returns the confirmed transcript hash of the epoch
// that a commit creates (RFC 9420 §8.2). interim is the interim transcript hash
// of the epoch in which the commit was sent, content is the commit's
// FramedContent, and f is the wire format in which it was sent.
func ConfirmedTranscriptHash(s CipherSuite, interim []byte, f WireFormat, content, signature []byte) []byte {
	b := make([]byte, 0, len(interim)+len(content)+len(signature)+8)
	b = appendU16(append(b, interim...), uint16(f))
	return s.hash(appendOpaque(append(b, content...), signature))
}

// InterimTranscriptHash returns the interim transcript hash of an epoch (RFC
// 9420 §8.2), given its confirmed transcript hash and the confirmation tag of
// the commit that created it.
func InterimTranscriptHash(s CipherSuite, confirmed, confirmationTag []byte) []byte {
	return s.hash(appendOpaque(append([]byte(nil), confirmed...), confirmationTag))
}
