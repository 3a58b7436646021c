package mls

import (
	"bytes"
	"testing"
)

// TestVectorsTreeValidation verifies the 98 trees (parent hashes, unmerged
// leaves, keys and leaf signatures) under a context with their tree hash.
func TestVectorsTreeValidation(t *testing.T) {
	type entry struct {
		Suite      CipherSuite `json:"cipher_suite"`
		Tree       hexBytes    `json:"tree"`
		GroupID    hexBytes    `json:"group_id"`
		TreeHashes []hexBytes  `json:"tree_hashes"`
	}
	verified, refused, leaves := 0, 0, 0
	for i, e := range loadVectors[entry](t, "tree-validation.json", 98) {
		tree, err := ParseRatchetTree(e.Tree)
		if err != nil {
			t.Fatal(err)
		}
		c := &GroupContext{CipherSuite: e.Suite, GroupID: e.GroupID, TreeHash: e.TreeHashes[tree.root()]}
		err = tree.verify(c, nil)
		if e.Suite.Supported() != nil {
			if !IsCipherSuite(err) {
				t.Errorf("entry %d, suite %d: %v, want a refusal of the suite", i, e.Suite, err)
			}
			refused++
			continue
		}
		if err != nil {
			t.Errorf("entry %d, suite %d: %v", i, e.Suite, err)
		}
		verified++
		leaves += tree.Leaves()
		c.GroupID = append(bytes.Clone(e.GroupID), 0)
		if err := tree.verify(c, nil); tree.hasBoundLeaf() && !IsSignature(err) {
			t.Errorf("entry %d: another group id gives %v, want a bad signature", i, err)
		}
	}
	if verified != 70 || refused != 28 {
		t.Errorf("%d verified and %d refused, want 70 and 28", verified, refused)
	}
	t.Logf("tree-validation: %d trees with %d leaves verified, %d of Ed448 suites refused", verified, leaves, refused)
}

// hasBoundLeaf reports whether the signature of some leaf covers the group id.
func (t *RatchetTree) hasBoundLeaf() bool {
	for _, l := range t.leaves {
		if l != nil && l.Source != SourceKeyPackage {
			return true
		}
	}
	return false
}
