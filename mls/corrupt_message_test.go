package mls_test

import (
	"bytes"
	"testing"

	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
)

func encodeWelcome(w *mls.Welcome) []byte {
	return (&mls.Message{WireFormat: mls.WireFormatWelcome, Welcome: w}).Append(nil)
}

func welcomeRules(sc *scene) []ruleCase {
	var out []ruleCase
	edit := func(name, phrase string, f func(*mls.Welcome)) {
		w, err := mls.ParseWelcome(sc.commit.Welcome)
		if err != nil {
			sc.t.Fatal(err)
		}
		f(w)
		out = append(out, ruleCase{name, phrase, encodeWelcome(w)})
	}
	ref, _ := sc.kd.Ref()
	other, _ := sc.d.KeyPackage().Ref()
	for _, s := range []mls.CipherSuite{0, 1, 2, 3, 4, 5, 6, 7, 77, 99} {
		if s != sc.suite {
			edit("suite "+s.String(), "", func(w *mls.Welcome) { w.CipherSuite = s })
		}
	}
	edit("no secrets", "secrets: found none", func(w *mls.Welcome) { w.Secrets = nil })
	edit("another package", "another key package", func(w *mls.Welcome) { w.Secrets[0].NewMember = other })
	edit("one package too many", "another key package", func(w *mls.Welcome) {
		w.Secrets = append(w.Secrets, mls.EncryptedGroupSecrets{NewMember: other, Secrets: w.Secrets[0].Secrets})
	})
	edit("the same package twice", "secrets[1].new_member", func(w *mls.Welcome) { w.Secrets = append(w.Secrets, w.Secrets[0]) })
	edit("short reference", "new_member", func(w *mls.Welcome) { w.Secrets[0].NewMember = ref[1:] })
	edit("empty reference", "new_member", func(w *mls.Welcome) { w.Secrets[0].NewMember = nil })
	edit("hash of the package instead of its reference", "another key package", func(w *mls.Welcome) { w.Secrets[0].NewMember = mlstest.Random(len(ref)) })
	edit("short encapsulation", "kem_output", func(w *mls.Welcome) { w.Secrets[0].Secrets.KEMOutput = w.Secrets[0].Secrets.KEMOutput[1:] })
	edit("no encapsulation", "kem_output", func(w *mls.Welcome) { w.Secrets[0].Secrets.KEMOutput = nil })
	edit("100 000 empty secrets", "new_member", func(w *mls.Welcome) { w.Secrets = make([]mls.EncryptedGroupSecrets, 100_000) })
	edit("100 000 empty secrets of an unknown suite", "cipher_suite", func(w *mls.Welcome) {
		w.CipherSuite, w.Secrets = 99, make([]mls.EncryptedGroupSecrets, 100_000)
	})
	return append(out, ruleCase{"the GroupInfo in its place", "wire_format", sc.commit.GroupInfo}, ruleCase{"the commit in its place", "wire_format", sc.commit.Message})
}

func applicationRules(sc *scene) []ruleCase {
	var out []ruleCase
	edit := func(name, phrase string, f func(*mls.PrivateMessage)) {
		m, err := mls.ParseMessage(sc.app)
		if err != nil {
			sc.t.Fatal(err)
		}
		f(m.Private)
		out = append(out, ruleCase{name, phrase, m.Append(nil)})
	}
	edit("the epoch before", "another group or epoch", func(m *mls.PrivateMessage) { m.Epoch-- })
	edit("the epoch after", "another group or epoch", func(m *mls.PrivateMessage) { m.Epoch++ })
	edit("the last epoch", "another group or epoch", func(m *mls.PrivateMessage) { m.Epoch = ^uint64(0) })
	edit("another group", "another group or epoch", func(m *mls.PrivateMessage) { m.GroupID = mlstest.Random(16) })
	edit("no group", "another group or epoch", func(m *mls.PrivateMessage) { m.GroupID = nil })
	edit("longer group id", "another group or epoch", func(m *mls.PrivateMessage) { m.GroupID = append(bytes.Clone(m.GroupID), 0) })
	for _, c := range []mls.ContentType{0, 2, 3, 4, 255} {
		edit("content "+c.String(), "", func(m *mls.PrivateMessage) { m.ContentType = c })
	}
	g := sc.before
	plain := &mls.PublicMessage{GroupID: g.Context.GroupID, Epoch: 1, Sender: mls.Sender{Type: mls.SenderMember}, ContentType: mls.ContentTypeApplication,
		Application: []byte("plaintext"), MembershipTag: mlstest.Random(32)}
	plain.Signature = sc.a.Sign(mls.LabelFramedContent, plain.AppendTBS(nil, &g.Context))
	out = append(out, ruleCase{"in the open", "no private", (&mls.Message{WireFormat: mls.WireFormatPublicMessage, Public: plain}).Append(nil)})
	for name, b := range map[string][]byte{"commit": sc.commit.Message, "Welcome": sc.commit.Welcome, "GroupInfo": sc.commit.GroupInfo, "KeyPackage": mlstest.Wrap(sc.kd)} {
		out = append(out, ruleCase{"a " + name + " in its place", "no private", b})
	}
	return out
}

// resign changes the commit or its framing and signs it with the sender's key.
func (sc *scene) resign(of *mlstest.Commit, by *mlstest.Client, context *mls.GroupContext, f func(*mls.PublicMessage)) []byte {
	m := public(sc.t, of.Message)
	fresh := &mls.PublicMessage{GroupID: m.GroupID, Epoch: m.Epoch, Sender: m.Sender, ContentType: m.ContentType, Commit: m.Commit,
		ConfirmationTag: m.ConfirmationTag, MembershipTag: m.MembershipTag}
	f(fresh)
	fresh.Signature = by.Sign(mls.LabelFramedContent, fresh.AppendTBS(nil, context))
	return (&mls.Message{WireFormat: mls.WireFormatPublicMessage, Public: fresh}).Append(nil)
}

func commitRules(sc *scene) []ruleCase {
	var out []ruleCase
	edit := func(name, phrase string, f func(*mls.PublicMessage)) {
		out = append(out, ruleCase{name, phrase, sc.resign(sc.commit, sc.a, &sc.before.Context, f)})
	}
	none := func(*mls.PublicMessage) {}
	edit("the epoch before", "epoch: found 0, want 1", func(m *mls.PublicMessage) { m.Epoch-- })
	edit("the epoch after", "epoch: found 2, want 1", func(m *mls.PublicMessage) { m.Epoch++ })
	edit("another group", "group_id", func(m *mls.PublicMessage) { m.GroupID = mlstest.Random(16) })
	edit("sent by another leaf", "signature", func(m *mls.PublicMessage) { m.Sender.Index = 1 })
	edit("sent by a blank leaf", "leaf_index", func(m *mls.PublicMessage) { m.Sender.Index = 3 })
	edit("sent by a leaf outside", "leaf_index", func(m *mls.PublicMessage) { m.Sender.Index = ^uint32(0) })
	edit("sent from outside", "sender_type", func(m *mls.PublicMessage) { m.Sender.Type = mls.SenderExternal })
	edit("sent as a new member's proposal", "sender_type", func(m *mls.PublicMessage) { m.Sender = mls.Sender{Type: mls.SenderNewMemberProposal} })
	edit("sent as a joiner's", "", func(m *mls.PublicMessage) { m.Sender = mls.Sender{Type: mls.SenderNewMemberCommit} })
	edit("short confirmation tag", "confirmation_tag", func(m *mls.PublicMessage) { m.ConfirmationTag = m.ConfirmationTag[1:] })
	edit("no membership tag", "membership_tag", func(m *mls.PublicMessage) { m.MembershipTag = nil })
	edit("another confirmation tag", "another commit", func(m *mls.PublicMessage) { m.ConfirmationTag = mlstest.Random(len(m.ConfirmationTag)) })
	edit("authenticated data of its own", "another commit", func(m *mls.PublicMessage) { m.AuthenticatedData = []byte("x") })
	edit("an application message", "content_type", func(m *mls.PublicMessage) { m.ContentType, m.Application = mls.ContentTypeApplication, []byte("x") })
	edit("a proposal", "content_type", func(m *mls.PublicMessage) {
		m.ContentType, m.Proposal = mls.ContentTypeProposal, &mls.Remove{Removed: 2}
	})
	edit("removal of the committer", "removal of the committer", func(m *mls.PublicMessage) { m.Commit.Proposals[0].Proposal = &mls.Remove{Removed: 0} })
	edit("removal of a blank leaf", "removed: found leaf 3", func(m *mls.PublicMessage) { m.Commit.Proposals[0].Proposal = &mls.Remove{Removed: 3} })
	edit("the removal dropped", "commit.path", func(m *mls.PublicMessage) { m.Commit.Proposals = m.Commit.Proposals[1:] })
	edit("the addition dropped", "commit.path", func(m *mls.PublicMessage) { m.Commit.Proposals = m.Commit.Proposals[:1] })
	edit("a reference to nothing", "not known", func(m *mls.PublicMessage) {
		m.Commit.Proposals = append(m.Commit.Proposals, mls.ProposalOrRef{Ref: mlstest.Random(32)})
	})
	edit("a reference of 31 bytes", "reference", func(m *mls.PublicMessage) {
		m.Commit.Proposals = append(m.Commit.Proposals, mls.ProposalOrRef{Ref: mlstest.Random(31)})
	})
	edit("the path dropped", "commit.path", func(m *mls.PublicMessage) { m.Commit.Path = nil })
	edit("path nodes dropped", "commit.path.nodes", func(m *mls.PublicMessage) { m.Commit.Path.Nodes = nil })
	edit("a path key exchanged", "parent_hash", func(m *mls.PublicMessage) { m.Commit.Path.Nodes[0].EncryptionKey = mlstest.HPKEKey(sc.suite) })
	edit("the added package tampered with", "", func(m *mls.PublicMessage) {
		k := *sc.kd
		k.InitKey = mlstest.HPKEKey(sc.suite)
		m.Commit.Proposals[1].Proposal = &mls.Add{KeyPackage: &k}
	})
	out = append(out,
		ruleCase{"signed by another member", "signature", sc.resign(sc.commit, sc.b, &sc.before.Context, none)},
		ruleCase{"signed over the next epoch's context", "signature", sc.resign(sc.commit, sc.a, &sc.commit.Next.Context, none)},
		ruleCase{"another commit of the same epoch", "another commit", sc.before.Commit(sc.a, mlstest.Plan{Public: true}).Message},
		ruleCase{"the next epoch's commit", "epoch", sc.commit.Next.Commit(sc.a, mlstest.Plan{Public: true}).Message},
		ruleCase{"encrypted", "PrivateMessage", sc.before.Commit(sc.a, mlstest.Plan{}).Message})
	return out
}

func externalRules(sc *scene) []ruleCase {
	var out []ruleCase
	edit := func(name, phrase string, f func(*mls.PublicMessage)) {
		out = append(out, ruleCase{name, phrase, sc.resign(sc.external, sc.new, &sc.before.Context, f)})
	}
	proposals := func(name, phrase string, p ...mls.ProposalOrRef) {
		edit(name, phrase, func(m *mls.PublicMessage) { m.Commit.Proposals = append(m.Commit.Proposals, p...) })
	}
	value := func(p mls.Proposal) mls.ProposalOrRef { return mls.ProposalOrRef{Proposal: p} }
	none := func(*mls.PublicMessage) {}
	edit("no external_init", "exactly one", func(m *mls.PublicMessage) { m.Commit.Proposals = m.Commit.Proposals[1:] })
	proposals("two external_init", "exactly one", value(&mls.ExternalInit{KEMOutput: mlstest.Random(32)}))
	proposals("two removals", "second remove", value(&mls.Remove{Removed: 0}))
	proposals("an addition", "found add", value(&mls.Add{KeyPackage: sc.kd}))
	proposals("an update", "found update", value(&mls.Update{LeafNode: sc.kd.LeafNode}))
	proposals("extensions", "found group_context_extensions", value(&mls.GroupContextExtensions{}))
	proposals("reinit", "found reinit", value(&mls.ReInit{Version: 1}))
	proposals("a reference", "by value only", mls.ProposalOrRef{Ref: mlstest.Random(32)})
	edit("no proposals", "exactly one", func(m *mls.PublicMessage) { m.Commit.Proposals = nil })
	edit("no path", "commit.path", func(m *mls.PublicMessage) { m.Commit.Path = nil })
	edit("removal of a blank leaf", "found leaf 3", func(m *mls.PublicMessage) { m.Commit.Proposals[1].Proposal = &mls.Remove{Removed: 3} })
	edit("removal of another's leaf", "", func(m *mls.PublicMessage) { m.Commit.Proposals[1].Proposal = &mls.Remove{Removed: 0} })
	edit("no removal", "", func(m *mls.PublicMessage) { m.Commit.Proposals = m.Commit.Proposals[:1] })
	edit("sent by a member", "sender_type", func(m *mls.PublicMessage) { m.Sender = mls.Sender{Type: mls.SenderMember, Index: 1} })
	edit("the epoch before", "epoch: found 0", func(m *mls.PublicMessage) { m.Epoch-- })
	edit("the epoch after", "epoch: found 2", func(m *mls.PublicMessage) { m.Epoch++ })
	edit("another group", "group_id", func(m *mls.PublicMessage) { m.GroupID = mlstest.Random(16) })
	edit("short confirmation tag", "confirmation_tag", func(m *mls.PublicMessage) { m.ConfirmationTag = nil })
	edit("path nodes dropped", "commit.path.nodes", func(m *mls.PublicMessage) { m.Commit.Path.Nodes = nil })
	edit("a path key exchanged", "parent_hash", func(m *mls.PublicMessage) { m.Commit.Path.Nodes[0].EncryptionKey = mlstest.HPKEKey(sc.suite) })
	leaf := func(name, phrase string, f func(*mls.LeafNode)) {
		edit(name, phrase, func(m *mls.PublicMessage) {
			f(&m.Commit.Path.LeafNode)
			sc.new.SignLeaf(&m.Commit.Path.LeafNode, sc.before.Context.GroupID, 1)
		})
	}
	leaf("of another DID", "not the caller", func(l *mls.LeafNode) { l.Credential.Identity = []byte(sc.a.DID) })
	leaf("of no DID", "identity", func(l *mls.LeafNode) { l.Credential.Identity = []byte("mallory") })
	leaf("leaf from a key package", "leaf_node_source", func(l *mls.LeafNode) { l.Source = mls.SourceKeyPackage })
	leaf("leaf from an update", "leaf_node_source", func(l *mls.LeafNode) { l.Source = mls.SourceUpdate })
	leaf("another parent hash", "parent_hash", func(l *mls.LeafNode) { l.ParentHash = mlstest.Random(32) })
	leaf("suite not listed", "cipher_suites", func(l *mls.LeafNode) { l.Capabilities.CipherSuites = nil })
	leaf("another's encryption key", "encryption_key", func(l *mls.LeafNode) { l.EncryptionKey = sc.before.Tree.Leaf(0).EncryptionKey })
	edit("leaf signed for another place", "leaf[1].signature", func(m *mls.PublicMessage) {
		sc.new.SignLeaf(&m.Commit.Path.LeafNode, sc.before.Context.GroupID, 2)
	})
	edit("leaf signed for another group", "leaf[1].signature", func(m *mls.PublicMessage) {
		sc.new.SignLeaf(&m.Commit.Path.LeafNode, []byte("other"), 1)
	})
	return append(out,
		ruleCase{"signed by the old key", "signature", sc.resign(sc.external, sc.b, &sc.before.Context, none)},
		ruleCase{"signed over another context", "signature", sc.resign(sc.external, sc.new, &sc.commit.Next.Context, none)},
		ruleCase{"a member's commit", "sender_type", sc.commit.Message},
		ruleCase{"another external commit", "another commit", sc.before.ExternalCommit(sc.new, 1).Message})
}

func TestCorruptMessages(t *testing.T) {
	for _, s := range mls.SupportedCipherSuites() {
		sc := newScene(t, s)
		runRules(t, s.String()+" Welcome", sc.checkWelcome, welcomeRules(sc))
		runRules(t, s.String()+" Application", sc.checkApplication, applicationRules(sc))
		runRules(t, s.String()+" Commit", sc.checkCommit, commitRules(sc))
		runRules(t, s.String()+" ExternalCommit", sc.checkExternal, externalRules(sc))
	}
}
