package server

import (
	"context"
	"fmt"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
)

// verify does what costs signature checks, outside the transaction. What it
// finds wrong is told after a repeated call had its first answer.
func (n *newConvo) verify(ctx context.Context, s *Server) error {
	packages, err := namedPackages(ctx, db.New(s.pool), n.invite)
	if err != nil {
		return err
	}
	n.refused = n.takeGroup(packages, s.memory, s.requireGroupInfo)
	return nil
}

// takeGroup verifies the group that the GroupInfo states. Its leaves are the
// creator's and those that the Welcome brings, one to one.
func (n *newConvo) takeGroup(packages []*mls.KeyPackage, mem *mls.Memory, required bool) error {
	e := n.evidence
	if e.info == nil || e.tree == nil {
		if required {
			return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: missing, or without ratchet_tree; this service needs both (RFC 9420 §12.4.3.3)")
		}
		return nil
	}
	g, err := e.info.Verify(e.tree, mem)
	if err != nil {
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: %v", err)
	}
	members, err := g.Tree.Members()
	if err == nil {
		err = n.checkLeaves(members, packages)
	}
	if err != nil {
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: %v", err)
	}
	n.group, n.members = g, members
	return nil
}

func (n *newConvo) checkLeaves(members []mls.Member, packages []*mls.KeyPackage) error {
	named := make(map[string]bool, len(packages))
	for _, k := range packages {
		named[string(k.LeafNode.Raw)] = true
	}
	for _, m := range members {
		if m.Index == n.evidence.info.Signer {
			if m.DID != n.creator {
				return fmt.Errorf("leaf[%d], its signer's: found another DID, want the creator's", m.Index)
			}
			continue
		}
		if !named[string(m.Leaf.Raw)] {
			return fmt.Errorf("leaf[%d]: found a leaf that is neither the creator's nor the leaf_node of a key package that the Welcome names (RFC 9420 §12.4.3.1)", m.Index)
		}
	}
	return packagesInTree(packages, members)
}

// roster says how the members are known.
func (n *newConvo) roster() string {
	if n.group != nil {
		return rosterVerified
	}
	return rosterClaimed
}

// storeGroup keeps the group and its leaves; nothing where they are not known.
func (n *newConvo) storeGroup(ctx context.Context, q *db.Queries) error {
	if n.group == nil {
		return nil
	}
	if err := storeRoster(ctx, q, n.in.GroupID, n.members); err != nil {
		return err
	}
	return storeGroup(ctx, q, n.in.GroupID, n.group)
}
