package mls

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"slices"
)

// verify checks a tree against the group context (RFC 9420 §12.4.3.1): the tree
// hash, the unmerged leaves, that no key appears twice, every leaf, and the
// parent hashes.
func (t *RatchetTree) verify(c *GroupContext, cache *LeafCache) error {
	s := c.CipherSuite
	if err := t.checkParents(s); err != nil {
		return err
	}
	h := t.hashesFor(s)
	if got := h.of(t, t.root()); !bytes.Equal(got, c.TreeHash) {
		return invalid("group_context.tree_hash", short(c.TreeHash), "the tree's own hash "+short(got), "RFC 9420 §7.8")
	}
	if err := t.checkKeysDiffer(); err != nil {
		return err
	}
	// Leaves are checked before parent hashes. A changed leaf breaks both its
	// signature and the parent hashes above it, and an error about the
	// signature is of more help.
	if err := t.checkLeaves(c, h, cache); err != nil {
		return err
	}
	return t.checkParentHashes(h)
}

// nodeField returns the name of a node for an error.
func nodeField(x int) string {
	if x%2 == 0 {
		return fmt.Sprintf("leaf[%d]", x/2)
	}
	return fmt.Sprintf("node[%d]", x)
}

// checkParents checks the keys and the unmerged leaves of the parent nodes. An
// unmerged leaf must be a non-blank leaf below the node, and must be listed as
// unmerged by every non-blank node between the two.
func (t *RatchetTree) checkParents(s CipherSuite) error {
	for i, p := range t.parents {
		if p == nil {
			continue
		}
		x := 2*i + 1
		if err := checkKEMKey(s, p.EncryptionKey); err != nil {
			return within("", nodeField(x)+".encryption_key", err)
		}
		for _, l := range p.UnmergedLeaves {
			if err := t.checkUnmerged(x, l); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *RatchetTree) checkUnmerged(x int, l uint32) error {
	const section = "RFC 9420 §12.4.3.1"
	first, end := leafRange(x)
	if int64(l) < int64(first) || int64(l) >= int64(end) || t.leaves[l] == nil {
		return invalid(nodeField(x)+".unmerged_leaves", fmt.Sprint(l), "non-blank leaves below the node", section)
	}
	for y := nodeParent(2 * int(l)); y != x; y = nodeParent(y) {
		if q := t.parents[y/2]; q != nil && !slices.Contains(inRange(q.UnmergedLeaves, 2*int(l)), l) {
			return invalid(nodeField(y)+".unmerged_leaves", fmt.Sprintf("no leaf %d", l),
				fmt.Sprintf("leaf %d, which %s has as unmerged", l, nodeField(x)), section)
		}
	}
	return nil
}

// checkKeysDiffer checks that no two nodes have the same encryption key and no
// two leaves the same signature key (RFC 9420 §7.3, §12.4.3.1).
func (t *RatchetTree) checkKeysDiffer() error {
	nodes := make([]int32, 0, len(t.leaves))
	for x := range 2*len(t.leaves) - 1 {
		if !t.blank(x) {
			nodes = append(nodes, int32(x))
		}
	}
	if x, y, same := firstRepeat(nodes, t.encryptionKey); same {
		return invalid(nodeField(x)+".encryption_key", "the key of "+nodeField(y), "a key of its own", sectionLeaf)
	}
	leaves := slices.DeleteFunc(nodes, func(x int32) bool { return x%2 != 0 })
	if x, y, same := firstRepeat(leaves, t.signatureKey); same {
		return invalid(nodeField(x)+".signature_key", "the key of "+nodeField(y), "a key of its own", sectionLeaf)
	}
	return nil
}

// firstRepeat finds two nodes with the same key, of which y is the earlier. It
// uses a hash table of node indexes with linear probing. The hash seed is
// random, so that a client cannot choose keys that collide.
func firstRepeat(nodes []int32, key func(int) []byte) (x, y int, same bool) {
	size := 4
	for size < 2*len(nodes) {
		size *= 2
	}
	table := make([]int32, size) // node index + 1; 0 marks a free slot
	seed := maphash.MakeSeed()
	for _, n := range nodes {
		k := key(int(n))
		at := int(maphash.Bytes(seed, k)) & (size - 1)
		for ; table[at] != 0; at = (at + 1) & (size - 1) {
			if y := int(table[at] - 1); bytes.Equal(key(y), k) {
				return int(n), y, true
			}
		}
		table[at] = n + 1
	}
	return 0, 0, false
}

func (t *RatchetTree) signatureKey(x int) []byte { return t.leaves[x/2].SignatureKey }

func (t *RatchetTree) encryptionKey(x int) []byte {
	if x%2 == 0 {
		return t.leaves[x/2].EncryptionKey
	}
	return t.parents[x/2].EncryptionKey
}

// checkParentHashes checks that every parent node was set by a commit of a leaf
// below it (RFC 9420 §7.9.2): exactly one descendant must carry the node's
// parent hash, and that descendant must in turn be linked to a leaf.
func (t *RatchetTree) checkParentHashes(h *treeHashes) error {
	var buf []int
	for i, p := range t.parents {
		if p == nil {
			continue
		}
		x := 2*i + 1
		left, right := nodeLeft(x), nodeRight(x)
		var linked bool
		if linked, buf = t.linked(h, p, left, right, buf); linked {
			continue
		}
		if linked, buf = t.linked(h, p, right, left, buf); linked {
			continue
		}
		return invalid(nodeField(x), "no descendant with its parent hash", "one that the commit which set the node also set", "RFC 9420 §7.9.2")
	}
	return nil
}

// linked reports whether a node in the resolution of c authenticates p. c is a
// child of p and s is its sibling. All nodes of the resolution except one must
// be unmerged leaves of p, and that one must carry the parent hash of p.
func (t *RatchetTree) linked(h *treeHashes, p *ParentNode, c, s int, buf []int) (bool, []int) {
	buf = t.appendResolution(buf[:0], c)
	unmerged := inRange(p.UnmergedLeaves, c)
	if len(buf) != len(unmerged)+1 {
		return false, buf
	}
	d := -1
	for _, x := range buf {
		if x%2 == 0 {
			if _, is := slices.BinarySearch(unmerged, uint32(x/2)); is {
				continue
			}
		}
		if d >= 0 {
			return false, buf
		}
		d = x
	}
	if d < 0 {
		return false, buf
	}
	var carried []byte
	if d%2 == 0 {
		if t.leaves[d/2].Source != SourceCommit {
			return false, buf
		}
		carried = t.leaves[d/2].ParentHash
	} else {
		carried = t.parents[d/2].ParentHash
	}
	return bytes.Equal(carried, h.parentHash(t, p, s)), buf
}

// checkLeaves checks every leaf: its form and signature, the requirements of
// the group, and that it supports all credential types in use (RFC 9420 §7.3).
func (t *RatchetTree) checkLeaves(c *GroupContext, h *treeHashes, cache *LeafCache) error {
	q, err := c.requirements()
	if err != nil {
		return within("", "group_context.extensions", err)
	}
	var used []CredentialType
	for _, l := range t.leaves {
		if l != nil && !slices.Contains(used, l.Credential.Type) {
			used = append(used, l.Credential.Type)
		}
	}
	leaves, err := cache.lookUp(t, c, h)
	if err != nil {
		return err
	}
	for i, l := range t.leaves {
		if l == nil {
			continue
		}
		err := leaves.verify(l, uint32(i), h.of(t, 2*i))
		if err == nil {
			err = q.check(l)
		}
		if err == nil {
			err = l.supportsCredentials(used)
		}
		if err != nil {
			return within("", nodeField(2*i), err)
		}
	}
	return nil
}

func (l *LeafNode) supportsCredentials(used []CredentialType) error {
	for _, t := range used {
		if !l.Capabilities.Credentials.Has(t) {
			return invalid("capabilities.credentials", l.Capabilities.Credentials.String(), fmt.Sprintf("type %d, which a member uses", t), sectionLeaf)
		}
	}
	return nil
}
