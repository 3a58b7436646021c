package mls

import (
	"bytes"
	"fmt"
	"slices"
)

// The encoding of the change from one tree to another: the number of leaf
// positions, the committer's leaf index, and an entry for each node that differs,
// in the order of node indexes. An entry begins with four times the number of
// equal nodes before it, plus one of these kinds. All numbers are encoded as the
// lengths of vectors are.
const (
	// entryBlank: the node is blank.
	entryBlank = iota
	// entryWhole has the encoding of the node.
	entryWhole
	// entryRenewed is a leaf that keeps signature key, credential and capabilities.
	// It has the encryption key and what follows the capabilities.
	entryRenewed
	// entryLinked is a parent whose parent hash follows from the committer's path.
	// It has the encryption key.
	entryLinked
	entryKinds
)

// maxWidth is the number of leaf positions of the widest tree.
const maxWidth = 4096

// ChangeFrom returns what turns the tree was into t, for ApplyChanges. It returns
// nil where the two are equal. committer is the leaf whose commit led from one to
// the other: the parent hashes on its path are left out, since they follow from
// the rest.
func (t *RatchetTree) ChangeFrom(was *RatchetTree, s CipherSuite, committer uint32) []byte {
	changed := t.changedSince(was)
	if len(changed) == 0 && len(t.leaves) == len(was.leaves) {
		return nil
	}
	linked := make(map[int]bool)
	hashes := t.hashesFor(s)
	t.eachOnPath(s, committer, changed, func(x int) []byte { return hashes.of(t, x) }, func(x int, p *ParentNode, parentHash []byte) {
		linked[x] = bytes.Equal(p.ParentHash, parentHash)
	})
	b := appendLength(appendLength(nil, len(t.leaves)), int(committer))
	next := 0
	for _, x := range changed {
		b = t.appendEntry(b, was, x, (x-next)*entryKinds, linked[x])
		next = x + 1
	}
	return b
}

// changedSince lists the nodes of t that differ from those of was. A node outside
// of was counts as blank there.
func (t *RatchetTree) changedSince(was *RatchetTree) []int {
	var out []int
	for x := range 2*len(t.leaves) - 1 {
		if x%2 == 0 {
			a, b := was.Leaf(uint32(x/2)), t.leaves[x/2]
			if a != b && (a == nil || b == nil || !bytes.Equal(a.encoded(), b.encoded())) {
				out = append(out, x)
			}
			continue
		}
		var a *ParentNode
		if x/2 < len(was.parents) {
			a = was.parents[x/2]
		}
		if !a.equal(t.parents[x/2]) {
			out = append(out, x)
		}
	}
	return out
}

func (p *ParentNode) equal(q *ParentNode) bool {
	if p == nil || q == nil {
		return p == q
	}
	return bytes.Equal(p.EncryptionKey, q.EncryptionKey) && bytes.Equal(p.ParentHash, q.ParentHash) &&
		slices.Equal(p.UnmergedLeaves, q.UnmergedLeaves)
}

// encoded returns the complete encoding.
func (l *LeafNode) encoded() []byte {
	if l.Raw != nil {
		return l.Raw
	}
	return l.Append(nil)
}

// kept returns the part of the encoding that an update leaves as it is: signature
// key, credential and capabilities.
func (l *LeafNode) kept() []byte {
	c := &l.Capabilities
	start := vectorSize(len(l.EncryptionKey))
	size := vectorSize(len(l.SignatureKey)) + len(l.Credential.Bytes())
	for _, n := range []int{len(c.Versions), len(c.CipherSuites), len(c.Extensions), len(c.Proposals), len(c.Credentials)} {
		size += vectorSize(n)
	}
	return l.encoded()[start : start+size]
}

// appendEntry appends the entry of node x. head is what the entry begins with,
// without the kind.
func (t *RatchetTree) appendEntry(b []byte, was *RatchetTree, x, head int, linked bool) []byte {
	switch {
	case t.blank(x):
		return appendLength(b, head+entryBlank)
	case linked:
		return appendOpaque(appendLength(b, head+entryLinked), t.parents[x/2].EncryptionKey)
	case x%2 != 0:
		return t.parents[x/2].append(appendLength(b, head+entryWhole))
	}
	l, old := t.leaves[x/2], was.Leaf(uint32(x/2))
	if old == nil || !bytes.Equal(old.kept(), l.kept()) {
		return append(appendLength(b, head+entryWhole), l.encoded()...)
	}
	b = appendOpaque(appendLength(b, head+entryRenewed), l.EncryptionKey)
	return appendOpaque(b, l.encoded()[vectorSize(len(l.EncryptionKey))+len(l.kept()):])
}

// eachOnPath calls f for the parents that a commit has set on the path of its
// leaf, the highest first, with the parent hash that follows from those above (RFC
// 9420 §7.9). f may set it. changed are the nodes that the commit changed, and
// hashOf returns the tree hash of a node beside the path.
func (t *RatchetTree) eachOnPath(s CipherSuite, leaf uint32, changed []int, hashOf func(x int) []byte, f func(x int, p *ParentNode, parentHash []byte)) {
	if int64(leaf) >= int64(len(t.leaves)) {
		return
	}
	path := t.directPath(leaf)
	var above []byte
	for j, x := range slices.Backward(path) {
		p := t.parents[x/2]
		if _, is := slices.BinarySearch(changed, x); !is || p == nil || len(p.UnmergedLeaves) > 0 {
			continue
		}
		f(x, p, above)
		child := 2 * int(leaf)
		if j > 0 {
			child = path[j-1]
		}
		above = s.hash(appendOpaque(appendOpaque(appendOpaque(nil, p.EncryptionKey), p.ParentHash), hashOf(nodeSibling(child))))
	}
}

// ApplyChanges makes changes that ChangeFrom has described, in their order. Only
// the caller may know t.
func (t *RatchetTree) ApplyChanges(s CipherSuite, changes [][]byte) error {
	if !s.Known() {
		return s.Supported()
	}
	info, _ := s.info()
	h := &changingHashes{tree: t, treeHashes: treeHashes{suite: s, size: info.hashSize}}
	t.hashes.Store(nil)
	for i, c := range changes {
		if err := t.applyChange(h, c); err != nil {
			return fmt.Errorf("change %d: %w", i, err)
		}
	}
	return nil
}

func (t *RatchetTree) applyChange(h *changingHashes, change []byte) error {
	r := newReader("tree change", change)
	width, committer := r.header("width"), r.header("committer")
	if width == 0 || width&(width-1) != 0 || width > maxWidth {
		r.fail("width", fmt.Sprint(width), fmt.Sprintf("a power of two, at most %d", maxWidth), "")
		return r.end()
	}
	if width != len(t.leaves) {
		t.resize(width)
	}
	h.resize(2*width - 1)
	var changed, linked []int
	for x := 0; r.more(); x++ {
		head := r.header("entry")
		if x += head / entryKinds; x > 2*width-2 {
			r.fail("entry", fmt.Sprintf("node %d", x), "a node of the tree", "")
			break
		}
		t.applyEntry(r, x, head%entryKinds)
		h.forget(x)
		changed = append(changed, x)
		if head%entryKinds == entryLinked {
			linked = append(linked, x)
		}
	}
	if err := r.end(); err != nil {
		return err
	}
	t.eachOnPath(h.suite, uint32(committer), changed, h.of, func(x int, p *ParentNode, parentHash []byte) {
		if _, is := slices.BinarySearch(linked, x); is {
			p.ParentHash = parentHash
		}
	})
	return nil
}

// applyEntry reads the entry of node x.
func (t *RatchetTree) applyEntry(r *reader, x, kind int) {
	switch {
	case kind == entryBlank && x%2 == 0:
		t.leaves[x/2] = nil
	case kind == entryBlank:
		t.parents[x/2] = nil
	case kind == entryWhole && x%2 == 0:
		l := &LeafNode{}
		l.parse(r)
		t.leaves[x/2] = l
	case kind == entryWhole:
		t.parents[x/2] = parseParentNode(r)
	case kind == entryLinked && x%2 != 0:
		t.parents[x/2] = &ParentNode{EncryptionKey: r.opaque("encryption_key")}
	case kind == entryRenewed && x%2 == 0 && t.leaves[x/2] != nil:
		old := t.leaves[x/2]
		raw := appendOpaque(nil, r.opaque("encryption_key"))
		raw = append(append(raw, old.kept()...), r.opaque("rest")...)
		l := &LeafNode{}
		whole := newReader("leaf_node", raw)
		l.parse(whole)
		if err := whole.end(); err != nil && r.err == nil {
			r.fail(nodeField(x), err.Error(), "a leaf node", "")
		}
		t.leaves[x/2] = l
	default:
		r.fail("entry", fmt.Sprintf("kind %d for %s", kind, nodeField(x)), "a kind for that node", "")
	}
}

// changingHashes computes the tree hashes (RFC 9420 §7.8) of a tree that changes,
// as far as they are asked for.
type changingHashes struct {
	treeHashes
	tree *RatchetTree
	// known has the hashes that were computed, by node.
	known [][]byte
}

func (h *changingHashes) resize(nodes int) {
	if nodes <= len(h.known) {
		h.known = h.known[:nodes]
		return
	}
	h.known = append(h.known, make([][]byte, nodes-len(h.known))...)
}

// forget forgets the hashes of node x and its ancestors.
func (h *changingHashes) forget(x int) {
	h.known[x] = nil
	for root := h.tree.root(); x != root; {
		x = nodeParent(x)
		h.known[x] = nil
	}
}

// of returns the hash of node x. Its recursion is as deep as the tree.
func (h *changingHashes) of(x int) []byte {
	if h.known[x] == nil {
		if x%2 == 0 {
			h.known[x] = h.leaf(h.tree, x/2, false, nil)
		} else {
			left, right := h.of(nodeLeft(x)), h.of(nodeRight(x))
			h.known[x] = h.parent(h.tree.parents[x/2], nil, left, right, nil)
		}
	}
	return h.known[x]
}
