package mls

import (
	"crypto/sha256"
	"sync"
)

// Memory remembers which leaves have been verified, so that in the next epoch
// of a group only the changed ones cost a signature check. It keeps hashes
// only, over all that a leaf's signature depends on. It is safe for concurrent
// use; a nil Memory remembers nothing.
type Memory struct {
	*leafSet
	pay func(s CipherSuite, signatures int) error
}

// leafSet is what several Memories have in common.
type leafSet struct {
	mu sync.Mutex
	// Two generations: when recent is full it becomes old, and what is asked
	// for moves back to recent.
	limit       int
	recent, old map[leafKey]struct{}
}

// NewMemory makes a Memory for at least that many leaves, about 200 bytes each.
func NewMemory(leaves int) *Memory {
	return &Memory{leafSet: &leafSet{limit: max(leaves, 1), recent: map[leafKey]struct{}{}}}
}

// Paid gives a Memory of the same leaves that calls pay before signatures are
// checked, with their suite and number. An error of pay ends the verification,
// which returns it wrapped.
func (m *Memory) Paid(pay func(s CipherSuite, signatures int) error) *Memory {
	return &Memory{leafSet: m.leafSet, pay: pay}
}

// charge pays for signatures that are about to be checked.
func (m *Memory) charge(s CipherSuite, signatures int) error {
	if m == nil || m.pay == nil || signatures == 0 {
		return nil
	}
	return m.pay(s, signatures)
}

// known reports whether key was remembered, and renews it.
func (m *leafSet) known(key leafKey) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.recent[key]; ok {
		return true
	}
	_, ok := m.old[key]
	if ok {
		m.put(key)
	}
	return ok
}

func (m *leafSet) remember(key leafKey) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(key)
}

func (m *leafSet) put(key leafKey) {
	if len(m.recent) >= m.limit {
		m.old, m.recent = m.recent, map[leafKey]struct{}{}
	}
	m.recent[key] = struct{}{}
}

// leafKey is what a leaf's check depends on: suite and group, and the leaf's
// tree hash, which is over the leaf and its index, cut to 256 bits.
type leafKey struct{ group, leaf [sha256.Size]byte }

// groupKey is the part of a leafKey that all leaves of a group share.
func groupKey(c *GroupContext) [sha256.Size]byte {
	return sha256.Sum256(append(appendU16(nil, uint16(c.CipherSuite)), c.GroupID...))
}

// leafChecks are the checks of a tree's leaves.
type leafChecks struct {
	mem   *Memory
	group *GroupContext
	// key is the part of a leafKey that all leaves share.
	key [sha256.Size]byte
	// known says by index which leaves are remembered.
	known []bool
}

// look finds out which leaves of a tree are remembered, and pays for the
// others. h are the hashes of the tree.
func (m *Memory) look(t *RatchetTree, c *GroupContext, h *treeHashes) (*leafChecks, error) {
	k := &leafChecks{m, c, groupKey(c), make([]bool, len(t.leaves))}
	unknown := 0
	for i, l := range t.leaves {
		if l == nil {
			continue
		}
		if k.known[i] = m != nil && m.known(k.of(h.of(t, 2*i))); !k.known[i] {
			unknown++
		}
	}
	return k, m.charge(c.CipherSuite, unknown)
}

// of is the key of the leaf with that tree hash.
func (k *leafChecks) of(treeHash []byte) leafKey {
	key := leafKey{group: k.key}
	copy(key.leaf[:], treeHash)
	return key
}

// verify checks form and signature of a leaf with that tree hash, unless that
// was done before.
func (k *leafChecks) verify(l *LeafNode, index uint32, treeHash []byte) error {
	if k.known[index] {
		return nil
	}
	if err := verifyLeaf(l, k.group, index); err != nil {
		return err
	}
	if k.mem != nil {
		k.mem.remember(k.of(treeHash))
	}
	return nil
}

func verifyLeaf(l *LeafNode, c *GroupContext, index uint32) error {
	if err := l.checkForm(c.CipherSuite); err != nil {
		return err
	}
	return l.verifySignature(c.CipherSuite, c.GroupID, index)
}
