package group

import (
	"context"
	"fmt"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
)

// verify does what costs signature checks, outside the transaction. What it
// finds wrong is told after a repeated call had its first answer.
func (n *newConvo) verify(ctx context.Context, s *Service) error {
	packages, refused, err := namedPackages(ctx, db.New(s.Pool), "welcomeMessage", n.invite)
	if n.refused = refused; err != nil || refused != nil {
		return err
	}
	n.refused = n.takeGroup(packages, s.VerifierFor(ctx, n.creator))
	return nil
}

// takeGroup verifies the group that the GroupInfo states. Its leaves are the
// creator's and those that the Welcome brings, one to one.
func (n *newConvo) takeGroup(packages []*mls.KeyPackage, mem *mls.LeafCache) (err error) {
	own := func(index uint32) bool { return index == n.evidence.info.Signer }
	if err := checkNewLeaves(n.evidence.tree, own, packages); err != nil {
		return err
	}
	if n.group, err = n.evidence.verify(n.evidence.tree, mem); err != nil {
		return err
	}
	n.members, err = n.group.Tree.Members()
	if err == nil {
		err = n.checkLeaves(packages)
	}
	if err != nil {
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: %v", err)
	}
	return nil
}

func (n *newConvo) checkLeaves(packages []*mls.KeyPackage) error {
	missing := make(map[string]*mls.KeyPackage, len(packages))
	for _, k := range packages {
		missing[string(k.LeafNode.Raw)] = k
	}
	for _, m := range n.members {
		if m.Index == n.evidence.info.Signer {
			if m.DID != n.creator {
				return fmt.Errorf("leaf[%d], its signer's: found another DID, want the creator's", m.Index)
			}
			continue
		}
		if missing[string(m.Leaf.Raw)] == nil {
			return fmt.Errorf("leaf[%d]: found a leaf that is neither the creator's nor the leaf_node of a key package that the Welcome names (RFC 9420 §12.4.3.1)", m.Index)
		}
		delete(missing, string(m.Leaf.Raw))
	}
	for _, k := range missing {
		ref, err := k.RefHex()
		if err != nil {
			return err
		}
		return fmt.Errorf("the tree has no leaf with the leaf_node of key package %s, which the Welcome names (RFC 9420 §12.4.3.1)", ref)
	}
	return nil
}
