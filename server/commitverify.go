package server

import (
	"bytes"
	"context"
	"fmt"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
)

// verification is what a commit does to its group, as far as an outsider can
// tell. It is made outside the transaction, against the immutable state of the
// commit's epoch; err is told under the lock, after what comes before it.
type verification struct {
	knownGroup
	// next is the group of the epoch that the commit leads to; nil where
	// nothing shows it.
	next *mls.Group
	// signer is the committer's leaf in next.
	signer uint32
	// packages are those that the Welcome names, as they were published.
	packages []*mls.KeyPackage
	err      error
}

// verifyCommit does all that costs signature checks.
func (s *Server) verifyCommit(ctx context.Context, caller string, req *commitRequest, p *parsedCommit) (*verification, error) {
	v := &verification{}
	var err error
	if v.knownGroup, err = s.knownGroup(ctx, req.conversation, caller, p.epoch); err != nil || !v.inEpoch {
		return v, err
	}
	q := db.New(s.pool)
	if v.packages, err = namedPackages(ctx, q, p.invite); err != nil {
		return nil, err
	}
	if p.public != nil && v.base != nil {
		proposals, err := readProposals(ctx, q, req.conversation, p)
		if err != nil {
			return nil, err
		}
		v.err = v.applyPublic(req, p, proposals, s.memory)
		return v, nil
	}
	v.err = v.takeStated(req, p, s.memory, s.requireGroupInfo)
	return v, nil
}

// namedPackages reads the packages that a Welcome names; unknown ones are left
// out.
func namedPackages(ctx context.Context, q *db.Queries, w *mls.Welcome) ([]*mls.KeyPackage, error) {
	if w == nil {
		return nil, nil
	}
	rows, err := q.PackagesByRef(ctx, w.Refs())
	if err != nil {
		return nil, fmt.Errorf("read key packages: %w", err)
	}
	out := make([]*mls.KeyPackage, len(rows))
	for i, b := range rows {
		if out[i], err = mls.ParseKeyPackage(b); err != nil {
			return nil, fmt.Errorf("stored key package does not parse: %w", err)
		}
	}
	return out, nil
}

// readProposals reads the readable proposals that a commit refers to, by
// reference.
func readProposals(ctx context.Context, q *db.Queries, convoID string, p *parsedCommit) (map[string]*mls.PublicMessage, error) {
	var refs [][]byte
	for _, x := range p.public.Commit.Proposals {
		if x.Proposal == nil {
			refs = append(refs, x.Ref)
		}
	}
	if len(refs) == 0 {
		return nil, nil
	}
	rows, err := q.ProposalsByRef(ctx, convoID, p.epoch, refs)
	if err != nil {
		return nil, fmt.Errorf("read proposals: %w", err)
	}
	out := make(map[string]*mls.PublicMessage, len(rows))
	for _, r := range rows {
		m, err := mls.ParseMessage(r.Ciphertext)
		if err != nil {
			return nil, fmt.Errorf("stored proposal does not parse: %w", err)
		}
		out[string(r.ProposalRef)] = m.Public
	}
	return out, nil
}

// applyPublic computes the next epoch from a readable commit. A GroupInfo that
// comes with it must state the same; its tree is needed no more.
func (v *verification) applyPublic(req *commitRequest, p *parsedCommit, proposals map[string]*mls.PublicMessage, mem *mls.Memory) error {
	var next *mls.Group
	var effect *mls.Effect
	if err := v.try(func(g *mls.Group) (err error) {
		next, effect, err = g.ApplyCommit(p.public, func(ref []byte) *mls.PublicMessage { return proposals[string(ref)] }, mem)
		return err
	}); err != nil {
		return gen.Errorf(gen.ErrInvalidCommit, "%s: %v", req.commitField, err)
	}
	v.next, v.signer = next, effect.Committer
	e := p.evidence
	if e.info == nil {
		if e.tree != nil && !bytes.Equal(e.tree.Bytes(), next.Tree.Bytes()) {
			return gen.Errorf(gen.ErrInvalidGroupInfo, "ratchetTree: is not the tree that the %s leads to", req.commitField)
		}
		return nil
	}
	if e.info.Signer != effect.Committer {
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: signer: found leaf %d, want leaf %d, the committer's", e.info.Signer, effect.Committer)
	}
	if effect.Alternative == nil {
		return e.states(next, "that the "+req.commitField+" leads to", mem)
	}
	// Clients start the transcript in two ways: the GroupInfo tells which.
	if e.states(effect.Alternative, "", mem) == nil {
		v.next = effect.Alternative
		return nil
	}
	return e.states(next, "that the "+req.commitField+" leads to", mem)
}

// takeStated takes the next epoch from the GroupInfo, where nothing else tells
// it.
func (v *verification) takeStated(req *commitRequest, p *parsedCommit, mem *mls.Memory, required bool) error {
	e := p.evidence
	if e.info == nil || e.tree == nil {
		if p.public == nil && (required || req.needsGroupInfo) {
			return missingEvidence(e)
		}
		return nil
	}
	next, err := e.info.Verify(e.tree, mem)
	if err != nil {
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: %v", err)
	}
	v.next, v.signer = next, e.info.Signer
	if p.public == nil {
		return nil
	}
	// The commit cannot be verified, but its path must be in the tree.
	if path := p.public.Commit.Path; path != nil {
		if l := next.Tree.Leaf(v.signer); l == nil || !bytes.Equal(l.Raw, path.LeafNode.Raw) {
			return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: leaf[%d], its signer's: is not the leaf_node of the path of the %s (RFC 9420 §12.4.3)", v.signer, req.commitField)
		}
	}
	return nil
}

// missingEvidence says what a commit or a group that nobody outside can read
// has to come with.
func missingEvidence(e *evidence) error {
	if e.info == nil {
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: missing; a commit sent as PrivateMessage needs the GroupInfo of the epoch it leads to")
	}
	return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: has no ratchet_tree, and none came beside it; of a commit sent as PrivateMessage nothing else shows the members (RFC 9420 §12.4.3.3)")
}

// states checks that a GroupInfo is one of the group g, whose tree it may leave
// out. what says which group that is.
func (e *evidence) states(g *mls.Group, what string, mem *mls.Memory) error {
	tree := e.tree
	if tree == nil {
		tree = g.Tree
	}
	stated, err := e.info.Verify(tree, mem)
	if err != nil {
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: %v", err)
	}
	if field := differs(stated, g); field != "" {
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: %s: is not that of the epoch %s", field, what)
	}
	if tree == g.Tree && e.ratchetTree == nil {
		e.knownTree = g.Tree
	}
	return nil
}

// differs names the first field in which two statements of an epoch are not
// the same, "" where they are.
func differs(a, b *mls.Group) string {
	x, y := &a.Context, &b.Context
	switch {
	case x.CipherSuite != y.CipherSuite:
		return "group_context.cipher_suite"
	case x.Epoch != y.Epoch:
		return "group_context.epoch"
	case !bytes.Equal(x.TreeHash, y.TreeHash):
		if i := firstLeaf(a.Tree, b.Tree); i >= 0 {
			return fmt.Sprintf("group_context.tree_hash (the trees differ at leaf[%d])", i)
		}
		return "group_context.tree_hash"
	case !bytes.Equal(x.ConfirmedTranscriptHash, y.ConfirmedTranscriptHash):
		return "group_context.confirmed_transcript_hash"
	case !bytes.Equal(x.Bytes(), y.Bytes()):
		return "group_context.extensions"
	case !bytes.Equal(a.Interim, b.Interim):
		return "confirmation_tag"
	}
	return ""
}

// firstLeaf finds the first leaf in which two trees differ; -1 where it is only
// parents.
func firstLeaf(a, b *mls.RatchetTree) int {
	for i := range uint32(max(a.Width(), b.Width())) {
		x, y := a.Leaf(i), b.Leaf(i)
		if (x == nil) != (y == nil) || x != nil && !bytes.Equal(x.Raw, y.Raw) {
			return int(i)
		}
	}
	return -1
}
