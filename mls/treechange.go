package mls

import "slices"

// Clone returns a copy that can be changed without changing t. The copy shares
// the leaves and has its own parents.
func (t *RatchetTree) Clone() *RatchetTree {
	c := &RatchetTree{leaves: slices.Clone(t.leaves), parents: slices.Clone(t.parents)}
	for i, p := range c.parents {
		if p != nil {
			q := *p
			q.UnmergedLeaves = slices.Clone(p.UnmergedLeaves)
			c.parents[i] = &q
		}
	}
	return c
}

// NewTree returns the tree of a group with one member.
func NewTree(l *LeafNode) *RatchetTree {
	return &RatchetTree{leaves: []*LeafNode{l}, parents: []*ParentNode{}}
}

// Add puts a leaf at the leftmost blank position and returns its index. It
// widens the tree if no position is blank, and adds the leaf to the unmerged
// leaves of its ancestors (RFC 9420 §7.7).
func (t *RatchetTree) Add(l *LeafNode) uint32 {
	t.hashes.Store(nil)
	i := t.Place(l)
	for _, x := range t.directPath(i) {
		if p := t.parents[x/2]; p != nil {
			at, _ := slices.BinarySearch(p.UnmergedLeaves, i)
			p.UnmergedLeaves = slices.Insert(p.UnmergedLeaves, at, i)
		}
	}
	return i
}

// Place is Add without the change to the unmerged leaves. It is for the leaf of
// an external joiner (RFC 9420 §12.4.2).
func (t *RatchetTree) Place(l *LeafNode) uint32 {
	t.hashes.Store(nil)
	i := slices.Index(t.leaves, nil)
	if i < 0 {
		i = len(t.leaves)
		t.resize(2 * len(t.leaves))
	}
	t.leaves[i] = l
	return uint32(i)
}

// Update replaces leaf i and blanks its direct path (RFC 9420 §7.7, §12.1.2).
func (t *RatchetTree) Update(i uint32, l *LeafNode) {
	t.hashes.Store(nil)
	t.leaves[i] = l
	t.blankPath(i)
}

// Remove blanks leaf i and its direct path, and halves the tree while its right
// half is blank (RFC 9420 §7.7).
func (t *RatchetTree) Remove(i uint32) {
	t.hashes.Store(nil)
	t.leaves[i] = nil
	t.blankPath(i)
	for w := len(t.leaves); w > 1 && t.empty(nodeRight(w-1)); w /= 2 {
		t.resize(w / 2)
	}
}

func (t *RatchetTree) blankPath(i uint32) {
	for _, x := range t.directPath(i) {
		t.parents[x/2] = nil
	}
}

// PathNode is one node of a leaf's filtered direct path.
type PathNode struct {
	// Node is the node's index in the array representation. Copath is the index
	// of its child that is not on the path.
	Node, Copath int
	// Recipients is the number of nodes to which the path secret is encrypted.
	Recipients int
}

// FilteredPath returns the filtered direct path of leaf i (RFC 9420 §4.1.2):
// those of its ancestors whose copath child is not empty. The leaves in added,
// which the same commit added, are not counted as recipients (RFC 9420 §7.5).
func (t *RatchetTree) FilteredPath(i uint32, fresh []uint32) []PathNode {
	var out []PathNode
	var buf []int
	child := 2 * int(i)
	for _, x := range t.directPath(i) {
		sibling := nodeSibling(child)
		child = x
		if buf = t.appendResolution(buf[:0], sibling); len(buf) == 0 {
			continue
		}
		n := PathNode{Node: x, Copath: sibling}
		for _, y := range buf {
			if y%2 != 0 || !slices.Contains(fresh, uint32(y/2)) {
				n.Recipients++
			}
		}
		out = append(out, n)
	}
	return out
}

// SetPath installs the keys of an UpdatePath above leaf i and computes the
// parent hashes (RFC 9420 §7.9). keys has one entry for each node of the
// filtered path. SetPath returns the parent hash that the leaf must carry;
// SetLeaf sets the leaf itself.
func (t *RatchetTree) SetPath(s CipherSuite, i uint32, path []PathNode, keys [][]byte) []byte {
	t.hashes.Store(nil)
	t.blankPath(i)
	for j, n := range path {
		t.parents[n.Node/2] = &ParentNode{EncryptionKey: keys[j]}
	}
	h := t.hashesFor(s)
	var above []byte
	for j := len(path) - 1; j >= 0; j-- {
		p := t.parents[path[j].Node/2]
		p.ParentHash = above
		above = h.parentHash(t, p, path[j].Copath)
	}
	t.hashes.Store(nil)
	return above
}

// SetLeaf replaces leaf i and changes nothing else.
func (t *RatchetTree) SetLeaf(i uint32, l *LeafNode) {
	t.hashes.Store(nil)
	t.leaves[i] = l
}
