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
	mu sync.Mutex
	// Two generations: when recent is full it becomes old, and what is asked
	// for moves back to recent.
	limit       int
	recent, old map[leafKey]struct{}
}

// NewMemory makes a Memory for at least that many leaves, about 200 bytes each.
func NewMemory(leaves int) *Memory {
	return &Memory{limit: max(leaves, 1), recent: map[leafKey]struct{}{}}
}

// known reports whether key was remembered, and renews it.
func (m *Memory) known(key leafKey) bool {
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

func (m *Memory) remember(key leafKey) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(key)
}

func (m *Memory) put(key leafKey) {
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

// verifyLeaf checks form and signature of a leaf with that tree hash, or
// remembers that it did.
func (m *Memory) verifyLeaf(l *LeafNode, c *GroupContext, index uint32, group [sha256.Size]byte, treeHash []byte) error {
	if m == nil {
		return verifyLeaf(l, c, index)
	}
	key := leafKey{group: group}
	copy(key.leaf[:], treeHash)
	if m.known(key) {
		return nil
	}
	if err := verifyLeaf(l, c, index); err != nil {
		return err
	}
	m.remember(key)
	return nil
}

func verifyLeaf(l *LeafNode, c *GroupContext, index uint32) error {
	if err := l.checkForm(c.CipherSuite); err != nil {
		return err
	}
	return l.verifySignature(c.CipherSuite, c.GroupID, index)
}
