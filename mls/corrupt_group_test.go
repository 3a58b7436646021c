package mls_test

import (
	"bytes"
	"testing"

	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
)

// tampered makes a GroupInfo of the group after sc.commit with a changed tree.
// The tree hash is computed anew, and the committer signs the GroupInfo again.
func (sc *scene) tampered(f func(*mls.RatchetTree)) []byte {
	g := *sc.commit.Next
	g.Tree = g.Tree.Clone()
	f(g.Tree)
	h, err := g.Tree.Hash(sc.suite)
	if err != nil {
		sc.t.Fatal(err)
	}
	g.Context.TreeHash = h
	return g.SignGroupInfo(sc.a, true)
}

// leafOf returns a copy of a leaf of the group after sc.commit, so that a test
// can change it.
func (sc *scene) leafOf(i uint32, f func(*mls.LeafNode)) *mls.LeafNode {
	l := *sc.commit.Next.Tree.Leaf(i)
	f(&l)
	l.Raw = nil
	return &l
}

func groupInfoRules(sc *scene) []ruleCase {
	var out []ruleCase
	edit := func(name, phrase string, f func(*mls.GroupInfo)) {
		out = append(out, ruleCase{name, phrase, sc.commit.Next.SignGroupInfo(sc.a, true, f)})
	}
	edit("another group id", "leaf[0].signature", func(g *mls.GroupInfo) { g.Context.GroupID = mlstest.Random(16) })
	edit("empty group id", "leaf[0].signature", func(g *mls.GroupInfo) { g.Context.GroupID = nil })
	edit("the old epoch", "group_context.epoch: found 1, want 2", func(g *mls.GroupInfo) { g.Context.Epoch-- })
	edit("a later epoch", "group_context.epoch: found 3, want 2", func(g *mls.GroupInfo) { g.Context.Epoch++ })
	edit("epoch 0", "group_context.epoch: found 0", func(g *mls.GroupInfo) { g.Context.Epoch = 0 })
	edit("the last epoch", "group_context.epoch", func(g *mls.GroupInfo) { g.Context.Epoch = ^uint64(0) })
	for _, s := range []mls.CipherSuite{1, 2, 3, 4, 5, 6, 7, 77, 99} {
		if s != sc.suite {
			edit("suite "+s.String(), "GroupInfo: ", func(g *mls.GroupInfo) { g.Context.CipherSuite = s })
		}
	}
	edit("tree hash of nothing", "tree_hash", func(g *mls.GroupInfo) { g.Context.TreeHash = nil })
	edit("tree hash of before", "tree_hash", func(g *mls.GroupInfo) { g.Context.TreeHash = sc.before.Context.TreeHash })
	edit("short transcript hash", "confirmed_transcript_hash", func(g *mls.GroupInfo) { g.Context.ConfirmedTranscriptHash = mlstest.Random(31) })
	edit("no transcript hash", "confirmed_transcript_hash", func(g *mls.GroupInfo) { g.Context.ConfirmedTranscriptHash = nil })
	edit("short confirmation tag", "confirmation_tag", func(g *mls.GroupInfo) { g.ConfirmationTag = g.ConfirmationTag[1:] })
	edit("signer is another leaf", "signature", func(g *mls.GroupInfo) { g.Signer = 1 })
	edit("signer outside the tree", "signer", func(g *mls.GroupInfo) { g.Signer = 4 })
	edit("signer far outside", "signer", func(g *mls.GroupInfo) { g.Signer = ^uint32(0) })
	edit("extension twice", "twice", func(g *mls.GroupInfo) { g.Extensions = append(g.Extensions, g.Extensions[1]) })
	edit("no tree", "ratchet_tree: found no tree", func(g *mls.GroupInfo) { g.Extensions = g.Extensions[1:] })
	edit("empty tree extension", "ratchet_tree", func(g *mls.GroupInfo) { g.Extensions[0].Data = nil })
	edit("tree without nodes", "ratchet_tree", func(g *mls.GroupInfo) { g.Extensions[0].Data = []byte{0} })
	edit("blank node at the end", "blank node at the end", func(g *mls.GroupInfo) { g.Extensions[0].Data = blankEnd(sc.commit.RatchetTree) })
	edit("external_pub as raw key", "known quirk: external_pub without its length prefix) (RFC 9420 §12.4.3.2)",
		func(g *mls.GroupInfo) { g.Extensions[1].Data = mlstest.HPKEKey(sc.suite) })
	edit("external_pub short", "external_pub", func(g *mls.GroupInfo) { g.Extensions[1].Data = mls.AppendOpaque(nil, mlstest.HPKEKey(sc.suite)[1:]) })
	edit("external_pub with more", "external_pub", func(g *mls.GroupInfo) { g.Extensions[1].Data = append(g.Extensions[1].Data, 0) })
	edit("external_senders malformed", "external_senders", func(g *mls.GroupInfo) {
		g.Context.Extensions = mls.Extensions{{Type: mls.ExtensionExternalSenders, Data: []byte{1, 0}}}
	})
	edit("required_capabilities malformed", "required_capabilities", func(g *mls.GroupInfo) {
		g.Context.Extensions = mls.Extensions{{Type: mls.ExtensionRequiredCapabilities, Data: []byte{1, 0}}}
	})
	edit("required extension nobody lists", "which the group's extensions require", func(g *mls.GroupInfo) {
		g.Context.Extensions = mls.Extensions{{Type: mls.ExtensionRequiredCapabilities, Data: []byte{2, 0xF0, 0, 0, 0}}}
	})
	edit("required credential nobody lists", "which the group's extensions require", func(g *mls.GroupInfo) {
		g.Context.Extensions = mls.Extensions{{Type: mls.ExtensionRequiredCapabilities, Data: []byte{0, 0, 2, 0, 2}}}
	})
	edit("group extension nobody lists", "which the group's extensions require", func(g *mls.GroupInfo) { g.Context.Extensions = mls.Extensions{{Type: 0xF000}} })
	sign := func(name string, by *mlstest.Client, label string) {
		m, err := mls.ParseGroupInfo(sc.commit.GroupInfo)
		if err != nil {
			sc.t.Fatal(err)
		}
		m.Signature = by.Sign(label, m.AppendTBS(nil))
		out = append(out, ruleCase{name, "signature", (&mls.Message{WireFormat: mls.WireFormatGroupInfo, GroupInfo: m}).Append(nil)})
	}
	sign("signed by another member", sc.b, mls.LabelGroupInfo)
	sign("signed by who was removed", sc.c, mls.LabelGroupInfo)
	sign("signed under another label", sc.a, mls.LabelFramedContent)
	other := sc.before.Commit(sc.a, mlstest.Plan{Remove: []uint32{2}, Add: []*mls.KeyPackage{sc.d.KeyPackage()}})
	return append(append(out, treeRules(sc)...),
		ruleCase{"another package of the added device, committed", "roster: leaf[2].credential.identity", other.GroupInfo},
		ruleCase{"the GroupInfo of before", "group_context.epoch", sc.before.SignGroupInfo(sc.a, true)},
		ruleCase{"the GroupInfo of another commit", "roster: ", sc.before.Commit(sc.a, mlstest.Plan{}).GroupInfo},
		ruleCase{"the joiner's GroupInfo", "roster: ", sc.external.GroupInfo})
}

// blankEnd adds a blank node to the end of a tree's encoding.
func blankEnd(tree []byte) []byte {
	t, err := mls.ParseRatchetTree(tree)
	if err != nil {
		panic(err)
	}
	body := t.Bytes()
	for n := 0; n <= 4; n++ {
		if bytes.Equal(mls.AppendOpaque(nil, body[n:]), tree) {
			return mls.AppendOpaque(nil, append(bytes.Clone(body[n:]), 0))
		}
	}
	panic("no header found")
}

// forged makes a valid GroupInfo in which the committer replaced a member's
// leaf by one whose key the committer holds.
func (sc *scene) forged(f func(*mls.LeafNode)) []byte {
	mallory := mlstest.NewClient(sc.b.DID, mlstest.Suite(sc.suite))
	l := mallory.Leaf(mls.SourceKeyPackage)
	f(&l)
	mallory.SignLeaf(&l, sc.before.Context.GroupID, 1)
	p, err := mls.ParseProposal(mls.AppendProposal(nil, &mls.Update{LeafNode: l}))
	if err != nil {
		sc.t.Fatal(err)
	}
	g := *sc.before
	g.Tree = g.Tree.Clone()
	g.Tree.Update(1, &p.(*mls.Update).LeafNode)
	return g.Commit(sc.a, mlstest.Plan{Remove: []uint32{2}, Add: []*mls.KeyPackage{sc.kd}}).GroupInfo
}

// treeRules are trees that have the right tree hash but break a rule.
func treeRules(sc *scene) []ruleCase {
	var out []ruleCase
	tree := func(name, phrase string, f func(*mls.RatchetTree)) {
		out = append(out, ruleCase{name, phrase, sc.tampered(f)})
	}
	leaf := func(name, phrase string, i uint32, f func(*mls.LeafNode)) {
		tree(name, phrase, func(t *mls.RatchetTree) { t.SetLeaf(i, sc.leafOf(i, f)) })
	}
	forged := func(name, phrase string, f func(*mls.LeafNode)) {
		out = append(out, ruleCase{name, phrase, sc.forged(f)})
	}
	forged("forged leaf of a member", "roster: leaf[1].leaf_node_source: found key_package", func(*mls.LeafNode) {})
	forged("forged leaf with source commit", "roster: leaf[1].leaf_node_source: found commit", func(l *mls.LeafNode) { l.Source = mls.SourceCommit })
	forged("forged leaf of another DID", "roster: leaf[1].credential.identity: found another DID", func(l *mls.LeafNode) { l.Credential.Identity = []byte(did(9)) })
	forged("forged leaf of no DID", "leaf[1].credential.identity", func(l *mls.LeafNode) { l.Credential.Identity = []byte("mallory") })
	leaf("identity of a leaf changed", "leaf[1].signature", 1, func(l *mls.LeafNode) { l.Credential.Identity = []byte(did(9)) })
	leaf("signature of a leaf removed", "leaf[1].signature", 1, func(l *mls.LeafNode) { l.Signature = nil })
	leaf("key of a leaf changed", "leaf[1].signature", 1, func(l *mls.LeafNode) { l.EncryptionKey = mlstest.HPKEKey(sc.suite) })
	leaf("signature key of a leaf changed", "leaf[1].signature", 1, func(l *mls.LeafNode) { l.SignatureKey = sc.new.SignatureKey() })
	leaf("capabilities of a leaf emptied", "leaf[1].capabilities", 1, func(l *mls.LeafNode) { l.Capabilities = mls.Capabilities{} })
	leaf("the same encryption key twice", "leaf[1].encryption_key: found the key of leaf[0]", 1, func(l *mls.LeafNode) {
		l.EncryptionKey = sc.commit.Next.Tree.Leaf(0).EncryptionKey
	})
	leaf("the same signature key twice", "leaf[1].signature_key: found the key of leaf[0]", 1, func(l *mls.LeafNode) {
		l.SignatureKey = sc.a.SignatureKey()
	})
	leaf("a parent's encryption key", "found the key of", 1, func(l *mls.LeafNode) { l.EncryptionKey = sc.commit.Next.Tree.Parent(0).EncryptionKey })
	leaf("short encryption key in a leaf", "leaf[1]", 1, func(l *mls.LeafNode) { l.EncryptionKey = l.EncryptionKey[1:] })
	leaf("parent hash of the committer's leaf", "parent hash", 0, func(l *mls.LeafNode) {
		l.ParentHash = mlstest.Random(32)
		sc.a.SignLeaf(l, sc.before.Context.GroupID, 0)
	})
	tree("two leaves exchanged", "leaf[", func(t *mls.RatchetTree) {
		l, m := t.Leaf(0), t.Leaf(1)
		t.SetLeaf(0, m)
		t.SetLeaf(1, l)
	})
	tree("a leaf removed without saying so", "leaf[1]: found removed", func(t *mls.RatchetTree) { t.Remove(1) })
	tree("a leaf added without saying so", "leaf[3]: found a new leaf", func(t *mls.RatchetTree) { t.Add(&sc.new.KeyPackage().LeafNode) })
	tree("the removed leaf still there", "parent hash", func(t *mls.RatchetTree) { t.SetLeaf(2, sc.before.Tree.Leaf(2)) })
	tree("another package of the added device", "parent hash", func(t *mls.RatchetTree) { t.SetLeaf(2, &sc.d.KeyPackage().LeafNode) })
	parent := func(name, phrase string, i int, f func(*mls.ParentNode)) {
		tree(name, phrase, func(t *mls.RatchetTree) { p := *t.Parent(i); f(&p); t.SetParent(i, &p) })
	}
	parent("key of a parent changed", "parent hash", 0, func(p *mls.ParentNode) { p.EncryptionKey = mlstest.HPKEKey(sc.suite) })
	parent("key of the root changed", "parent hash", 1, func(p *mls.ParentNode) { p.EncryptionKey = mlstest.HPKEKey(sc.suite) })
	parent("parent hash of the root", "parent hash", 1, func(p *mls.ParentNode) { p.ParentHash = mlstest.Random(32) })
	parent("parent hash of a parent", "parent hash", 0, func(p *mls.ParentNode) { p.ParentHash = mlstest.Random(32) })
	parent("short key of a parent", "encryption_key", 0, func(p *mls.ParentNode) { p.EncryptionKey = p.EncryptionKey[1:] })
	parent("unmerged leaf of another subtree", "unmerged_leaves", 0, func(p *mls.ParentNode) { p.UnmergedLeaves = []uint32{2} })
	parent("unmerged leaf that is blank", "unmerged_leaves", 1, func(p *mls.ParentNode) { p.UnmergedLeaves = []uint32{3} })
	parent("unmerged leaf outside the tree", "unmerged_leaves", 1, func(p *mls.ParentNode) { p.UnmergedLeaves = []uint32{1 << 31} })
	parent("unmerged leaf not unmerged below", "unmerged_leaves", 1, func(p *mls.ParentNode) { p.UnmergedLeaves = []uint32{1} })
	parent("unmerged leaf that is merged", "parent hash", 0, func(p *mls.ParentNode) { p.UnmergedLeaves = []uint32{1} })
	parent("unmerged leaf twice", "increasing", 1, func(p *mls.ParentNode) { p.UnmergedLeaves = []uint32{2, 2} })
	parent("unmerged leaves out of order", "increasing", 1, func(p *mls.ParentNode) { p.UnmergedLeaves = []uint32{2, 0} })
	return out
}

func TestCorruptGroupInfo(t *testing.T) {
	for _, s := range mls.SupportedCipherSuites() {
		sc := newScene(t, s)
		runRules(t, s.String()+" GroupInfo", sc.checkGroupInfo, groupInfoRules(sc))
	}
}

// TestUncheckedInGroupInfo lists the parts of a correctly signed GroupInfo that
// cannot be checked from outside, each with the reason.
func TestUncheckedInGroupInfo(t *testing.T) {
	sc := newScene(t, mls.SuiteX25519AES128)
	for reason, b := range map[string][]byte{
		"external_pub is derived from a secret": sc.commit.Next.SignGroupInfo(sc.a, true, func(g *mls.GroupInfo) {
			g.Extensions[1].Data = mls.AppendOpaque(nil, mlstest.HPKEKey(1))
		}),
		"the confirmation tag is a MAC under a secret": sc.commit.Next.SignGroupInfo(sc.a, true, func(g *mls.GroupInfo) { g.ConfirmationTag = mlstest.Random(32) }),
		"the transcript of an opaque commit cannot be computed": sc.commit.Next.SignGroupInfo(sc.a, true, func(g *mls.GroupInfo) {
			g.Context.ConfirmedTranscriptHash = mlstest.Random(32)
		}),
		"any parent node may be blank, and what its secret reached is not visible": sc.tampered(func(t *mls.RatchetTree) { t.SetParent(1, nil) }),
	} {
		if err := sc.checkGroupInfo(b); err != nil {
			t.Errorf("refused (%v), though %s", err, reason)
		}
	}
	// Beside a PublicMessage commit they can be checked, because context and
	// confirmation tag follow from the commit: see checkCommit.
}
