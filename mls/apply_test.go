package mls_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
)

func did(n int) string { return fmt.Sprintf("did:plc:%024d", n) }

// outsider follows a group from outside, as the service does.
type outsider struct {
	t     testing.TB
	cache *mls.LeafCache
	g     *mls.Group
	sent  map[string]*mls.PublicMessage
}

// follow starts from a GroupInfo that contains the tree.
func follow(t testing.TB, groupInfo []byte) *outsider {
	t.Helper()
	o := &outsider{t: t, cache: mls.NewLeafCache(100)}
	o.g = o.verify(groupInfo)
	return o
}

func (o *outsider) verify(groupInfo []byte) *mls.Group {
	o.t.Helper()
	gi, err := mls.ParseGroupInfo(groupInfo)
	if err != nil {
		o.t.Fatal(err)
	}
	g, err := gi.Verify(nil, o.cache)
	if err != nil {
		o.t.Fatal(err)
	}
	return g
}

func public(t testing.TB, b []byte) *mls.PublicMessage {
	t.Helper()
	m, err := mls.ParseMessage(b)
	if err != nil {
		t.Fatal(err)
	}
	return m.Public
}

func (o *outsider) propose(b []byte) {
	o.t.Helper()
	m := public(o.t, b)
	if err := o.g.VerifyMessage(m); err != nil {
		o.t.Fatal(err)
	}
	ref, err := m.ProposalRef(o.g.Context.CipherSuite)
	if err != nil {
		o.t.Fatal(err)
	}
	if o.sent == nil {
		o.sent = map[string]*mls.PublicMessage{}
	}
	o.sent[string(ref)] = m
}

func (o *outsider) find(ref []byte) *mls.PublicMessage { return o.sent[string(ref)] }

// commit applies a PublicMessage commit and compares the resulting context with
// the GroupInfo that the committer made.
func (o *outsider) commit(c *mlstest.Commit) *mls.Effect {
	o.t.Helper()
	next, effect, err := o.g.ApplyCommit(public(o.t, c.Message), o.find, o.cache)
	if err != nil {
		o.t.Fatal(err)
	}
	claimed := o.verify(c.GroupInfo)
	if !bytes.Equal(next.Context.Bytes(), claimed.Context.Bytes()) {
		o.t.Fatalf("the commit leads to another context than its GroupInfo has")
	}
	if !bytes.Equal(next.Tree.Bytes(), claimed.Tree.Bytes()) || !bytes.Equal(next.Interim, claimed.Interim) {
		o.t.Fatalf("the commit leads to another tree or transcript than its GroupInfo has")
	}
	o.g, o.sent = next, nil
	return effect
}

func TestApplyCommit(t *testing.T) {
	for _, s := range mls.SupportedCipherSuites() {
		t.Run(s.String(), func(t *testing.T) {
			clients := make([]*mlstest.Client, 6)
			for i := range clients {
				clients[i] = mlstest.NewClient(did(i), mlstest.Suite(s))
			}
			first := mlstest.NewGroupWith(clients[0], mlstest.Random(16), clients[1:5]...)
			g := first.Next.With(clients...)
			o := follow(t, first.GroupInfo)

			t.Log("an update by reference, a removal and an addition by value")
			up := g.ProposeUpdate(clients[2], true)
			o.propose(up.Message)
			c := g.Commit(clients[1], mlstest.Plan{Public: true, Refs: []*mlstest.Proposal{up}, Remove: []uint32{3},
				Add: []*mls.KeyPackage{clients[5].KeyPackage()}})
			e := o.commit(c)
			if fmt.Sprint(e.Updated, e.Removed, len(e.Added), e.Committer, e.Joined) != "[2] [3] 1 1 false" || e.Added[0].Index != 3 {
				t.Errorf("effect %+v", e)
			}
			g = c.Next

			t.Log("an addition without path")
			late := mlstest.NewClient(did(6), mlstest.Suite(s))
			g = g.With(late)
			c = g.Commit(clients[5], mlstest.Plan{Public: true, NoPath: true, Add: []*mls.KeyPackage{late.KeyPackage()}})
			o.commit(c)
			g = c.Next

			t.Log("an empty commit, over unmerged leaves")
			c = g.Commit(clients[0], mlstest.Plan{Public: true})
			o.commit(c)
			g = c.Next

			t.Log("an external commit that replaces the joiner's old leaf")
			again := clients[2].Rotate()
			c = g.ExternalCommit(again, g.Index(clients[2]))
			e = o.commit(c)
			if !e.Joined || len(e.Removed) != 1 || e.Committer != c.Next.Index(again) {
				t.Errorf("effect %+v", e)
			}
			g = c.Next

			t.Log("removals that narrow the tree")
			c = g.Commit(clients[0], mlstest.Plan{Public: true, RemoveDIDs: []string{did(4), did(5), did(6)}})
			o.commit(c)
			if w := o.g.Tree.Width(); w != 4 {
				t.Errorf("width %d, want 4", w)
			}

			t.Log("a key that rotates, with extensions and a pre-shared key")
			g = c.Next
			fresh := clients[1].Rotate()
			c = g.Commit(clients[1], mlstest.Plan{Public: true, Rotate: fresh, Extra: []mls.Proposal{
				&mls.PreSharedKey{PSKType: mls.PSKExternal, ID: []byte("id"), Nonce: mlstest.Random(len(g.Tag))},
				&mls.GroupContextExtensions{Extensions: mls.Extensions{{Type: mls.ExtensionRequiredCapabilities, Data: []byte{0, 0, 2, 0, 1}}}},
			}})
			o.commit(c)
			if got := o.g.Tree.Leaf(1).DeviceID(); got != fresh.DeviceID() {
				t.Errorf("device %s, want %s", got, fresh.DeviceID())
			}
		})
	}
}

// TestFirstTranscript follows a commit of epoch 0, both from clients that start
// the transcript with an empty interim hash and from clients that do not.
func TestFirstTranscript(t *testing.T) {
	a := mlstest.NewClient(did(1))
	g := mlstest.NewGroup(a, mlstest.Random(16))
	o := follow(t, g.SignGroupInfo(a, true))
	empty := *g
	empty.Interim = nil
	for name, c := range map[string]*mlstest.Commit{"§11": g.Commit(a, mlstest.Plan{Public: true}), "§8.2": empty.Commit(a, mlstest.Plan{Public: true})} {
		next, effect, err := o.g.ApplyCommit(public(t, c.Message), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if name == "§8.2" {
			next = effect.Alternative
		}
		claimed := o.verify(c.GroupInfo)
		if !bytes.Equal(next.Context.Bytes(), claimed.Context.Bytes()) || !bytes.Equal(next.Interim, claimed.Interim) || next.Tree == nil {
			t.Errorf("%s: leads elsewhere than its GroupInfo", name)
		}
		second := c.Next.Commit(a, mlstest.Plan{Public: true})
		if _, effect, err = next.ApplyCommit(public(t, second.Message), nil, nil); err != nil || effect.Alternative != nil {
			t.Errorf("%s: the second commit: %v", name, err)
		}
	}
}

// wantError asserts that err is an *mls.Error about the field, and that its
// text contains the phrase.
func wantError(t *testing.T, err error, field, phrase string) {
	t.Helper()
	var e *mls.Error
	if !errors.As(err, &e) {
		t.Errorf("error %v, want one about %s", err, field)
		return
	}
	if e.Field != field || !bytes.Contains([]byte(e.Error()), []byte(phrase)) {
		t.Errorf("error %q about %q, want one about %q with %q", e, e.Field, field, phrase)
	}
}

// TestApplyCommitRefuses applies commits that are correctly signed but break a
// rule.
func TestApplyCommitRefuses(t *testing.T) {
	a, b, c, d := mlstest.NewClient(did(1)), mlstest.NewClient(did(2)), mlstest.NewClient(did(3)), mlstest.NewClient(did(4))
	first := mlstest.NewGroupWith(a, mlstest.Random(16), b, c)
	g := first.Next.With(d)
	o := follow(t, first.GroupInfo)
	psk := &mls.PreSharedKey{PSKType: mls.PSKExternal, ID: []byte("id"), Nonce: mlstest.Random(32)}
	kp := d.KeyPackage()
	own := g.ProposeUpdate(a, true)
	theirs := g.ProposeUpdate(b, true)
	o.propose(own.Message)
	o.propose(theirs.Message)
	p := func(p ...mls.Proposal) mlstest.Plan { return mlstest.Plan{Public: true, Extra: p} }
	for _, tc := range []struct {
		name, field, phrase string
		plan                mlstest.Plan
	}{
		{"reinit", "commit.proposals[0]", "reinit", p(&mls.ReInit{GroupID: []byte("new"), Version: 1, CipherSuite: 1})},
		{"external init by a member", "commit.proposals[0]", "external_init", p(&mls.ExternalInit{KEMOutput: mlstest.Random(32)})},
		{"same pre-shared key twice", "commit.proposals[1]", "named before", p(psk, psk)},
		{"extensions twice", "commit.proposals[1]", "second", p(&mls.GroupContextExtensions{}, &mls.GroupContextExtensions{})},
		{"update of the committer", "commit.proposals[0]", "committer", mlstest.Plan{Public: true, Refs: []*mlstest.Proposal{own}}},
		{"update and removal of a leaf", "commit.proposals[1]", "leaf 1", mlstest.Plan{Public: true, Remove: []uint32{1}, Refs: []*mlstest.Proposal{theirs}}},
		{"unknown reference", "commit.proposals[0]", "not known", mlstest.Plan{Public: true, Refs: []*mlstest.Proposal{g.ProposeUpdate(c, true)}}},
		{"removal without path", "commit.path", "none", mlstest.Plan{Public: true, NoPath: true, Remove: []uint32{1}}},
		{"nothing without path", "commit.path", "none", mlstest.Plan{Public: true, NoPath: true}},
		{"same package twice", "the tree after the commit.leaf[4].encryption_key", "leaf[3]", mlstest.Plan{Public: true, NoPath: true, Add: []*mls.KeyPackage{kp, kp}}},
		{"package of another suite", "commit.proposals[0].key_package.cipher_suite", "P256",
			mlstest.Plan{Public: true, NoPath: true, Add: []*mls.KeyPackage{mlstest.NewClient(did(5), mlstest.Suite(mls.SuiteP256)).KeyPackage()}}},
		{"extension nobody supports", "the tree after the commit.leaf[0].capabilities.extensions", "type 61440",
			p(&mls.GroupContextExtensions{Extensions: mls.Extensions{{Type: 0xF000}}})},
		{"required proposal nobody supports", "the tree after the commit.leaf[0].capabilities.proposals", "type 61440",
			p(&mls.GroupContextExtensions{Extensions: mls.Extensions{{Type: mls.ExtensionRequiredCapabilities, Data: []byte{0, 2, 0xF0, 0, 0}}}})},
		{"one path node too few", "commit.path.nodes", "1", mlstest.Plan{Public: true, EditPath: func(p *mls.UpdatePath) { p.Nodes = p.Nodes[:1] }}},
		{"one ciphertext missing", "commit.path.nodes[0].encrypted_path_secret", "one per node", mlstest.Plan{Public: true, EditPath: func(p *mls.UpdatePath) { p.Nodes[0].Encrypted = nil }}},
		{"wrong parent hash", "commit.path.leaf_node.parent_hash", "want", mlstest.Plan{Public: true, EditPath: func(p *mls.UpdatePath) { p.LeafNode.ParentHash = mlstest.Random(32) }}},
		{"path leaf with source update", "commit.path.leaf_node.leaf_node_source", "commit", mlstest.Plan{Public: true, EditPath: func(p *mls.UpdatePath) { p.LeafNode.Source = mls.SourceUpdate }}},
		{"old encryption key", "commit.path.leaf_node.encryption_key", "fresh", mlstest.Plan{Public: true, EditPath: func(p *mls.UpdatePath) { p.LeafNode.EncryptionKey = g.Tree.Leaf(0).EncryptionKey }}},
		{"another's signature key", "the tree after the commit.leaf[0].signature", "verify", mlstest.Plan{Public: true, EditPath: func(p *mls.UpdatePath) { p.LeafNode.SignatureKey = d.SignatureKey() }}},
		{"path key of the wrong length", "the tree after the commit.node[1].encryption_key", "31 bytes", mlstest.Plan{Public: true, EditPath: func(p *mls.UpdatePath) {}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := public(t, g.Commit(a, tc.plan).Message)
			if tc.name == "path key of the wrong length" {
				m = shortPathKey(t, g, a)
			}
			_, _, err := o.g.ApplyCommit(m, o.find, o.cache)
			wantError(t, err, tc.field, tc.phrase)
		})
	}
}

// shortPathKey makes a commit whose first path key lacks a byte. The parent
// hash covers the short key, so that only the key's length is wrong.
func shortPathKey(t *testing.T, g *mlstest.Group, by *mlstest.Client) *mls.PublicMessage {
	t.Helper()
	tree := g.Tree.Clone()
	m := public(t, g.Commit(by, mlstest.Plan{Public: true}).Message)
	path := m.Commit.Path
	path.Nodes[0].EncryptionKey = path.Nodes[0].EncryptionKey[1:]
	var keys [][]byte
	for _, n := range path.Nodes {
		keys = append(keys, n.EncryptionKey)
	}
	path.LeafNode.ParentHash = tree.SetPath(by.Suite, 0, tree.FilteredPath(0, nil), keys)
	by.SignLeaf(&path.LeafNode, g.Context.GroupID, 0)
	fresh := &mls.PublicMessage{GroupID: m.GroupID, Epoch: m.Epoch, Sender: m.Sender, ContentType: m.ContentType, Commit: m.Commit,
		ConfirmationTag: m.ConfirmationTag, MembershipTag: m.MembershipTag}
	fresh.Signature = by.Sign(mls.LabelFramedContent, fresh.AppendTBS(nil, &g.Context))
	return public(t, (&mls.Message{WireFormat: mls.WireFormatPublicMessage, Public: fresh}).Append(nil))
}
