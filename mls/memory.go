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
	recent, old map[[sha256.Size]byte]struct{}
}

// NewMemory makes a Memory for at least that many leaves, about 100 bytes each.
func NewMemory(leaves int) *Memory {
	return &Memory{limit: max(leaves, 1), recent: map[[sha256.Size]byte]struct{}{}}
}

// known reports whether key was remembered, and renews it.
func (m *Memory) known(key [sha256.Size]byte) bool {
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

func (m *Memory) remember(key [sha256.Size]byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(key)
}

func (m *Memory) put(key [sha256.Size]byte) {
	if len(m.recent) >= m.limit {
		m.old, m.recent = m.recent, map[[sha256.Size]byte]struct{}{}
	}
	m.recent[key] = struct{}{}
}

// verifyLeaf checks a leaf's form and signature, or remembers that it did.
// buf is reused between calls.
func (m *Memory) verifyLeaf(buf *[]byte, l *LeafNode, s CipherSuite, groupID []byte, index uint32) error {
	if m == nil {
		return verifyLeaf(l, s, groupID, index)
	}
	b := appendU16((*buf)[:0], uint16(s))
	b = appendOpaque(l.AppendTBS(b, groupID, index), l.Signature)
	*buf = b
	key := sha256.Sum256(b)
	if m.known(key) {
		return nil
	}
	if err := verifyLeaf(l, s, groupID, index); err != nil {
		return err
	}
	m.remember(key)
	return nil
}

func verifyLeaf(l *LeafNode, s CipherSuite, groupID []byte, index uint32) error {
	if err := l.checkForm(s); err != nil {
		return err
	}
	return l.verifySignature(s, groupID, index)
}
