package mls_test

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
)

// storedTree is a tree as the service stores it: whole, as it once was, and what
// commits have changed since.
type storedTree struct {
	whole   []byte
	changes [][]byte
}

// follow stores the change of a commit, and compares the stored tree with the new one.
func (s *storedTree) follow(r *rapid.T, before, next *mls.Group, committer uint32) {
	if c := next.Tree.ChangeFrom(before.Tree, before.Context.CipherSuite, committer); c != nil {
		s.changes = append(s.changes, c)
	}
	tree, err := mls.ParseRatchetTree(s.whole)
	if err == nil {
		err = tree.ApplyChanges(before.Context.CipherSuite, s.changes)
	}
	if err != nil || !bytes.Equal(tree.Bytes(), next.Tree.Bytes()) || tree.Width() != next.Tree.Width() {
		r.Fatalf("after %d changes the stored tree is another one: %v", len(s.changes), err)
	}
	if hash, err := tree.Hash(before.Context.CipherSuite); err != nil || !bytes.Equal(hash, next.Context.TreeHash) {
		r.Fatalf("the hash of the stored tree is another one: %v", err)
	}
	if rapid.IntRange(0, 9).Draw(r, "store whole") == 0 {
		*s = storedTree{whole: tree.Bytes()}
	}
}

// settled returns a group of n members in which one member of each subtree beside
// the creator's path has committed.
func settled(n int) (*mlstest.Group, *mlstest.Client) {
	clients := make([]*mlstest.Client, n)
	for i := range clients {
		clients[i] = mlstest.NewClient(did(i + 1))
	}
	g := mlstest.NewGroupWith(clients[0], mlstest.Random(16), clients[1:]...).Next
	for i := 1; i < n; i *= 2 {
		g = g.Commit(clients[i], mlstest.Plan{}).Next
	}
	return g.Commit(clients[0], mlstest.Plan{}).Next, clients[0]
}

// The stored change of a commit has the keys of its path once, and no more of the
// leaf than what a commit replaces.
func TestTreeChangeIsSmall(t *testing.T) {
	g, creator := settled(64)
	next := g.Commit(creator, mlstest.Plan{}).Next
	change := next.Tree.ChangeFrom(g.Tree, g.Context.CipherSuite, g.Index(creator))
	// Six parents with a key of 32 bytes; of the leaf a key, a parent hash and a
	// signature; and up to three bytes beside each.
	const most = 6*(32+3) + 32 + 32 + 64 + 3*4 + 4
	if len(change) > most {
		t.Errorf("the change has %d bytes, want at most %d", len(change), most)
	}
	if same := next.Tree.ChangeFrom(next.Tree.Clone(), g.Context.CipherSuite, 0); same != nil {
		t.Errorf("equal trees differ by %x", same)
	}
}

// A change that is damaged is refused, or leads to another tree.
func TestTreeChangeDamaged(t *testing.T) {
	g, creator := settled(5)
	s := g.Context.CipherSuite
	extra := mlstest.NewClient(did(9))
	next := g.With(extra).Commit(creator, mlstest.Plan{Add: []*mls.KeyPackage{extra.KeyPackage()}, Remove: []uint32{1}}).Next
	whole, change := g.Tree.Bytes(), next.Tree.ChangeFrom(g.Tree, g.Context.CipherSuite, g.Index(creator))
	apply := func(change []byte) ([]byte, error) {
		tree, err := mls.ParseRatchetTree(whole)
		if err != nil {
			t.Fatal(err)
		}
		err = tree.ApplyChanges(s, [][]byte{change})
		return tree.Bytes(), err
	}
	if b, err := apply(change); err != nil || !bytes.Equal(b, next.Tree.Bytes()) {
		t.Fatalf("the change itself: %v", err)
	}
	for n := range len(change) {
		if b, err := apply(change[:n]); err == nil && bytes.Equal(b, next.Tree.Bytes()) {
			t.Errorf("%d of %d bytes lead to the same tree", n, len(change))
		}
		for bit := range 8 {
			damaged := slices.Clone(change)
			damaged[n] ^= 1 << bit
			bounded(t, slices.Concat(whole, damaged, make([]byte, 8<<10)), func() { _, _ = apply(damaged) })
		}
	}
	if _, err := apply([]byte{0x60, 0, 0}); err == nil { // a width of 8192
		t.Error("a tree that is too wide was made")
	}
}

// A GroupInfo is complete again when its tree is put back.
func TestGroupInfoWithoutTree(t *testing.T) {
	g, creator := settled(5)
	tree := g.Tree.Bytes()
	other := mls.Extension{Type: 0xF0F0, Data: tree} // the same bytes in another extension
	before := func(i *mls.GroupInfo) { i.Extensions = slices.Insert(i.Extensions, 0, other) }
	after := func(i *mls.GroupInfo) { i.Extensions = append(i.Extensions, other) }
	for name, info := range map[string][]byte{
		"plain": g.SignGroupInfo(creator, true), "an extension before": g.SignGroupInfo(creator, true, before),
		"an extension after": g.SignGroupInfo(creator, true, after), "without MLSMessage": mlstest.Bare(g.SignGroupInfo(creator, true, before)),
	} {
		parsed, err := mls.ParseGroupInfo(info)
		if err != nil {
			t.Fatal(err)
		}
		rest, at, inside := parsed.WithoutTree(info)
		if !inside || len(rest) != len(info)-len(tree) || !bytes.Equal(slices.Concat(rest[:at], tree, rest[at:]), info) {
			t.Errorf("%s: %d of %d bytes are left, the tree of %d bytes is at %d", name, len(rest), len(info), len(tree), at)
		}
		if data, _ := parsed.Extensions.Find(mls.ExtensionRatchetTree); !bytes.Equal(info[at:at+len(data)], data) {
			t.Errorf("%s: the tree is not at %d", name, at)
		}
	}
	info := g.SignGroupInfo(creator, false, before)
	parsed, err := mls.ParseGroupInfo(info)
	if err != nil {
		t.Fatal(err)
	}
	if rest, _, inside := parsed.WithoutTree(info); inside || !bytes.Equal(rest, info) {
		t.Error("a GroupInfo without tree was cut")
	}
}
