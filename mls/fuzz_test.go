package mls_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
)

// bounded runs f and asserts that it allocates at most 64 times the input plus
// 64 KiB. Allocations that libraries make once, or when their pools are
// emptied, must not count, so f may try three times. Tests of this package do
// not run in parallel, because all allocations made meanwhile are counted.
func bounded(t *testing.T, input []byte, f func()) {
	t.Helper()
	most := uint64(64*len(input) + 64<<10)
	var got uint64
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		if got = after.TotalAlloc - before.TotalAlloc; got <= most {
			return
		}
	}
	t.Errorf("%d bytes allocated for an input of %d, want at most %d", got, len(input), most)
}

// fuzzTime is the clock of the fuzz targets.
var fuzzTime = time.Unix(1_800_000_000, 0)

// fuzzScene makes the same scene in every fuzzing process.
func fuzzScene(f *testing.F, s mls.CipherSuite) *scene {
	f.Helper()
	defer mlstest.Deterministic([32]byte{byte(s)}, fuzzTime)()
	return newScene(f, s)
}

// seeds returns objects of every kind, in two suites.
func seeds(f *testing.F) []objectKind {
	f.Helper()
	var out []objectKind
	for _, s := range []mls.CipherSuite{mls.SuiteX25519AES128, mls.SuiteP256} {
		out = append(out, fuzzScene(f, s).kinds()...)
	}
	return out
}

// FuzzParseMessage checks that parsing never panics and allocates a bounded
// amount, and that everything that parses is encoded to the same bytes. It does
// the same for key packages and GroupInfos without MLSMessage.
func FuzzParseMessage(f *testing.F) {
	for _, k := range seeds(f) {
		f.Add(k.object)
		f.Add(mlstest.Bare(k.object))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var m *mls.Message
		var k *mls.KeyPackage
		var g *mls.GroupInfo
		bounded(t, b, func() { m, _ = mls.ParseMessage(b) })
		bounded(t, b, func() { k, _ = mls.ParseKeyPackage(b) })
		bounded(t, b, func() { g, _ = mls.ParseGroupInfo(b) })
		if m != nil && !bytes.Equal(m.Append(nil), b) {
			t.Error("message written differently")
		}
		if k != nil && (!bytes.Equal(k.Append(nil), k.Raw) || !bytes.HasSuffix(b, k.Raw)) {
			t.Error("key package written differently")
		}
		if g != nil && (!bytes.Equal(g.Append(nil), g.Raw) || !bytes.HasSuffix(b, g.Raw)) {
			t.Error("GroupInfo written differently")
		}
		if m != nil {
			m.Framing()
			if m.Public != nil {
				_, _ = m.Public.ExternalCommit()
				_, _ = m.Public.ProposalRef(1)
			}
			if m.Welcome != nil {
				bounded(t, b, func() { _ = m.Welcome.Verify() })
			}
			if m.Private != nil {
				bounded(t, b, func() { fitsSuites(t, m.Private) })
			}
		}
	})
}

// fitsSuites checks a PrivateMessage that parsed: it has its sender data and
// room for a tag, and it needs the suite only if some suite would refuse it.
func fitsSuites(t *testing.T, m *mls.PrivateMessage) {
	if len(m.EncryptedSenderData) != 28 || len(m.Ciphertext) <= 16 {
		t.Errorf("sender data of %d bytes and a ciphertext of %d", len(m.EncryptedSenderData), len(m.Ciphertext))
	}
	refused := false
	for _, s := range mls.SupportedCipherSuites() {
		refused = refused || m.Verify(s) != nil
	}
	if m.NeedsSuite() != refused {
		t.Errorf("a ciphertext of %d bytes: needs the suite: %t, refused in one: %t", len(m.Ciphertext), m.NeedsSuite(), refused)
	}
}

func FuzzParseRatchetTree(f *testing.F) {
	for _, k := range seeds(f) {
		if k.tree {
			f.Add(k.object)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var tree *mls.RatchetTree
		bounded(t, b, func() { tree, _ = mls.ParseRatchetTree(b) })
		if tree == nil {
			return
		}
		if !bytes.Equal(tree.Bytes(), b) {
			t.Error("tree written differently")
		}
		for _, s := range []mls.CipherSuite{1, 5} {
			bounded(t, b, func() { _, _ = tree.Hash(s) })
		}
		_, _ = tree.Members()
	})
}

// FuzzParseParts parses the structures inside messages.
func FuzzParseParts(f *testing.F) {
	sc := fuzzScene(f, mls.SuiteX25519AES128)
	f.Add(sc.before.Context.Bytes())
	f.Add(mls.AppendProposal(nil, &mls.Add{KeyPackage: sc.kd}))
	f.Add(mls.AppendProposal(nil, &mls.PreSharedKey{PSKType: mls.PSKResumption, Usage: 1, GroupID: []byte("g"), Nonce: []byte("n")}))
	f.Add(mls.AppendProposal(nil, &mls.ReInit{Version: 1, CipherSuite: 1, GroupID: []byte("g")}))
	f.Add(mls.AppendProposal(nil, &mls.GroupContextExtensions{Extensions: mls.Extensions{{Type: 3, Data: []byte{0, 0, 0}}}}))
	f.Add(public(f, sc.commit.Message).Commit.Append(nil))
	f.Add([]byte(did(1) + "#phone"))
	f.Fuzz(func(t *testing.T, b []byte) {
		bounded(t, b, func() {
			if c, err := mls.ParseGroupContext(b); err == nil && !bytes.Equal(c.Bytes(), b) {
				t.Error("context written differently")
			}
		})
		bounded(t, b, func() {
			if p, err := mls.ParseProposal(b); err == nil && !bytes.Equal(mls.AppendProposal(nil, p), b) {
				t.Error("proposal written differently")
			}
		})
		bounded(t, b, func() {
			if c, err := mls.ParseCommit(b); err == nil && !bytes.Equal(c.Append(nil), b) {
				t.Error("commit written differently")
			}
		})
		for _, typ := range []mls.ExtensionType{3, 4, 5} {
			x := mls.Extensions{{Type: typ, Data: b}}
			bounded(t, b, func() { _, _ = x.RequiredCapabilities() })
			bounded(t, b, func() { _, _ = x.ExternalSenders() })
			bounded(t, b, func() { _, _ = x.ExternalPub(1) })
		}
		if id, err := mls.ParseIdentity(b); err == nil && id.DID != string(b) && id.DID+"#"+id.Device != string(b) {
			t.Errorf("identity %q read as %+v", b, id)
		}
	})
}

// FuzzVerify verifies everything that parses: key packages, GroupInfos, and
// commits to a known group. The fuzzer can have the object signed again, so
// that it gets past the signature checks.
func FuzzVerify(f *testing.F) {
	scenes := map[bool]*scene{false: fuzzScene(f, mls.SuiteX25519AES128), true: fuzzScene(f, mls.SuiteP256)}
	for _, p256 := range []bool{false, true} {
		sc := scenes[p256]
		for _, k := range sc.kinds() {
			f.Add(k.object, p256, false)
			f.Add(k.object, p256, true)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, p256, resign bool) {
		sc := scenes[p256]
		m, err := mls.ParseMessage(b)
		if err != nil {
			return
		}
		if resign {
			m = sc.signAgain(m)
			b = m.Append(nil)
		}
		bounded(t, b, func() { verifyAny(sc, m, nil) })
		verifyAny(sc, m, sc.o.cache)
	})
}

func (sc *scene) signAgain(m *mls.Message) *mls.Message {
	switch {
	case m.KeyPackage != nil:
		k := *m.KeyPackage
		k.LeafNode.SignatureKey = sc.d.SignatureKey()
		return &mls.Message{WireFormat: m.WireFormat, KeyPackage: sc.d.SignKeyPackage(&k)}
	case m.GroupInfo != nil:
		g := *m.GroupInfo
		if tree, err := g.RatchetTree(); err == nil && tree != nil {
			if h, err := tree.Hash(g.Context.CipherSuite); err == nil {
				g.Context.TreeHash = h
			}
		}
		g.Signature = sc.a.Sign(mls.LabelGroupInfo, g.AppendTBS(nil))
		return reparse(sc, &mls.Message{WireFormat: m.WireFormat, GroupInfo: &g})
	case m.Public != nil:
		p := m.Public
		fresh := &mls.PublicMessage{GroupID: sc.before.Context.GroupID, Epoch: 1, Sender: p.Sender, ContentType: p.ContentType,
			AuthenticatedData: p.AuthenticatedData, Application: p.Application, Proposal: p.Proposal, Commit: p.Commit,
			ConfirmationTag: p.ConfirmationTag, MembershipTag: p.MembershipTag}
		fresh.Signature = sc.a.Sign(mls.LabelFramedContent, fresh.AppendTBS(nil, &sc.before.Context))
		return reparse(sc, &mls.Message{WireFormat: m.WireFormat, Public: fresh})
	}
	return m
}

func reparse(sc *scene, m *mls.Message) *mls.Message {
	out, err := mls.ParseMessage(m.Append(nil))
	if err != nil {
		sc.t.Fatal(err)
	}
	return out
}

func verifyAny(sc *scene, m *mls.Message, cache *mls.LeafCache) {
	switch {
	case m.KeyPackage != nil:
		_ = m.KeyPackage.Verify(fuzzTime, sc.d.DID)
	case m.GroupInfo != nil:
		if g, err := m.GroupInfo.Verify(nil, cache); err == nil {
			_, _ = sc.o.g.CompareRoster(g, mls.RosterChange{Signer: m.GroupInfo.Signer, Committer: sc.a.DID, Added: []*mls.KeyPackage{sc.kd}, MayRemove: anyone})
		}
	case m.Public != nil:
		_ = sc.o.g.VerifyMessage(m.Public)
		_, _, _ = sc.o.g.ApplyCommit(m.Public, nil, cache)
	case m.Private != nil:
		_ = m.Private.Verify(sc.suite)
	case m.Welcome != nil:
		_ = m.Welcome.Verify()
	}
}

// TestHostileSizes bounds the allocation for inputs that declare large lengths
// but hold few bytes. The fuzzer does not reach these.
func TestHostileSizes(t *testing.T) {
	welcome := func(s mls.CipherSuite) []byte {
		return encodeWelcome(&mls.Welcome{CipherSuite: s, Secrets: make([]mls.EncryptedGroupSecrets, 100_000)})
	}
	blanks := func(n int) []byte { return mls.AppendOpaque(nil, make([]byte, n)) }
	leaf := newScene(t, 5).kd.LeafNode
	sparse := append(append(make([]byte, 4096), 1, 1), leaf.Raw...)
	extensions := make(mls.Extensions, 60_000)
	for i := range extensions {
		extensions[i].Type = mls.ExtensionType(i)
	}
	gce := mls.AppendProposal(nil, &mls.GroupContextExtensions{Extensions: extensions})
	commit := func(p mls.ProposalOrRef, n int) []byte {
		c := &mls.Commit{Proposals: make([]mls.ProposalOrRef, n)}
		for i := range c.Proposals {
			c.Proposals[i] = p
		}
		return c.Append(nil)
	}
	path := &mls.Commit{Path: &mls.UpdatePath{LeafNode: leaf, Nodes: make([]mls.UpdatePathNode, 100_000)}}
	for name, c := range map[string]struct {
		input []byte
		run   func([]byte)
	}{
		"empty secrets":                     {welcome(1), func(b []byte) { _, _ = mls.ParseMessage(b) }},
		"empty secrets of an unknown suite": {welcome(99), func(b []byte) { _, _ = mls.ParseMessage(b) }},
		"blank tree":                        {blanks(1 << 20), func(b []byte) { _, _ = mls.ParseRatchetTree(b) }},
		"one leaf far out": {mls.AppendOpaque(nil, sparse), func(b []byte) {
			tree, err := mls.ParseRatchetTree(b)
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = tree.Hash(5)
		}},
		"many senders": {mls.AppendOpaque(nil, bytes.Repeat([]byte{0, 0, 1, 0}, 100_000)), func(b []byte) {
			_, _ = mls.Extensions{{Type: mls.ExtensionExternalSenders, Data: b}}.ExternalSenders()
		}},
		"many lists of extensions": {commit(mls.ProposalOrRef{Proposal: &mls.GroupContextExtensions{Extensions: extensions[:17]}}, 10_000), func(b []byte) { _, _ = mls.ParseCommit(b) }},
		"many extensions":          {gce, func(b []byte) { _, _ = mls.ParseProposal(b) }},
		"many empty keys":          {path.Append(nil), func(b []byte) { _, _ = mls.ParseCommit(b) }},
		"many removals":            {commit(mls.ProposalOrRef{Proposal: &mls.Remove{}}, 100_000), func(b []byte) { _, _ = mls.ParseCommit(b) }},
		"many empty inits":         {commit(mls.ProposalOrRef{Proposal: &mls.ExternalInit{}}, 100_000), func(b []byte) { _, _ = mls.ParseCommit(b) }},
		"many pre-shared":          {commit(mls.ProposalOrRef{Proposal: &mls.PreSharedKey{PSKType: 1}}, 100_000), func(b []byte) { _, _ = mls.ParseCommit(b) }},
		"many references":          {commit(mls.ProposalOrRef{Ref: make([]byte, 32)}, 100_000), func(b []byte) { _, _ = mls.ParseCommit(b) }},
		"largest length":           {[]byte{0, 1, 0, 3, 0, 1, 0xBF, 0xFF, 0xFF, 0xFF}, func(b []byte) { _, _ = mls.ParseMessage(b) }},
		"many minimal leaves":      {commit(mls.ProposalOrRef{Proposal: &mls.Update{LeafNode: mls.LeafNode{Credential: mls.Credential{Type: 1}, Source: mls.SourceUpdate}}}, 100_000), func(b []byte) { _, _ = mls.ParseCommit(b) }},
	} {
		t.Run(name, func(t *testing.T) { bounded(t, c.input, func() { c.run(c.input) }) })
	}
}

// TestFuzzSeedsAreSmall limits the size of the stored corpus.
func TestFuzzSeedsAreSmall(t *testing.T) {
	files, err := filepath.Glob("testdata/fuzz/*/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || info.Size() > 16<<10 {
			t.Errorf("%s: larger than 16 KiB (%v)", f, err)
		}
	}
}
