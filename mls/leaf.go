package mls

import "fmt"

// LeafNodeSource states how a leaf came into its tree (RFC 9420 §7.2).
type LeafNodeSource uint8

// Leaf node sources of RFC 9420.
const (
	SourceKeyPackage LeafNodeSource = 1
	SourceUpdate     LeafNodeSource = 2
	SourceCommit     LeafNodeSource = 3
)

// String returns the name that RFC 9420 uses.
func (s LeafNodeSource) String() string {
	switch s {
	case SourceKeyPackage:
		return "key_package"
	case SourceUpdate:
		return "update"
	case SourceCommit:
		return "commit"
	}
	return fmt.Sprintf("leaf_node_source %d", uint8(s))
}

// Capabilities lists what a client supports (RFC 9420 §7.2).
type Capabilities struct {
	Versions     List[uint16]
	CipherSuites List[CipherSuite]
	Extensions   List[ExtensionType]
	Proposals    List[ProposalType]
	Credentials  List[CredentialType]
}

// Lifetime is the period in which a key package may be used, in seconds of Unix
// time, both ends included (RFC 9420 §7.2).
type Lifetime struct{ NotBefore, NotAfter uint64 }

// LeafNode represents one device in a ratchet tree or in a key package.
type LeafNode struct {
	// Raw is the complete encoding.
	Raw           []byte
	EncryptionKey []byte
	SignatureKey  []byte
	Credential    Credential
	Capabilities  Capabilities
	Source        LeafNodeSource
	Lifetime      Lifetime // set for SourceKeyPackage only
	ParentHash    []byte   // set for SourceCommit only
	Extensions    Extensions
	Signature     []byte
	signed        int // number of bytes of Raw that precede the signature
}

// parse fills the node in place, because the struct is large and a tree has
// many of them.
func (l *LeafNode) parse(r *reader) {
	start := r.b
	l.EncryptionKey = r.opaque("encryption_key")
	l.SignatureKey = r.opaque("signature_key")
	l.Credential = parseCredential(r)
	l.Capabilities = parseCapabilities(r)
	l.Source = LeafNodeSource(r.u8("leaf_node_source"))
	switch l.Source {
	case SourceKeyPackage:
		l.Lifetime = Lifetime{NotBefore: r.u64("lifetime.not_before"), NotAfter: r.u64("lifetime.not_after")}
	case SourceUpdate:
	case SourceCommit:
		l.ParentHash = r.opaque("parent_hash")
	default:
		r.fail("leaf_node_source", fmt.Sprint(uint8(l.Source)), "1, 2 or 3", "RFC 9420 §7.2")
	}
	l.Extensions = parseExtensions(r, "extensions")
	l.signed = len(start) - len(r.b)
	l.Signature = r.opaque("signature")
	l.Raw = r.since(start)
}

func parseCapabilities(r *reader) Capabilities {
	return Capabilities{
		Versions:     parseList[uint16](r, "capabilities.versions"),
		CipherSuites: parseList[CipherSuite](r, "capabilities.cipher_suites"),
		Extensions:   parseList[ExtensionType](r, "capabilities.extensions"),
		Proposals:    parseList[ProposalType](r, "capabilities.proposals"),
		Credentials:  parseList[CredentialType](r, "capabilities.credentials"),
	}
}

// Append appends the encoding of the node's fields to b. It ignores Raw.
func (l *LeafNode) Append(b []byte) []byte {
	return appendOpaque(l.appendUnsigned(b), l.Signature)
}

// appendUnsigned appends everything that precedes the signature.
func (l *LeafNode) appendUnsigned(b []byte) []byte {
	b = appendOpaque(b, l.EncryptionKey)
	b = appendOpaque(b, l.SignatureKey)
	b = l.Credential.append(b)
	b = appendOpaque(b, l.Capabilities.Versions)
	b = appendOpaque(b, l.Capabilities.CipherSuites)
	b = appendOpaque(b, l.Capabilities.Extensions)
	b = appendOpaque(b, l.Capabilities.Proposals)
	b = appendOpaque(b, l.Capabilities.Credentials)
	b = append(b, byte(l.Source))
	switch l.Source {
	case SourceKeyPackage:
		b = appendU64(appendU64(b, l.Lifetime.NotBefore), l.Lifetime.NotAfter)
	case SourceCommit:
		b = appendOpaque(b, l.ParentHash)
	}
	return l.Extensions.append(b)
}

// AppendTBS appends LeafNodeTBS (RFC 9420 §7.2), the bytes that the signature
// covers. groupID and index are used only when the source is update or commit.
func (l *LeafNode) AppendTBS(b, groupID []byte, index uint32) []byte {
	if l.Raw != nil {
		b = append(b, l.Raw[:l.signed]...)
	} else {
		b = l.appendUnsigned(b)
	}
	if l.Source != SourceKeyPackage {
		b = appendU32(appendOpaque(b, groupID), index)
	}
	return b
}

// Identity returns the DID and the device name in the leaf's credential.
func (l *LeafNode) Identity() (Identity, error) { return l.Credential.Parse() }

// DeviceID returns the device id that belongs to the leaf's signature key.
func (l *LeafNode) DeviceID() string { return DeviceID(l.SignatureKey) }
