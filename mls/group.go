package mls

// Group is what an outsider knows of a group in one epoch. It is immutable.
type Group struct {
	Context GroupContext
	Tree    *RatchetTree
	// Interim is the interim transcript hash of the epoch (RFC 9420 §8.2); nil
	// when it is not known.
	Interim []byte
}

// ConfirmedTranscriptHash is that of the epoch a commit leads to (RFC 9420
// §8.2): interim is the interim hash of the epoch it was sent in, content its
// FramedContent, and f the wire format it was sent in.
func ConfirmedTranscriptHash(s CipherSuite, interim []byte, f WireFormat, content, signature []byte) []byte {
	b := make([]byte, 0, len(interim)+len(content)+len(signature)+8)
	b = appendU16(append(b, interim...), uint16(f))
	return s.hash(appendOpaque(append(b, content...), signature))
}

// InterimTranscriptHash follows from the confirmed one and the confirmation
// tag of the commit that led to the epoch (RFC 9420 §8.2).
func InterimTranscriptHash(s CipherSuite, confirmed, confirmationTag []byte) []byte {
	return s.hash(appendOpaque(append([]byte(nil), confirmed...), confirmationTag))
}
