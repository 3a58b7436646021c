package mls

import (
	"bytes"
	"fmt"
)

// LeafChangeKind says how a leaf of the new tree differs from the old one's.
type LeafChangeKind int

// The kinds of change.
const (
	// LeafAdded: the leaf of a key package, or of who joined alone.
	LeafAdded LeafChangeKind = iota + 1
	LeafRemoved
	// LeafCommitted: the committer's, renewed by its path.
	LeafCommitted
	// LeafUpdated: another member's, renewed by its update.
	LeafUpdated
)

// LeafChange is one difference between two epochs' trees. Old is nil for an
// added leaf, New for a removed one.
type LeafChange struct {
	Kind     LeafChangeKind
	Old, New *Member
	// KeyPackage is the package of an added leaf; nil for one that joined alone.
	KeyPackage *KeyPackage
}

// RosterChange is what a commit claims to do, against which the trees before
// and after it are compared.
type RosterChange struct {
	// Signer is the leaf that signed the new epoch's GroupInfo: the committer.
	Signer uint32
	// Committer is the DID that sent the commit.
	Committer string
	// Added has the key packages that the Welcome names.
	Added []*KeyPackage
	// Joiner is the path leaf of an external commit; nil for a member's.
	Joiner *LeafNode
	// MayRemove says whether a leaf may disappear; its error is the reason why
	// not. nil allows none.
	MayRemove func(Member) error
	// Gone lists DIDs that must have no leaf afterwards.
	Gone []string
}

// CompareRoster checks that next is this group one epoch on with exactly the
// changes that c claims: the old roster, less what was removed, with what was
// added, leaf by leaf. Every added leaf is that of a key package of c.Added,
// byte for byte and one to one, or the joiner's; the committer's leaf may have
// changed by its path and others by an update, under the same DID; all else is
// unchanged. The error names the first leaf that differs and why.
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

// leaf compares one position.
func (c *comparison) leaf(i uint32) error {
	was, is := c.old.Leaf(i), c.new.Leaf(i)
	if is == nil {
		if was == nil {
			return nil
		}
		return c.removed(i, was)
	}
	// First, since a last-resort package may come back to where it was.
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

// added takes a new leaf; where an old one stood in its place, that one was
// removed first.
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

// renewed takes a leaf that changed in its place.
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

// outcome checks the committer and the DIDs that had to go.
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
