package mls

import (
	"encoding/binary"
	"fmt"
	"sync/atomic"
)

// MaxLeaves bounds the number of leaf positions of a tree, blank ones included.
// Checking a tree takes two hashes per position, while a blank position costs
// the client two bytes. The bound limits that work.
const MaxLeaves = 4000

// ParentNode is an inner node of a tree (RFC 9420 §7.1).
type ParentNode struct {
	EncryptionKey  []byte
	ParentHash     []byte
	UnmergedLeaves []uint32
}

// RatchetTree is the public part of a group's ratchet tree (RFC 9420 §7.8).
// Trees that are in use are never changed. The methods that change a tree are
// for building the next epoch's tree on a Clone.
type RatchetTree struct {
	// leaves has as many entries as the tree has leaf positions, a power of
	// two; parents has one fewer. nil is a blank node. Leaf i is node 2i and
	// parent i is node 2i+1 (RFC 9420 Appendix C).
	leaves  []*LeafNode
	parents []*ParentNode
	hashes  atomic.Pointer[treeHashes] // tree hashes, cached for one suite
}

// ParseRatchetTree parses optional<Node> ratchet_tree<V>, the contents of the
// ratchet_tree extension (RFC 9420 §12.4.3.3).
func ParseRatchetTree(b []byte) (*RatchetTree, error) {
	return parseRatchetTree(newReader("ratchet_tree", b))
}

func parseRatchetTree(r *reader) (*RatchetTree, error) {
	rest := r.open("")
	t := &RatchetTree{}
	last := -1
	for i := 0; r.more(); i++ {
		if i > 2*MaxLeaves-2 {
			r.failAs(KindInvalid, "", fmt.Sprintf("more than %d nodes", i), fmt.Sprintf("at most %d leaves", MaxLeaves), "")
			break
		}
		r.pushIndex("", i)
		if parseOptional(r, "") {
			t.parseNode(r, i)
			last = i
		} else {
			t.put(i, nil, nil)
		}
		r.pop()
	}
	n := len(t.leaves) + len(t.parents)
	r.close(rest)
	if r.err == nil && last != n-1 || n == 0 {
		r.failAs(KindInvalid, "", fmt.Sprintf("a blank node at the end, of %d", n), "no blank node at the end", "RFC 9420 §12.4.3.3")
	}
	if r.err == nil && last%2 != 0 {
		r.failAs(KindInvalid, "", "a parent node at the end", "a leaf at the end", "RFC 9420 §7.8")
	}
	if err := r.end(); err != nil {
		return nil, err
	}
	t.widen()
	return t, nil
}

// put appends the node at node index i.
func (t *RatchetTree) put(i int, l *LeafNode, p *ParentNode) {
	if i%2 == 0 {
		t.leaves = appendDoubling(t.leaves, l)
	} else {
		t.parents = appendDoubling(t.parents, p)
	}
}

func (t *RatchetTree) parseNode(r *reader, i int) {
	kind := r.u8("node_type")
	want := uint8(1 + i%2)
	if r.err == nil && kind != want {
		r.fail("node_type", fmt.Sprint(kind), fmt.Sprintf("%d (1 at even positions, 2 at odd ones)", want), "RFC 9420 §7.8")
	}
	if r.err != nil {
		return
	}
	if kind == 1 {
		r.push("leaf_node")
		l := &LeafNode{}
		l.parse(r)
		r.pop()
		t.put(i, l, nil)
		return
	}
	r.push("parent_node")
	p := parseParentNode(r)
	r.pop()
	t.put(i, nil, p)
}

func parseParentNode(r *reader) *ParentNode {
	p := &ParentNode{EncryptionKey: r.opaque("encryption_key"), ParentHash: r.opaque("parent_hash")}
	v := r.opaque("unmerged_leaves")
	if len(v)%4 != 0 {
		r.fail("unmerged_leaves", fmt.Sprintf("%d bytes", len(v)), "a whole number of 32-bit values", "")
		return p
	}
	if len(v) > 0 {
		p.UnmergedLeaves = make([]uint32, len(v)/4)
	}
	for i := range p.UnmergedLeaves {
		p.UnmergedLeaves[i] = binary.BigEndian.Uint32(v[4*i:])
		if i > 0 && p.UnmergedLeaves[i] <= p.UnmergedLeaves[i-1] {
			r.failAs(KindInvalid, "unmerged_leaves", fmt.Sprintf("%d after %d", p.UnmergedLeaves[i], p.UnmergedLeaves[i-1]),
				"increasing leaf indexes", "RFC 9420 §7.1")
			return p
		}
	}
	return p
}

// widen adds blank nodes until the tree is full.
func (t *RatchetTree) widen() {
	width := 1
	for width < len(t.leaves) {
		width *= 2
	}
	t.resize(width)
}

func (t *RatchetTree) resize(width int) {
	leaves, parents := make([]*LeafNode, width), make([]*ParentNode, width-1)
	copy(leaves, t.leaves)
	copy(parents, t.parents)
	t.leaves, t.parents = leaves, parents
}

// Append appends the encoding of the tree, with its vector header, to b. It
// leaves out the blank nodes at the end.
func (t *RatchetTree) Append(b []byte) []byte {
	last := len(t.leaves) - 1
	for last > 0 && t.leaves[last] == nil {
		last--
	}
	return appendVector(b, func(b []byte) []byte {
		for i := range 2*last + 1 {
			b = t.appendNode(b, i)
		}
		return b
	})
}

func (t *RatchetTree) appendNode(b []byte, i int) []byte {
	if i%2 == 0 {
		if l := t.leaves[i/2]; l != nil {
			return l.Append(append(b, 1, 1))
		}
		return append(b, 0)
	}
	if p := t.parents[i/2]; p != nil {
		return p.append(append(b, 1, 2))
	}
	return append(b, 0)
}

func (p *ParentNode) append(b []byte) []byte {
	b = appendOpaque(appendOpaque(b, p.EncryptionKey), p.ParentHash)
	b = appendLength(b, 4*len(p.UnmergedLeaves))
	for _, l := range p.UnmergedLeaves {
		b = appendU32(b, l)
	}
	return b
}

// Bytes returns the encoding of the tree in the form that ParseRatchetTree
// reads.
func (t *RatchetTree) Bytes() []byte { return t.Append(nil) }

// Leaf returns the leaf at index i. It returns nil if the leaf is blank or the
// index is outside the tree.
func (t *RatchetTree) Leaf(i uint32) *LeafNode {
	if int64(i) >= int64(len(t.leaves)) {
		return nil
	}
	return t.leaves[i]
}

// Width returns the number of leaf positions, a power of two.
func (t *RatchetTree) Width() int { return len(t.leaves) }
