package mls

import "fmt"

// ProposalOrRef is one entry of a commit's proposals: a proposal by value, or
// the ProposalRef of a proposal that was sent earlier (RFC 9420 §12.4).
type ProposalOrRef struct {
	// Proposal is nil when Ref is set.
	Proposal Proposal
	Ref      []byte
}

// UpdatePathNode is one parent node of an UpdatePath (RFC 9420 §7.6).
type UpdatePathNode struct {
	EncryptionKey []byte
	// Ciphertexts is the number of encrypted path secrets: one for each node in
	// the resolution of the copath child. Encrypted is the body of their
	// vector.
	Ciphertexts int
	Encrypted   []byte
}

// UpdatePath renews the committer's direct path (RFC 9420 §7.6).
type UpdatePath struct {
	LeafNode LeafNode
	Nodes    []UpdatePathNode
}

// Commit moves a group to its next epoch (RFC 9420 §12.4).
type Commit struct {
	Proposals []ProposalOrRef
	// Path is nil when the commit has no UpdatePath.
	Path *UpdatePath
}

func parseCommit(r *reader) *Commit {
	c := &Commit{}
	rest := r.open("proposals")
	for i := 0; r.more(); i++ {
		r.pushIndex("", i)
		c.Proposals = appendDoubling(c.Proposals, parseProposalOrRef(r))
		r.pop()
	}
	r.close(rest)
	if parseOptional(r, "path") {
		r.push("path")
		c.Path = parseUpdatePath(r)
		r.pop()
	}
	return c
}

// appendDoubling appends v and doubles the capacity when it is exhausted. The
// allocations of a growing list then add up to at most four times its size,
// whatever growth policy the Go runtime has.
func appendDoubling[T any](s []T, v T) []T {
	if len(s) == cap(s) {
		grown := make([]T, len(s), 2*cap(s)+1)
		copy(grown, s)
		s = grown
	}
	return append(s, v)
}

func parseProposalOrRef(r *reader) ProposalOrRef {
	switch t := r.u8("type"); {
	case r.err != nil:
	case t == 1:
		return ProposalOrRef{Proposal: parseProposal(r)}
	case t == 2:
		ref := r.opaque("reference")
		if n := len(ref); r.err == nil && n != 32 && n != 48 && n != 64 {
			r.fail("reference", fmt.Sprintf("%d bytes", n), "a hash of 32, 48 or 64 bytes", "RFC 9420 §5.2")
		}
		return ProposalOrRef{Ref: ref}
	default:
		r.fail("type", fmt.Sprint(t), "1 (proposal) or 2 (reference)", "RFC 9420 §12.4")
	}
	return ProposalOrRef{}
}

// parseOptional reads the presence byte of optional<T> (RFC 9420 §2.1.1).
func parseOptional(r *reader, field string) bool {
	t := r.u8(field)
	if t > 1 {
		r.fail(field, fmt.Sprintf("presence byte %d", t), "0 or 1", "RFC 9420 §2.1.1")
	}
	return r.err == nil && t == 1
}

func skipPathNode(r *reader) { r.opaque(""); r.opaque("") }

func parseUpdatePath(r *reader) *UpdatePath {
	p := &UpdatePath{}
	r.push("leaf_node")
	p.LeafNode.parse(r)
	r.pop()
	rest := r.open("nodes")
	if n := r.count(skipPathNode); n > 0 {
		p.Nodes = make([]UpdatePathNode, 0, n)
	}
	for i := 0; r.more(); i++ {
		r.pushIndex("", i)
		p.Nodes = append(p.Nodes, parseUpdatePathNode(r))
		r.pop()
	}
	r.close(rest)
	return p
}

func parseUpdatePathNode(r *reader) UpdatePathNode {
	n := UpdatePathNode{EncryptionKey: r.opaque("encryption_key")}
	rest := r.open("encrypted_path_secret")
	n.Encrypted = r.b
	for r.more() {
		r.opaque("kem_output")
		r.opaque("ciphertext")
		n.Ciphertexts++
	}
	r.close(rest)
	return n
}

// Append appends the encoding of the commit, without framing, to b.
func (c *Commit) Append(b []byte) []byte {
	b = appendVector(b, func(b []byte) []byte {
		for _, p := range c.Proposals {
			if p.Proposal != nil {
				b = AppendProposal(append(b, 1), p.Proposal)
			} else {
				b = appendOpaque(append(b, 2), p.Ref)
			}
		}
		return b
	})
	if c.Path == nil {
		return append(b, 0)
	}
	return c.Path.append(append(b, 1))
}

func (p *UpdatePath) append(b []byte) []byte {
	b = p.LeafNode.Append(b)
	return appendVector(b, func(b []byte) []byte {
		for _, n := range p.Nodes {
			b = appendOpaque(appendOpaque(b, n.EncryptionKey), n.Encrypted)
		}
		return b
	})
}

// ParseCommit parses a commit without framing.
func ParseCommit(b []byte) (*Commit, error) {
	r := newReader("Commit", b)
	c := parseCommit(r)
	if err := r.end(); err != nil {
		return nil, err
	}
	return c, nil
}
