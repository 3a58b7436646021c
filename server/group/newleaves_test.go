package group

import (
	"strings"
	"testing"

	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
)

// A leaf that stands in a tree twice is named by the error at its second place.
func TestRepeatedNewLeaf(t *testing.T) {
	t.Parallel()
	alice, bob := mlstest.NewClient("did:web:alice.example"), mlstest.NewClient("did:web:bob.example")
	kp := bob.KeyPackage()
	tree := mlstest.NewGroup(alice, mlstest.Random(16)).Tree.Clone()
	tree.Add(&kp.LeafNode)
	tree.Add(&kp.LeafNode)
	own := func(index uint32) bool { return index == 0 }
	err := checkNewLeaves(tree, own, []*mls.KeyPackage{kp})
	if err == nil || !strings.Contains(err.Error(), "leaf[2]: found a new leaf") {
		t.Errorf("error is %v", err)
	}
}
