package mls

import "fmt"

// An AEAD ciphertext is as long as its plaintext plus one tag, so its length
// can be checked without a key. Where the plaintext has a variable length, the
// minimum is checked: the length of a plaintext in which every vector is as
// short as the suite allows.

const (
	// tagSize is the number of bytes that the AEAD of every suite adds (RFC
	// 9180 §7.3).
	tagSize = 16
	// senderDataSize is the length of an encrypted SenderData: leaf_index,
	// generation, reuse_guard (RFC 9420 §6.3.2).
	senderDataSize = 4 + 4 + 4 + tagSize
	// unknownHash is the shortest hash of all suites. It is used when the suite
	// is not known.
	unknownHash = 32
)

// vectorSize returns the encoded length of an opaque<V> that holds n bytes.
func vectorSize(n int) int {
	var head [4]byte
	return len(appendLength(head[:0], n)) + n
}

// leastSignature returns the length of the shortest signature. ECDSA signatures
// are in DER: a SEQUENCE of two INTEGERs of at least one byte each.
func (c curve) leastSignature() int {
	switch c {
	case ed25519Key:
		return 64
	case ed448Key:
		return 114
	}
	return 8
}

// leastContent returns the least length of an encrypted PrivateMessageContent
// (RFC 9420 §6.3.1). It consists of the content, a signature, the confirmation
// tag if the content is a commit, and no padding.
func leastContent(t ContentType, hashSize, signature int) int {
	n := vectorSize(signature) + tagSize
	switch t {
	case ContentTypeProposal:
		n += 2 // the proposal_type of a proposal without a body
	case ContentTypeCommit:
		// The shortest commit has one such proposal by value and no path. A
		// commit without proposals needs a path, which is longer.
		n += vectorSize(1+2) + 1 + vectorSize(hashSize)
	default:
		n += vectorSize(0)
	}
	return n
}

// LeastCiphertext returns the length of the shortest possible
// PrivateMessage.ciphertext of a content type in a group with suite s. For an
// unknown suite it returns the minimum over all suites.
func (s CipherSuite) LeastCiphertext(t ContentType) int {
	i, ok := s.info()
	if !ok {
		return leastContent(t, unknownHash, noCurve.leastSignature())
	}
	return leastContent(t, i.hashSize, i.curve.leastSignature())
}

// leastGroupSecrets returns the least length of an encrypted GroupSecrets (RFC
// 9420 §12.4.3.1): a joiner_secret, no path_secret, no pre-shared keys.
func (i *suiteInfo) leastGroupSecrets() int { return vectorSize(i.hashSize) + 1 + 1 + tagSize }

// leastGroupInfo returns the least length of the encrypted GroupInfo of a
// Welcome: an empty group id and no extensions. The confirmed transcript hash
// is present, because every Welcome belongs to a commit.
func (i *suiteInfo) leastGroupInfo() int {
	hash := vectorSize(i.hashSize)
	context := 2 + 2 + vectorSize(0) + 8 + hash + hash + vectorSize(0)
	return context + vectorSize(0) + hash + 4 + vectorSize(i.curve.leastSignature()) + tagSize
}

// pathSecretSize returns the length of an encrypted path secret. A path secret
// is as long as the suite's hash and has no length header (RFC 9420 §7.6).
func (i *suiteInfo) pathSecretSize() int { return i.hashSize + tagSize }

func bytesFound(v []byte) string { return fmt.Sprintf("%d bytes", len(v)) }

// wantSize fails the reader when v is not n bytes long.
func wantSize(r *reader, field string, v []byte, n int, section string) {
	if len(v) != n {
		r.failAs(KindInvalid, field, bytesFound(v), fmt.Sprintf("%d bytes", n), section)
	}
}

// wantLeast fails the reader when v is shorter than n bytes.
func wantLeast(r *reader, field string, v []byte, n int, section string) {
	if len(v) < n {
		r.failAs(KindInvalid, field, bytesFound(v), fmt.Sprintf("at least %d bytes", n), section)
	}
}

// Verify checks a PrivateMessage as far as is possible from outside the group:
// its ciphertext must be long enough for its content type. s is the suite of
// the group, which the message does not state.
func (m *PrivateMessage) Verify(s CipherSuite) error {
	if !s.Known() {
		return within("PrivateMessage", "", s.Supported())
	}
	if n := s.LeastCiphertext(m.ContentType); len(m.Ciphertext) < n {
		return within("PrivateMessage", "", invalid("ciphertext", bytesFound(m.Ciphertext),
			fmt.Sprintf("at least %d bytes, the %s with a signature and an AEAD tag of %s", n, m.ContentType, s), "RFC 9420 §6.3.1"))
	}
	return nil
}

// NeedsSuite reports whether Verify fails for some supported suite. If it does
// not, a caller that does not know the group's suite need not look it up.
func (m *PrivateMessage) NeedsSuite() bool {
	for _, s := range SupportedCipherSuites() {
		if m.Verify(s) != nil {
			return true
		}
	}
	return false
}

// verifyLengths checks the lengths of the ciphertexts of a Welcome whose suite
// is known.
func (w *Welcome) verifyLengths() error {
	info, _ := w.CipherSuite.info()
	least := info.leastGroupSecrets()
	for i := range w.Secrets {
		if c := w.Secrets[i].Secrets.Ciphertext; len(c) < least {
			return invalid(fmt.Sprintf("secrets[%d].ciphertext", i), bytesFound(c),
				fmt.Sprintf("at least %d bytes, the GroupSecrets and an AEAD tag of %s", least, w.CipherSuite), "RFC 9420 §12.4.3.1")
		}
	}
	if n := info.leastGroupInfo(); len(w.EncryptedGroupInfo) < n {
		return invalid("encrypted_group_info", bytesFound(w.EncryptedGroupInfo),
			fmt.Sprintf("at least %d bytes, the GroupInfo and an AEAD tag of %s", n, w.CipherSuite), "RFC 9420 §12.4.3.1")
	}
	return nil
}

// verifyLengths checks the lengths of everything in a PublicMessage that is
// encrypted to others. In a standalone proposal it also checks the keys of the
// leaf, to which others will encrypt. The keys in a commit are checked when
// they are put into the tree.
func (m *PublicMessage) verifyLengths(s CipherSuite) error {
	info, ok := s.info()
	switch {
	case !ok:
		return s.Supported()
	case m.ContentType == ContentTypeProposal:
		return within("", "proposal", info.verifyProposal(m.Proposal, s))
	case m.ContentType == ContentTypeCommit:
		return within("", "commit", info.verifyCommit(m.Commit))
	}
	return nil
}

func (i *suiteInfo) verifyProposal(p Proposal, s CipherSuite) error {
	switch v := p.(type) {
	case *Add:
		return within("", "add.key_package", v.KeyPackage.checkFor(s))
	case *Update:
		return within("", "update.leaf_node", v.LeafNode.checkForm(s))
	}
	return i.verifyByValue(p)
}

// verifyByValue checks the lengths in a proposal that a commit holds by value.
func (i *suiteInfo) verifyByValue(p Proposal) error {
	switch v := p.(type) {
	case *ExternalInit:
		if len(v.KEMOutput) != i.kemOutput {
			return invalid("external_init.kem_output", bytesFound(v.KEMOutput), fmt.Sprintf("%d bytes", i.kemOutput), "RFC 9420 §12.4.3.2")
		}
	case *PreSharedKey:
		if len(v.Nonce) != i.hashSize {
			return invalid("psk.psk_nonce", bytesFound(v.Nonce), fmt.Sprintf("%d bytes", i.hashSize), "RFC 9420 §8.4")
		}
	}
	return nil
}

func (i *suiteInfo) verifyCommit(c *Commit) error {
	for n, p := range c.Proposals {
		if err := i.verifyByValue(p.Proposal); err != nil {
			return within("", fmt.Sprintf("proposals[%d]", n), err)
		}
	}
	if c.Path == nil {
		return nil
	}
	for n := range c.Path.Nodes {
		if err := i.verifyPathSecrets(c.Path.Nodes[n].Encrypted); err != nil {
			return within("", fmt.Sprintf("path.nodes[%d]", n), err)
		}
	}
	return nil
}

// verifyPathSecrets checks the body of an encrypted_path_secret vector.
func (i *suiteInfo) verifyPathSecrets(body []byte) error {
	const field, section = "encrypted_path_secret", "RFC 9420 §7.6"
	r := newReader("", body)
	r.push(field)
	for n := 0; r.more(); n++ {
		r.pushIndex("", n)
		wantSize(r, "kem_output", r.opaque("kem_output"), i.kemOutput, section)
		wantSize(r, "ciphertext", r.opaque("ciphertext"), i.pathSecretSize(), section)
		r.pop()
	}
	return r.end()
}
