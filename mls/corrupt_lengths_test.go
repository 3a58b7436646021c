package mls_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
)

// suiteLengths are the lengths in bytes of encrypted fields, computed by hand
// from RFC 9420 and RFC 9180. KEM output and path secret have exact lengths;
// the others are minimums.
type suiteLengths struct {
	kem, pathSecret               int
	groupSecrets, groupInfo       int
	application, proposal, commit int
}

var lengthsOf = map[mls.CipherSuite]suiteLengths{
	mls.SuiteX25519AES128:   {32, 48, 51, 200, 83, 84, 120},
	mls.SuiteP256:           {65, 48, 51, 143, 26, 27, 63},
	mls.SuiteX25519ChaCha20: {32, 48, 51, 200, 83, 84, 120},
	mls.SuiteX448AES256:     {56, 80, 84, 349, 133, 134, 203},
	mls.SuiteP521:           {133, 80, 84, 242, 26, 27, 96},
	mls.SuiteX448ChaCha20:   {56, 80, 84, 349, 133, 134, 203},
	mls.SuiteP384:           {97, 64, 67, 191, 26, 27, 79},
	mls.SuiteXWing:          {1120, 48, 51, 200, 83, 84, 120},
}

// TestLeastCiphertext includes the suites that cannot be verified.
func TestLeastCiphertext(t *testing.T) {
	for s, want := range lengthsOf {
		for content, n := range map[mls.ContentType]int{
			mls.ContentTypeApplication: want.application, mls.ContentTypeProposal: want.proposal, mls.ContentTypeCommit: want.commit,
		} {
			if got := s.LeastCiphertext(content); got != n {
				t.Errorf("%v: %s of %d bytes at least, want %d", s, content, got, n)
			}
			if least := mls.CipherSuite(0).LeastCiphertext(content); n < least {
				t.Errorf("%v: %s of %d bytes, though any suite's has %d", s, content, n, least)
			}
		}
	}
	if err := (&mls.PrivateMessage{Ciphertext: make([]byte, 1000)}).Verify(99); !mls.IsCipherSuite(err) {
		t.Errorf("suite 99: %v, want a refusal of the suite", err)
	}
}

// TestLeastGroupInfo compares the table with the encoding of a GroupInfo that
// has no optional parts.
func TestLeastGroupInfo(t *testing.T) {
	for s, want := range lengthsOf {
		hash := make([]byte, want.pathSecret-16)
		signature := make([]byte, 8)
		switch s {
		case mls.SuiteX25519AES128, mls.SuiteX25519ChaCha20, mls.SuiteXWing:
			signature = make([]byte, 64)
		case mls.SuiteX448AES256, mls.SuiteX448ChaCha20:
			signature = make([]byte, 114)
		}
		g := mls.GroupInfo{Context: mls.GroupContext{CipherSuite: s, TreeHash: hash, ConfirmedTranscriptHash: hash}, ConfirmationTag: hash, Signature: signature}
		if got := len(g.Append(nil)) + 16; got != want.groupInfo {
			t.Errorf("%v: written in %d bytes, want %d", s, got, want.groupInfo)
		}
	}
}

// TestNeedsSuite checks that the suite is needed only for a message that some
// suite would refuse.
func TestNeedsSuite(t *testing.T) {
	for n, want := range map[int]bool{0: true, 26: true, 82: true, 83: false, 1000: false} {
		m := &mls.PrivateMessage{ContentType: mls.ContentTypeApplication, Ciphertext: make([]byte, n)}
		if m.NeedsSuite() != want {
			t.Errorf("%d bytes: %t, want %t", n, !want, want)
		}
	}
}

// lengthCase is a field for which length n is valid. Shorter values are
// refused; longer ones are refused when exact is set.
type lengthCase struct {
	field string
	n     int
	exact bool
	// build makes the object with n bytes in the field.
	build func(n int) []byte
	// wantError is part of the error for the object with the valid length. It
	// is empty if that object is accepted.
	wantError string
}

// otherCommit is the error for a commit with other ciphertexts: its transcript
// hash differs from the one in the scene's GroupInfo.
const otherCommit = "the GroupInfo is of another commit"

func (c *lengthCase) wrong() []int {
	out := []int{0, 1, 12, 15, 16, 17, 31, c.n - 1}
	if c.exact {
		out = append(out, c.n+1, 2*c.n)
	}
	out = slices.DeleteFunc(out, func(n int) bool { return n == c.n || n > c.n && !c.exact })
	slices.Sort(out)
	return slices.Compact(out)
}

// runLengths returns the number of corruptions that were refused.
func runLengths(t *testing.T, kind string, check func([]byte) error, cases []lengthCase) int {
	t.Helper()
	total := 0
	for _, c := range cases {
		if err := check(c.build(c.n)); err == nil && c.wantError != "" || err != nil && (c.wantError == "" || !strings.Contains(err.Error(), c.wantError)) {
			t.Errorf("%s: %s of %d bytes: error %v, want %q", kind, c.field, c.n, err, c.wantError)
		}
		rules := make([]ruleCase, 0, 10)
		for _, n := range c.wrong() {
			rules = append(rules, ruleCase{fmt.Sprintf("%s of %d bytes", c.field, n), fmt.Sprintf("%s: found %d bytes, want", c.field, n), c.build(n)})
		}
		runRules(t, kind, check, rules)
		total += len(rules)
	}
	return total
}

// privateLengths are the cases for a PrivateMessage.
func privateLengths(sc *scene, content mls.ContentType, least int) []lengthCase {
	message := func(senderData, ciphertext int) []byte {
		return (&mls.Message{WireFormat: mls.WireFormatPrivateMessage, Private: &mls.PrivateMessage{GroupID: sc.before.Context.GroupID, Epoch: 1,
			ContentType: content, EncryptedSenderData: mlstest.Random(senderData), Ciphertext: mlstest.Random(ciphertext)}}).Append(nil)
	}
	return []lengthCase{
		{"encrypted_sender_data", 28, true, func(n int) []byte { return message(n, 300) }, ""},
		{"ciphertext", least, false, func(n int) []byte { return message(28, n) }, ""},
	}
}

func welcomeLengths(sc *scene, want suiteLengths) []lengthCase {
	edit := func(f func(w *mls.Welcome, v []byte)) func(int) []byte {
		return func(n int) []byte {
			w, err := mls.ParseWelcome(sc.commit.Welcome)
			if err != nil {
				sc.t.Fatal(err)
			}
			f(w, mlstest.Random(n))
			return encodeWelcome(w)
		}
	}
	return []lengthCase{
		{"encrypted_group_info", want.groupInfo, false, edit(func(w *mls.Welcome, v []byte) { w.EncryptedGroupInfo = v }), ""},
		{"secrets[0].kem_output", want.kem, true, edit(func(w *mls.Welcome, v []byte) { w.Secrets[0].Secrets.KEMOutput = v }), ""},
		{"secrets[0].ciphertext", want.groupSecrets, false, edit(func(w *mls.Welcome, v []byte) { w.Secrets[0].Secrets.Ciphertext = v }), ""},
	}
}

// pathLengths are the cases for the path of a commit by a member or an external
// joiner.
func pathLengths(sc *scene, of *mlstest.Commit, by *mlstest.Client, want suiteLengths) []lengthCase {
	path := func(node int, kem, ciphertext int) []byte {
		return sc.resign(of, by, &sc.before.Context, func(m *mls.PublicMessage) {
			n := &m.Commit.Path.Nodes[node]
			n.Encrypted = nil
			for range n.Ciphertexts - 1 {
				n.Encrypted = mls.AppendOpaque(mls.AppendOpaque(n.Encrypted, mlstest.Random(want.kem)), mlstest.Random(want.pathSecret))
			}
			n.Encrypted = mls.AppendOpaque(mls.AppendOpaque(n.Encrypted, mlstest.Random(kem)), mlstest.Random(ciphertext))
		})
	}
	var out []lengthCase
	for node, n := range public(sc.t, of.Message).Commit.Path.Nodes {
		if n.Ciphertexts == 0 { // the added leaf is the only node below
			continue
		}
		field := fmt.Sprintf("commit.path.nodes[%d].encrypted_path_secret[%d].", node, n.Ciphertexts-1)
		out = append(out,
			lengthCase{field + "kem_output", want.kem, true, func(n int) []byte { return path(node, n, want.pathSecret) }, otherCommit},
			lengthCase{field + "ciphertext", want.pathSecret, true, func(n int) []byte { return path(node, want.kem, n) }, otherCommit})
	}
	return out
}

// proposalLengths are the cases for proposals in a commit and for standalone
// proposals. They include proposals that a member may not send at all.
func proposalLengths(sc *scene, want suiteLengths, commit bool) []lengthCase {
	propose := func(f func(v []byte) mls.Proposal) func(int) []byte {
		return func(n int) []byte {
			p := f(mlstest.Random(n))
			if !commit {
				return sc.before.Propose(sc.a, p, true).Message
			}
			return sc.resign(sc.commit, sc.a, &sc.before.Context, func(m *mls.PublicMessage) {
				m.Commit.Proposals = append(m.Commit.Proposals, mls.ProposalOrRef{Proposal: p})
			})
		}
	}
	field, psk, init := "proposal.", "", ""
	if commit {
		field, psk, init = "commit.proposals[2].", otherCommit, "a proposal that a member may commit here"
	}
	hash := want.pathSecret - 16
	return []lengthCase{
		{field + "psk.psk_nonce", hash, true, propose(func(v []byte) mls.Proposal { return &mls.PreSharedKey{PSKType: mls.PSKExternal, Nonce: v} }), psk},
		{field + "external_init.kem_output", want.kem, true, propose(func(v []byte) mls.Proposal { return &mls.ExternalInit{KEMOutput: v} }), init},
	}
}

// keyLengths are the cases for keys in a standalone proposal.
func keyLengths(sc *scene) []lengthCase {
	key := mlstest.HPKEKey(sc.suite)
	sized := func(n int) []byte {
		if n <= len(key) {
			return key[:n]
		}
		return append(slices.Clone(key), make([]byte, n-len(key))...)
	}
	add := func(f func(k *mls.KeyPackage, v []byte)) func(int) []byte {
		return func(n int) []byte {
			k := sc.d.KeyPackage(mlstest.Edit(func(k *mls.KeyPackage) { f(k, sized(n)) }))
			return sc.before.Propose(sc.a, &mls.Add{KeyPackage: k}, true).Message
		}
	}
	update := func(n int) []byte {
		l := sc.b.Leaf(mls.SourceUpdate)
		l.EncryptionKey = sized(n)
		sc.b.SignLeaf(&l, sc.before.Context.GroupID, 1)
		return sc.before.Propose(sc.b, &mls.Update{LeafNode: l}, true).Message
	}
	return []lengthCase{
		{"proposal.add.key_package.init_key", len(key), true, add(func(k *mls.KeyPackage, v []byte) { k.InitKey = v }), ""},
		{"proposal.add.key_package.leaf_node.encryption_key", len(key), true, add(func(k *mls.KeyPackage, v []byte) { k.LeafNode.EncryptionKey = v }), ""},
		{"proposal.update.leaf_node.encryption_key", len(key), true, update, ""},
	}
}

// TestCorruptLengths checks, in each suite and for every object that clients
// send, that ciphertexts, KEM outputs and keys of impossible lengths are
// refused.
func TestCorruptLengths(t *testing.T) {
	for _, s := range mls.SupportedCipherSuites() {
		sc, want := newScene(t, s), lengthsOf[s]
		name := s.String()
		total := runLengths(t, name+" Application", sc.checkApplication, privateLengths(sc, mls.ContentTypeApplication, want.application))
		total += runLengths(t, name+" private Proposal", sc.checkPrivate, privateLengths(sc, mls.ContentTypeProposal, want.proposal))
		total += runLengths(t, name+" private Commit", sc.checkPrivate, privateLengths(sc, mls.ContentTypeCommit, want.commit))
		total += runLengths(t, name+" Welcome", sc.checkWelcome, welcomeLengths(sc, want))
		total += runLengths(t, name+" Commit", sc.checkCommit, pathLengths(sc, sc.commit, sc.a, want))
		total += runLengths(t, name+" Commit", sc.checkCommit, proposalLengths(sc, want, true))
		total += runLengths(t, name+" ExternalCommit", sc.checkExternal, pathLengths(sc, sc.external, sc.new, want))
		total += runLengths(t, name+" ExternalCommit", sc.checkExternal, externalInitLengths(sc, want))
		total += runLengths(t, name+" Proposal", sc.checkProposal, proposalLengths(sc, want, false))
		total += runLengths(t, name+" Proposal", sc.checkProposal, keyLengths(sc))
		t.Logf("%v: %d wrong lengths refused", s, total)
	}
}

func externalInitLengths(sc *scene, want suiteLengths) []lengthCase {
	return []lengthCase{{"commit.proposals[0].external_init.kem_output", want.kem, true, func(n int) []byte {
		return sc.resign(sc.external, sc.new, &sc.before.Context, func(m *mls.PublicMessage) {
			m.Commit.Proposals[0].Proposal = &mls.ExternalInit{KEMOutput: mlstest.Random(n)}
		})
	}, otherCommit}}
}
