package mls

import (
	"crypto/sha256"
	"sync"
)

// LeafCache records which leaves have been verified, so that in the next epoch
// of a group only the changed leaves need a signature check. It stores hashes
// over everything that a leaf's signature depends on. It is safe for concurrent
// use. A nil LeafCache records nothing.
type LeafCache struct {
	*leafSet
	charge func(s CipherSuite, signatures int) error
}

// leafSet is the part that several LeafCaches share.
type leafSet struct {
	mu sync.Mutex
	// The set has two generations. When recent is full it becomes old. A key
	// that is found in old is copied back to recent.
	limit       int
	recent, old map[leafKey]struct{}
}

// NewLeafCache returns a cache for at least the given number of leaves. Each
// leaf takes about 200 bytes.
func NewLeafCache(leaves int) *LeafCache {
	return &LeafCache{leafSet: &leafSet{limit: max(leaves, 1), recent: map[leafKey]struct{}{}}}
}

// WithCharge returns a LeafCache that shares the entries of c and calls charge
// before signatures are checked, with their suite and number. If charge returns
// an error, the verification ends and returns that error wrapped.
func (m *LeafCache) WithCharge(pay func(s CipherSuite, signatures int) error) *LeafCache {
	return &LeafCache{leafSet: m.leafSet, charge: pay}
}

// payFor calls the charge function for signatures that are about to be checked.
func (m *LeafCache) payFor(s CipherSuite, signatures int) error {
	if m == nil || m.charge == nil || signatures == 0 {
		return nil
	}
	return m.charge(s, signatures)
}

// contains reports whether key is in the set. A key that is found counts as
// recently used.
func (m *leafSet) contains(key leafKey) bool {
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

// leafKey identifies everything that the check of a leaf depends on: suite and
// group, and the leaf's tree hash, which covers the leaf and its index. The
// tree hash is cut to 256 bits.
type leafKey struct{ group, leaf [sha256.Size]byte }

// groupKey returns the part of a leafKey that all leaves of a group share.
func groupKey(c *GroupContext) [sha256.Size]byte {
	return sha256.Sum256(append(appendU16(nil, uint16(c.CipherSuite)), c.GroupID...))
}

// leafChecks verifies the leaves of one tree.
type leafChecks struct {
	cache *LeafCache
	group *GroupContext
	// groupKey is the part of the leafKey that all leaves share.
	groupKey [sha256.Size]byte
	// verified says by leaf index which leaves the cache contains.
	verified []bool
}

// lookUp finds out which leaves of a tree the cache contains, and charges for
// the others. h holds the tree hashes of t.
func (m *LeafCache) lookUp(t *RatchetTree, c *GroupContext, h *treeHashes) (*leafChecks, error) {
	k := &leafChecks{m, c, groupKey(c), make([]bool, len(t.leaves))}
	unknown := 0
	for i, l := range t.leaves {
		if l == nil {
			continue
		}
		if k.verified[i] = m != nil && m.contains(k.keyFor(h.of(t, 2*i))); !k.verified[i] {
			unknown++
		}
	}
	return k, m.payFor(c.CipherSuite, unknown)
}

// keyFor returns the leafKey of the leaf with the given tree hash.
func (k *leafChecks) keyFor(treeHash []byte) leafKey {
	key := leafKey{group: k.groupKey}
	copy(key.leaf[:], treeHash)
	return key
}

// verify checks form and signature of the leaf with the given tree hash, unless
// the cache contains it.
func (k *leafChecks) verify(l *LeafNode, index uint32, treeHash []byte) error {
	if k.verified[index] {
		return nil
	}
	if err := verifyLeaf(l, k.group, index); err != nil {
		return err
	}
	if k.cache != nil {
		k.cache.remember(k.keyFor(treeHash))
	}
	return nil
}

func verifyLeaf(l *LeafNode, c *GroupContext, index uint32) error {
	if err := l.checkForm(c.CipherSuite); err != nil {
		return err
	}
	return l.verifySignature(c.CipherSuite, c.GroupID, index)
}
