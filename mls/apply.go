package mls

import (
	"bytes"
	"fmt"
)

const sectionProposals = "RFC 9420 §12.2"

// Effect describes the changes that a commit made to the tree.
type Effect struct {
	// Committer is the sender's leaf index in the new tree. Joined is set for
	// an external commit.
	Committer uint32
	Joined    bool
	// Added lists the new leaves with their key packages, in the order in which
	// they were added.
	Added []AddedLeaf
	// Removed and Updated list leaf indexes of the old tree.
	Removed, Updated []uint32
	// Alternative is a second candidate for the next epoch; it is set for a
	// commit of epoch 0 only. RFC 9420 defines the first interim transcript
	// hash of a new group twice: in §11 it covers the confirmation tag, in §8.2
	// it is empty. OpenMLS follows §8.2. The Group that ApplyCommit returns
	// follows §11, Alternative follows §8.2. The two differ in their transcript
	// hashes only; the GroupInfo of epoch 1, or the next signature, shows which
	// of them the group uses.
	Alternative *Group
}

// AddedLeaf is a leaf that a commit added.
type AddedLeaf struct {
	Index      uint32
	KeyPackage *KeyPackage
}

// ApplyCommit verifies a commit that a member or an external joiner sent as a
// PublicMessage in this epoch, and computes the next epoch: tree, context and
// transcript hashes (RFC 9420 §12.4.2). proposal returns the PublicMessage of a
// ProposalRef of this epoch, or nil when it is not known; proposal may be nil
// when no proposal is known. cache may be nil.
//
// ApplyCommit refuses ReInit proposals and proposals of external senders. It
// does not check path secrets, the confirmation tag or the lifetimes of added
// key packages, nor which accounts the changed leaves belong to: pass the
// result to CompareRoster for that.
func (g *Group) ApplyCommit(m *PublicMessage, proposal func(ref []byte) *PublicMessage, cache *LeafCache) (*Group, *Effect, error) {
	next, effect, err := g.applyCommit(m, proposal, cache)
	if err != nil {
		return nil, nil, within("PublicMessage", "", err)
	}
	return next, effect, nil
}

func (g *Group) applyCommit(m *PublicMessage, proposal func(ref []byte) *PublicMessage, cache *LeafCache) (*Group, *Effect, error) {
	if m.ContentType != ContentTypeCommit {
		return nil, nil, invalid("content_type", m.ContentType.String(), "commit", "RFC 9420 §12.4")
	}
	if err := cache.payFor(g.Context.CipherSuite, m.signatures()); err != nil {
		return nil, nil, err
	}
	if err := g.verifyMessage(m); err != nil {
		return nil, nil, err
	}
	a := &commitApplier{group: g, message: m, tree: g.Tree.Clone(), extensions: g.Context.Extensions}
	if err := a.resolve(proposal); err != nil {
		return nil, nil, err
	}
	if err := a.checkList(); err != nil {
		return nil, nil, err
	}
	if err := a.applyProposals(); err != nil {
		return nil, nil, err
	}
	if err := a.applyPath(); err != nil {
		return nil, nil, within("", "commit.path", err)
	}
	next, err := a.nextGroup()
	if err != nil {
		return nil, nil, err
	}
	if err := next.Tree.verify(&next.Context, cache); err != nil {
		return nil, nil, within("", "the tree after the commit", err)
	}
	return next, &a.effect, nil
}

// signatures is an upper bound of the signature checks that the commit needs,
// leaf signatures excluded: one for the commit itself, one for each added key
// package, and two for each proposal by reference, which has a message of its
// own and may add a key package.
func (m *PublicMessage) signatures() int {
	n := 1
	for _, p := range m.Commit.Proposals {
		switch {
		case p.Proposal == nil:
			n += 2
		case p.Proposal.Type() == ProposalAdd:
			n++
		}
	}
	return n
}

// commitApplier applies one commit to a copy of the group's tree.
type commitApplier struct {
	group      *Group
	message    *PublicMessage
	proposals  []sentProposal
	tree       *RatchetTree
	extensions Extensions
	effect     Effect
}

// sentProposal is a proposal with its sender's leaf index and its index in the
// commit.
type sentProposal struct {
	value  Proposal
	sender uint32
	index  int
}

func (p *sentProposal) field() string { return fmt.Sprintf("commit.proposals[%d]", p.index) }

// resolve finds the proposals that the commit names by reference, and verifies
// their messages.
func (a *commitApplier) resolve(find func(ref []byte) *PublicMessage) error {
	a.proposals = make([]sentProposal, 0, len(a.message.Commit.Proposals))
	for i, p := range a.message.Commit.Proposals {
		s := sentProposal{value: p.Proposal, sender: a.message.Sender.Index, index: i}
		if s.value == nil {
			var m *PublicMessage
			if find != nil {
				m = find(p.Ref)
			}
			if m == nil || m.ContentType != ContentTypeProposal {
				return invalid(s.field(), "a reference to a proposal that is not known", "a PublicMessage proposal of this epoch", "RFC 9420 §12.4")
			}
			if err := a.checkReferred(m, p.Ref); err != nil {
				return within("", s.field(), err)
			}
			s.value, s.sender = m.Proposal, m.Sender.Index
		}
		a.proposals = append(a.proposals, s)
	}
	return nil
}

func (a *commitApplier) checkReferred(m *PublicMessage, ref []byte) error {
	got, err := m.ProposalRef(a.group.Context.CipherSuite)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, ref) {
		return invalid("reference", short(ref), short(got), "RFC 9420 §5.2")
	}
	if m.Sender.Type != SenderMember {
		return invalid("sender.sender_type", m.Sender.Type.String(), "member", "RFC 9420 §12.1.8")
	}
	return a.group.verifyMessage(m)
}

// checkList checks the proposals against each other (RFC 9420 §12.2).
func (a *commitApplier) checkList() error {
	if a.message.Sender.Type == SenderNewMemberCommit {
		_, err := a.message.externalCommit()
		return err
	}
	committer := a.message.Sender.Index
	touched := map[uint32]bool{}
	extensions := 0
	needPath := len(a.proposals) == 0
	psks := map[string]bool{}
	for _, p := range a.proposals {
		switch v := p.value.(type) {
		case *ReInit, *ExternalInit:
			return invalid(p.field(), v.Type().String(), "a proposal that a member may commit here", sectionProposals)
		case *GroupContextExtensions:
			needPath = true
			if extensions++; extensions > 1 {
				return invalid(p.field(), "a second group_context_extensions", "at most one", sectionProposals)
			}
		case *PreSharedKey:
			id := string(v.appendBody(nil))
			if psks[id] {
				return invalid(p.field(), "a pre-shared key named before", "each once", sectionProposals)
			}
			psks[id] = true
		case *Update:
			needPath = true
			if p.sender == committer {
				return invalid(p.field(), "an update of the committer", "the committer's path instead", sectionProposals)
			}
			if err := changeOnce(touched, p.sender, &p); err != nil {
				return err
			}
		case *Remove:
			needPath = true
			if v.Removed == committer {
				return invalid(p.field(), "a removal of the committer", "a commit by another member", sectionProposals)
			}
			if err := changeOnce(touched, v.Removed, &p); err != nil {
				return err
			}
		}
	}
	if needPath && a.message.Commit.Path == nil {
		return invalid("commit.path", "none", "a path, which these proposals require", "RFC 9420 §12.4")
	}
	return nil
}

func changeOnce(touched map[uint32]bool, leaf uint32, p *sentProposal) error {
	if touched[leaf] {
		return invalid(p.field(), fmt.Sprintf("a second update or remove of leaf %d", leaf), "one at most", sectionProposals)
	}
	touched[leaf] = true
	return nil
}

// applyProposals applies the proposals in the order of RFC 9420 §12.3.
func (a *commitApplier) applyProposals() error {
	order := []ProposalType{ProposalGroupContextExtensions, ProposalUpdate, ProposalRemove, ProposalAdd}
	for _, t := range order {
		for _, p := range a.proposals {
			if p.value.Type() != t {
				continue
			}
			if err := a.applyProposal(p); err != nil {
				return within("", p.field(), err)
			}
		}
	}
	return nil
}

func (a *commitApplier) applyProposal(p sentProposal) error {
	switch v := p.value.(type) {
	case *GroupContextExtensions:
		a.extensions = v.Extensions
	case *Update:
		if err := a.checkUpdate(p.sender, &v.LeafNode); err != nil {
			return within("", "leaf_node", err)
		}
		a.tree.Update(p.sender, &v.LeafNode)
		a.effect.Updated = append(a.effect.Updated, p.sender)
	case *Remove:
		if a.tree.Leaf(v.Removed) == nil {
			return invalid("removed", fmt.Sprintf("leaf %d, which is blank", v.Removed), "a leaf of the tree", "RFC 9420 §12.1.3")
		}
		a.tree.Remove(v.Removed)
		a.effect.Removed = append(a.effect.Removed, v.Removed)
	case *Add:
		return a.addLeaf(v.KeyPackage)
	}
	return nil
}

func (a *commitApplier) checkUpdate(index uint32, l *LeafNode) error {
	if l.Source != SourceUpdate {
		return invalid("leaf_node_source", l.Source.String(), SourceUpdate.String(), sectionLeaf)
	}
	if bytes.Equal(l.EncryptionKey, a.group.Tree.Leaf(index).EncryptionKey) {
		return invalid("encryption_key", "the leaf's old key", "a fresh key", "RFC 9420 §12.1.2")
	}
	return nil
}

func (a *commitApplier) addLeaf(k *KeyPackage) error {
	if err := k.checkFor(a.group.Context.CipherSuite); err != nil {
		return within("", "key_package", err)
	}
	if a.tree.Leaves() >= MaxLeaves {
		return invalid("key_package", fmt.Sprintf("a member beyond %d", MaxLeaves), fmt.Sprintf("at most %d leaves", MaxLeaves), "")
	}
	// The signature of the leaf is checked later, with those of the whole tree.
	if err := k.verifySignature(); err != nil {
		return within("", "key_package", err)
	}
	i := a.tree.Add(&k.LeafNode)
	a.effect.Added = append(a.effect.Added, AddedLeaf{Index: i, KeyPackage: k})
	return nil
}

// Leaves counts the leaves that are not blank.
func (t *RatchetTree) Leaves() int {
	n := 0
	for _, l := range t.leaves {
		if l != nil {
			n++
		}
	}
	return n
}
