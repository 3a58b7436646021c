package mls

import "slices"

// GroupContext is the public state on which all members agree (RFC 9420 §8.1).
type GroupContext struct {
	CipherSuite             CipherSuite
	GroupID                 []byte
	Epoch                   uint64
	TreeHash                []byte
	ConfirmedTranscriptHash []byte
	Extensions              Extensions
}

func parseGroupContext(r *reader) GroupContext {
	parseVersion(r)
	return GroupContext{
		CipherSuite:             CipherSuite(r.u16("cipher_suite")),
		GroupID:                 r.opaque("group_id"),
		Epoch:                   r.u64("epoch"),
		TreeHash:                r.opaque("tree_hash"),
		ConfirmedTranscriptHash: r.opaque("confirmed_transcript_hash"),
		Extensions:              parseExtensions(r, "extensions"),
	}
}

// ParseGroupContext parses a GroupContext that GroupContext.Bytes encoded.
func ParseGroupContext(b []byte) (*GroupContext, error) {
	r := newReader("GroupContext", b)
	c := parseGroupContext(r)
	if err := r.end(); err != nil {
		return nil, err
	}
	return &c, nil
}

// Append appends the encoding of the context to b.
func (c *GroupContext) Append(b []byte) []byte {
	b = appendU16(appendU16(b, versionMLS10), uint16(c.CipherSuite))
	b = appendU64(appendOpaque(b, c.GroupID), c.Epoch)
	b = appendOpaque(appendOpaque(b, c.TreeHash), c.ConfirmedTranscriptHash)
	return c.Extensions.append(b)
}

// Bytes returns the encoding of the context.
func (c *GroupContext) Bytes() []byte { return c.Append(nil) }

// GroupInfo is the public state of a group, signed by a member (RFC 9420
// §12.4.3).
type GroupInfo struct {
	// Raw is the encoding without MLSMessage.
	Raw             []byte
	Context         GroupContext
	Extensions      Extensions
	ConfirmationTag []byte
	// Signer is the leaf index of the member that signed the GroupInfo.
	Signer    uint32
	Signature []byte
	signed    int
}

func parseGroupInfo(r *reader) *GroupInfo {
	start := r.b
	g := &GroupInfo{}
	r.push("group_context")
	g.Context = parseGroupContext(r)
	r.pop()
	g.Extensions = parseExtensions(r, "extensions")
	g.ConfirmationTag = r.opaque("confirmation_tag")
	g.Signer = r.u32("signer")
	g.signed = len(start) - len(r.b)
	g.Signature = r.opaque("signature")
	g.Raw = r.since(start)
	return g
}

// ParseGroupInfo parses a GroupInfo, with or without MLSMessage around it.
func ParseGroupInfo(b []byte) (*GroupInfo, error) {
	m, err := ParseMessage(b)
	if err == nil {
		if m.GroupInfo == nil {
			return nil, wrongFormat("GroupInfo", m.WireFormat, WireFormatGroupInfo)
		}
		return m.GroupInfo, nil
	}
	r := newReader("GroupInfo", b)
	g := parseGroupInfo(r)
	bareErr := r.end()
	if bareErr == nil {
		return g, nil
	}
	return nil, moreLikelyError(b, WireFormatGroupInfo, err, bareErr)
}

// Append appends the encoding of the GroupInfo's fields, without MLSMessage, to
// b. It ignores Raw.
func (g *GroupInfo) Append(b []byte) []byte {
	return appendOpaque(g.AppendTBS(b), g.Signature)
}

// AppendTBS appends GroupInfoTBS, the bytes that the signature covers.
func (g *GroupInfo) AppendTBS(b []byte) []byte {
	b = g.Context.Append(b)
	b = g.Extensions.append(b)
	return appendU32(appendOpaque(b, g.ConfirmationTag), g.Signer)
}

// RatchetTree parses the ratchet_tree extension. It returns nil when the
// extension is absent.
func (g *GroupInfo) RatchetTree() (*RatchetTree, error) {
	data, ok := g.Extensions.Find(ExtensionRatchetTree)
	if !ok {
		return nil, nil
	}
	return ParseRatchetTree(data)
}

// WithoutTree returns message without the tree that its ratchet_tree extension
// contains, and the offset of the tree. The lengths before the tree stay as they
// are, so that the message is complete again with the tree at that offset. inside
// is false if there is no such extension. message is what g was parsed from.
func (g *GroupInfo) WithoutTree(message []byte) (rest []byte, at int, inside bool) {
	size := 0
	for _, e := range g.Extensions {
		size += 2 + vectorSize(len(e.Data))
	}
	at = len(message) - len(g.Raw) + len(g.Context.Bytes()) + vectorSize(size) - size
	for _, e := range g.Extensions {
		at += 2 + vectorSize(len(e.Data))
		if e.Type == ExtensionRatchetTree {
			at -= len(e.Data)
			return slices.Concat(message[:at], message[at+len(e.Data):]), at, true
		}
	}
	return message, 0, false
}
