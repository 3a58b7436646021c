package mls

import (
	"bytes"
	"fmt"
)

// LeafChangeKind is the kind of difference between a leaf of the old tree and
// the leaf of the new tree at the same index.
type LeafChangeKind int

// Kinds of leaf changes.
const (
	// LeafAdded: the new leaf is that of a key package or of an external
	// joiner.
	LeafAdded LeafChangeKind = iota + 1
	LeafRemoved
	// LeafCommitted: the committer's path replaced its leaf.
	LeafCommitted
	// LeafUpdated: an Update proposal of another member replaced its leaf.
	LeafUpdated
)

// LeafChange is one difference between the trees of two epochs. Old is nil for
// an added leaf, New is nil for a removed leaf.
type LeafChange struct {
	Kind     LeafChangeKind
	Old, New *Member
	// KeyPackage is the key package of an added leaf. It is nil for the leaf of
	// an external joiner.
	KeyPackage *KeyPackage
}

// RosterChange describes what a commit claims to change. CompareRoster checks
// it against the trees before and after the commit.
type RosterChange struct {
	// Signer is the leaf index of the member that signed the GroupInfo of the
	// new epoch. It must be the committer.
	Signer uint32
	// Committer is the DID of the account that sent the commit.
	Committer string
	// Added lists the key packages that the Welcome names.
	Added []*KeyPackage
	// Joiner is the leaf node in the path of an external commit. It is nil for
	// a member's commit.
	Joiner *LeafNode
	// MayRemove returns nil if the commit may remove the member's leaf, and
	// otherwise an error with the reason. A nil MayRemove allows no removal.
	MayRemove func(Member) error
	// Gone lists DIDs that must have no leaf in the new tree.
	Gone []string
}

// CompareRoster checks that next is this group one epoch later, with exactly
// the changes that c claims. It compares the trees leaf by leaf.
//
// - An added leaf must be, byte for byte, that of a key package in c.Added,
// with one leaf for each package, or the joiner's leaf.
// - The committer's leaf may have been replaced by its path, and other leaves
// by an Update; the DID must stay the same.
// - All other leaves must be unchanged, unless c.MayRemove allows their
// removal.
//
// The error names the first leaf that differs, and the reason.
func (g *Group) CompareRoster(next *Group, c RosterChange) ([]LeafChange, error) {
	if err := g.checkSuccessor(next); err != nil {
		return nil, within("GroupInfo", "", err)
	}
	cmp := &comparison{claim: c, old: g.Tree, new: next.Tree, packages: map[string]*KeyPackage{}}
	for _, k := range c.Added {
		cmp.packages[string(k.LeafNode.Raw)] = k
	}
	if len(cmp.packages) != len(c.Added) {
		return nil, within("Welcome", "", invalid("secrets", "two key packages with one leaf node", "a leaf node for each", sectionLeaf))
	}
	if err := cmp.run(); err != nil {
		return nil, within("roster", "", err)
	}
	return cmp.changes, nil
}

func (g *Group) checkSuccessor(next *Group) error {
	a, b := &g.Context, &next.Context
	if !bytes.Equal(a.GroupID, b.GroupID) {
		return invalid("group_context.group_id", short(b.GroupID), short(a.GroupID), "RFC 9420 §8.1")
	}
	if a.CipherSuite != b.CipherSuite {
		return invalid("group_context.cipher_suite", b.CipherSuite.String(), a.CipherSuite.String(), "RFC 9420 §8.1")
	}
	if b.Epoch != a.Epoch+1 || b.Epoch == 0 {
		return invalid("group_context.epoch", fmt.Sprint(b.Epoch), fmt.Sprint(a.Epoch+1), "RFC 9420 §8.1")
	}
	return nil
}

type comparison struct {
	claim    RosterChange
	old, new *RatchetTree
	packages map[string]*KeyPackage // by leaf node, those not yet found
	joined   bool
	changes  []LeafChange
}

func (c *comparison) run() error {
	for i := range uint32(max(c.old.Width(), c.new.Width())) {
		if err := c.leaf(i); err != nil {
			return within("", fmt.Sprintf("leaf[%d]", i), err)
		}
	}
	if n := len(c.packages); n > 0 {
		return invalid("", fmt.Sprintf("%d key packages of the Welcome without a leaf", n), "a leaf for each", "RFC 9420 §12.4.3.1")
	}
	if c.claim.Joiner != nil && !c.joined {
		return invalid("", "no leaf of the joiner", "the leaf of the external commit's path", sectionExternal)
	}
	return c.outcome()
}

// leaf compares the leaves at index i.
func (c *comparison) leaf(i uint32) error {
	was, is := c.old.Leaf(i), c.new.Leaf(i)
	if is == nil {
		if was == nil {
			return nil
		}
		return c.removed(i, was)
	}
	// This comes before the comparison for equality: the key package of last
	// resort of a removed member may have been added again at the same index,
	// so that the leaf did not change although it was removed and added.
	k, added := c.packages[string(is.Raw)]
	joins := c.claim.Joiner != nil && bytes.Equal(is.Raw, c.claim.Joiner.Raw)
	switch {
	case added || joins:
		return c.added(i, was, is, k)
	case was != nil && bytes.Equal(was.Raw, is.Raw):
		return nil
	case was == nil:
		return invalid("", "a new leaf", "none, or the leaf of a key package that the Welcome names", "RFC 9420 §12.4.3.1")
	}
	return c.renewed(i, was, is)
}

func (c *comparison) removed(i uint32, was *LeafNode) error {
	m, err := was.member(i)
	if err != nil {
		return err
	}
	if c.claim.MayRemove == nil {
		return invalid("", "removed", "the leaf unchanged", "")
	}
	if err := c.claim.MayRemove(m); err != nil {
		return invalid("", "removed", "the leaf unchanged: "+err.Error(), "")
	}
	c.changes = append(c.changes, LeafChange{Kind: LeafRemoved, Old: &m})
	return nil
}

// added handles a new leaf. If the old tree has a leaf at the same index, the
// commit removed that leaf first.
func (c *comparison) added(i uint32, was, is *LeafNode, k *KeyPackage) error {
	if was != nil {
		if err := c.removed(i, was); err != nil {
			return err
		}
	}
	m, err := is.member(i)
	if err != nil {
		return err
	}
	if k != nil {
		delete(c.packages, string(is.Raw))
	} else {
		if c.joined {
			return invalid("", "the joiner's leaf again", "one leaf of the joiner", sectionExternal)
		}
		c.joined = true
		if i != c.claim.Signer || m.DID != c.claim.Committer {
			return invalid("", "a joiner that is not the committer", "the leaf of who sent the commit and signed the GroupInfo", sectionExternal)
		}
	}
	c.changes = append(c.changes, LeafChange{Kind: LeafAdded, New: &m, KeyPackage: k})
	return nil
}

// renewed handles a leaf that was replaced at the same index.
func (c *comparison) renewed(i uint32, was, is *LeafNode) error {
	before, err := was.member(i)
	if err != nil {
		return err
	}
	after, err := is.member(i)
	if err != nil {
		return err
	}
	if before.DID != after.DID {
		return invalid("credential.identity", "another DID than before", "the same DID, or a leaf that the Welcome names", sectionLeaf)
	}
	if c.claim.Joiner != nil {
		return invalid("", "changed", "the leaf unchanged by an external commit", sectionExternal)
	}
	kind, want := LeafUpdated, SourceUpdate
	if i == c.claim.Signer {
		kind, want = LeafCommitted, SourceCommit
	}
	if is.Source != want {
		return invalid("leaf_node_source", is.Source.String(), want.String()+" in a leaf that changed", sectionLeaf)
	}
	c.changes = append(c.changes, LeafChange{Kind: kind, Old: &before, New: &after})
	return nil
}

// outcome checks the committer's leaf, and that no DID in Gone has a leaf.
func (c *comparison) outcome() error {
	signer := c.new.Leaf(c.claim.Signer)
	if signer == nil {
		return invalid("signer", fmt.Sprintf("leaf %d, which is blank", c.claim.Signer), "the committer's leaf", "RFC 9420 §12.4.3")
	}
	m, err := signer.member(c.claim.Signer)
	if err != nil {
		return err
	}
	if m.DID != c.claim.Committer {
		return invalid("signer", fmt.Sprintf("leaf %d of another DID", c.claim.Signer), "a leaf of who sent the commit", "RFC 9420 §12.4.3")
	}
	if c.claim.Joiner == nil && c.isNew(c.claim.Signer) {
		return invalid("signer", fmt.Sprintf("leaf %d, which this commit added", c.claim.Signer), "a leaf that was there before", "RFC 9420 §12.4.3")
	}
	for i, l := range c.new.leaves {
		if l == nil {
			continue
		}
		m, err := l.member(uint32(i))
		if err != nil {
			return within("", fmt.Sprintf("leaf[%d]", i), err)
		}
		for _, did := range c.claim.Gone {
			if m.DID == did {
				return invalid(fmt.Sprintf("leaf[%d]", i), "a leaf of a member that is removed", "none", "")
			}
		}
	}
	return nil
}

func (c *comparison) isNew(i uint32) bool {
	for _, ch := range c.changes {
		if ch.Kind == LeafAdded && ch.New.Index == i {
			return true
		}
	}
	return false
}
