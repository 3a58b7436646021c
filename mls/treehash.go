package mls

import "sort"

// treeHashes caches the tree hashes (RFC 9420 §7.8) of all nodes that have a
// non-blank node below them. Hashes of blank subtrees are computed on demand,
// because a client can make many such nodes out of few bytes.
type treeHashes struct {
	suite   CipherSuite
	size    int
	offsets []int32 // by node: offset in sums, or −1 if not cached
	sums    []byte
	buf     []byte // input of the hash function, reused
}

// Hash returns the tree hash of the root. The suite must be known.
func (t *RatchetTree) Hash(s CipherSuite) ([]byte, error) {
	if !s.Known() {
		return nil, s.Supported()
	}
	return t.hashesFor(s).of(t, t.root()), nil
}

func (t *RatchetTree) hashesFor(s CipherSuite) *treeHashes {
	if h := t.hashes.Load(); h != nil && h.suite == s {
		return h
	}
	info, _ := s.info()
	h := &treeHashes{suite: s, size: info.hashSize, offsets: make([]int32, 2*len(t.leaves)-1)}
	kept := 0
	for level := 0; 1<<level <= len(t.leaves); level++ {
		for x := 1<<level - 1; x < len(h.offsets); x += 2 << level {
			if t.blank(x) && (level == 0 || h.offsets[nodeLeft(x)] < 0 && h.offsets[nodeRight(x)] < 0) {
				h.offsets[x] = -1
			} else {
				h.offsets[x] = int32(kept * h.size)
				kept++
			}
		}
	}
	h.sums = make([]byte, kept*h.size)
	for level := 0; 1<<level <= len(t.leaves); level++ {
		for x := 1<<level - 1; x < len(h.offsets); x += 2 << level {
			if at := h.offsets[x]; at >= 0 {
				h.node(t, x, nil, h.sums[at:at])
			}
		}
	}
	h.buf = nil // h is shared from here on; later hashes use buffers of their own
	t.hashes.Store(h)
	return h
}

// of returns the hash of node x.
func (h *treeHashes) of(t *RatchetTree, x int) []byte {
	if at := h.offsets[x]; at >= 0 {
		return h.sums[at : int(at)+h.size : int(at)+h.size]
	}
	var sum [64]byte
	h.suite.blank(&sum, x)
	return append([]byte(nil), sum[:h.size]...)
}

// blank computes the hash of a subtree in which all nodes are blank. It
// allocates nothing; its stack grows with the depth of the tree.
func (s CipherSuite) blank(sum *[64]byte, x int) {
	var in [2 + 2*(2+64)]byte
	var b []byte
	if x%2 == 0 {
		b = append(appendU32(append(in[:0], 1), uint32(x/2)), 0)
	} else {
		info, _ := s.info()
		b = append(in[:0], 2, 0)
		s.blank(sum, nodeLeft(x))
		b = appendOpaque(b, sum[:info.hashSize])
		s.blank(sum, nodeRight(x))
		b = appendOpaque(b, sum[:info.hashSize])
	}
	s.appendHash(sum[:0], b)
}

// withOwnBuffer returns a copy of h with a buffer of its own.
func (h *treeHashes) withOwnBuffer() *treeHashes {
	c := *h
	c.buf = nil
	return &c
}

// hashWithout returns the hash that node x had before the leaves in except were
// added (RFC 9420 §7.9, original_sibling_tree_hash). except is sorted.
func (h *treeHashes) hashWithout(t *RatchetTree, x int, except []uint32) []byte {
	if len(inRange(except, x)) == 0 {
		return h.of(t, x)
	}
	return h.withOwnBuffer().node(t, x, except, nil)
}

// inRange returns those of the sorted leaves that are below x.
func inRange(leaves []uint32, x int) []uint32 {
	first, end := leafRange(x)
	i := sort.Search(len(leaves), func(i int) bool { return int64(leaves[i]) >= int64(first) })
	j := i
	for j < len(leaves) && int64(leaves[j]) < int64(end) {
		j++
	}
	return leaves[i:j]
}

// node computes the hash of x from the hashes of its children, leaving out the
// leaves in except, and appends it to out. Its recursion is as deep as the
// tree.
func (h *treeHashes) node(t *RatchetTree, x int, except []uint32, out []byte) []byte {
	if x%2 == 0 {
		return h.leaf(t, x/2, len(inRange(except, x)) > 0, out)
	}
	left, right := h.child(t, nodeLeft(x), except), h.child(t, nodeRight(x), except)
	return h.parent(t.parents[x/2], except, left, right, out)
}

// parent computes the hash of a parent node, nil for a blank one, from the hashes
// of its children.
func (h *treeHashes) parent(p *ParentNode, except []uint32, left, right, out []byte) []byte {
	b := append(h.buf[:0], 2)
	if p != nil {
		q := *p
		q.UnmergedLeaves = difference(p.UnmergedLeaves, except)
		b = q.append(append(b, 1))
	} else {
		b = append(b, 0)
	}
	b = appendOpaque(appendOpaque(b, left), right)
	h.buf = b
	return h.suite.appendHash(out, b)
}

func (h *treeHashes) child(t *RatchetTree, x int, except []uint32) []byte {
	except = inRange(except, x)
	if len(except) == 0 {
		return h.of(t, x)
	}
	return h.node(t, x, except, nil)
}

func (h *treeHashes) leaf(t *RatchetTree, i int, omit bool, out []byte) []byte {
	b := appendU32(append(h.buf[:0], 1), uint32(i))
	if l := t.leaves[i]; l != nil && !omit {
		b = append(b, 1)
		if l.Raw != nil {
			b = append(b, l.Raw...)
		} else {
			b = l.Append(b)
		}
	} else {
		b = append(b, 0)
	}
	h.buf = b
	return h.suite.appendHash(out, b)
}

// difference returns the values of a that are not in b. Both are sorted.
func difference(a, b []uint32) []uint32 {
	if len(b) == 0 {
		return a
	}
	out := make([]uint32, 0, len(a))
	for _, v := range a {
		for len(b) > 0 && b[0] < v {
			b = b[1:]
		}
		if len(b) == 0 || b[0] != v {
			out = append(out, v)
		}
	}
	return out
}

// parentHash computes ParentHash (RFC 9420 §7.9) for the node p. sibling is its
// copath child.
func (h *treeHashes) parentHash(t *RatchetTree, p *ParentNode, sibling int) []byte {
	b := appendOpaque(nil, p.EncryptionKey)
	b = appendOpaque(b, p.ParentHash)
	b = appendOpaque(b, h.hashWithout(t, sibling, p.UnmergedLeaves))
	return h.suite.hash(b)
}
