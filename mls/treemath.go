package mls

import "math/bits"

// These functions compute node indexes of a full binary tree in an array (RFC
// 9420 Appendix C). Leaf i is node 2i. The index of an inner node of level k
// ends in k one bits.

func nodeLevel(x int) int { return bits.TrailingZeros(^uint(x)) }

func nodeLeft(x int) int { return x ^ 1<<(nodeLevel(x)-1) }

func nodeRight(x int) int { return x ^ 3<<(nodeLevel(x)-1) }

func nodeParent(x int) int {
	k := nodeLevel(x)
	return (x | 1<<k) &^ (1 << (k + 1))
}

func nodeSibling(x int) int {
	if p := nodeParent(x); x < p {
		return nodeRight(p)
	} else {
		return nodeLeft(p)
	}
}

// leafRange returns the indexes of the leaves below x: from first up to, but
// not including, end.
func leafRange(x int) (first, end int) {
	half := 1<<nodeLevel(x) - 1
	return (x - half) / 2, (x+half)/2 + 1
}

// root returns the node index of the root.
func (t *RatchetTree) root() int { return len(t.leaves) - 1 }

// directPath lists the ancestors of a leaf, from its parent to the root.
func (t *RatchetTree) directPath(leaf uint32) []int {
	path := make([]int, 0, bits.Len(uint(len(t.leaves))))
	for x := 2 * int(leaf); x != t.root(); {
		x = nodeParent(x)
		path = append(path, x)
	}
	return path
}

// blank reports whether node x is blank.
func (t *RatchetTree) blank(x int) bool {
	if x%2 == 0 {
		return t.leaves[x/2] == nil
	}
	return t.parents[x/2] == nil
}

// appendResolution appends the resolution of x (RFC 9420 §4.1.1): the shortest
// list of nodes that covers all non-blank leaves below it. The recursion is as
// deep as the tree, at most 12 levels.
func (t *RatchetTree) appendResolution(out []int, x int) []int {
	if x%2 == 0 {
		if t.leaves[x/2] != nil {
			out = append(out, x)
		}
		return out
	}
	if p := t.parents[x/2]; p != nil {
		out = append(out, x)
		for _, l := range p.UnmergedLeaves {
			out = append(out, 2*int(l))
		}
		return out
	}
	return t.appendResolution(t.appendResolution(out, nodeLeft(x)), nodeRight(x))
}

// empty reports whether the resolution of x is empty, that is, whether all
// nodes below it are blank.
func (t *RatchetTree) empty(x int) bool {
	first, end := leafRange(x)
	for i := first; i < end; i++ {
		if t.leaves[i] != nil {
			return false
		}
	}
	// In a valid tree, a parent node never stands above blank leaves only.
	return x%2 == 0 || t.parents[x/2] == nil
}
