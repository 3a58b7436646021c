package server

import (
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// private changes a PrivateMessage and writes it again.
func private(t testing.TB, b []byte, edit func(*mls.PrivateMessage)) []byte {
	t.Helper()
	m, err := mls.ParseMessage(b)
	if err != nil {
		t.Fatal(err)
	}
	edit(m.Private)
	return m.Append(nil)
}

// shortPrivate are the ways in which the ciphertexts of a PrivateMessage are too
// short, the last of them by one byte in suite s.
func shortPrivate(t testing.TB, b []byte, s mls.CipherSuite) map[string][]byte {
	t.Helper()
	ciphertext := func(n int) []byte {
		return private(t, b, func(m *mls.PrivateMessage) { m.Ciphertext = mlstest.Random(n) })
	}
	senderData := func(n int) []byte {
		return private(t, b, func(m *mls.PrivateMessage) { m.EncryptedSenderData = mlstest.Random(n) })
	}
	out := map[string][]byte{"no ciphertext": ciphertext(0), "a tag": ciphertext(16), "no sender data": senderData(0), "sender data of 27 bytes": senderData(27)}
	m, err := mls.ParseMessage(b)
	if err != nil {
		t.Fatal(err)
	}
	out["one byte less than the suite demands"] = ciphertext(s.LeastCiphertext(m.Private.ContentType) - 1)
	return out
}

// shortWelcomes are the ways in which the ciphertexts of a Welcome are too short.
func shortWelcomes(t testing.TB, b []byte) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for name, edit := range map[string]func(*mls.Welcome){
		"no GroupInfo":       func(w *mls.Welcome) { w.EncryptedGroupInfo = nil },
		"a tag as GroupInfo": func(w *mls.Welcome) { w.EncryptedGroupInfo = mlstest.Random(16) },
		"no secrets":         func(w *mls.Welcome) { w.Secrets[0].Secrets.Ciphertext = nil },
		"a tag as secrets":   func(w *mls.Welcome) { w.Secrets[0].Secrets.Ciphertext = mlstest.Random(16) },
		"no KEM output":      func(w *mls.Welcome) { w.Secrets[0].Secrets.KEMOutput = nil },
	} {
		w, err := mls.ParseWelcome(b)
		if err != nil {
			t.Fatal(err)
		}
		edit(w)
		out[name] = (&mls.Message{WireFormat: mls.WireFormatWelcome, Welcome: w}).Append(nil)
	}
	return out
}

// eachSuite makes a conversation of two in each suite.
func eachSuite(t *testing.T, run func(t *testing.T, s *Server, alice *mlstest.Client, g *mlstest.Group)) {
	t.Parallel()
	s := newTestServer(t)
	for _, suite := range mls.SupportedCipherSuites() {
		t.Run(suite.String(), func(t *testing.T) {
			alice, bob := mlstest.NewClient(servertest.DID("alice"), mlstest.Suite(suite)), mlstest.NewClient(servertest.DID("bob"), mlstest.Suite(suite))
			run(t, s, alice, commitGroup(t, s, alice, bob))
		})
	}
}

// A message whose ciphertexts cannot be what they say is not sent, in whatever
// suite; the shortest possible is.
func TestShortMessages(t *testing.T) {
	eachSuite(t, func(t *testing.T, s *Server, alice *mlstest.Client, g *mlstest.Group) {
		send := func(b []byte) error {
			_, err := s.SendMessage(t.Context(), by(alice), &gen.SendMessageInput{ConvoID: servertest.IDOf(g), Epoch: 1, Ciphertext: b})
			return err
		}
		least := g.Application(0)
		for name, b := range shortPrivate(t, least, alice.Suite) {
			unchanged(t, s, servertest.IDOf(g), func() {
				t.Log(name)
				servertest.WantError(t, send(b), gen.ErrInvalidMessage)
			})
		}
		if err := send(least); err != nil {
			t.Errorf("the shortest message: %v", err)
		}
	})
}

// A message so short that its conversation decides tells strangers no more than
// another one.
func TestShortMessageOfStrangers(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	convo, none := servertest.AddConvo(t, s.Pool, 1, servertest.DID("alice"), servertest.DID("bob")), servertest.NewConvoID()
	send := func(who string, convo xrpc.ConvoID) error {
		short := private(t, servertest.Application(convo, 1, 100), func(m *mls.PrivateMessage) { m.Ciphertext = mlstest.Random(30) })
		_, err := s.SendMessage(t.Context(), servertest.As(servertest.DID(who)), &gen.SendMessageInput{ConvoID: convo, Epoch: 1, Ciphertext: short})
		return err
	}
	servertest.WantError(t, send("alice", convo), gen.ErrInvalidMessage)
	servertest.WantSameError(t, send("mallory", convo), send("mallory", none))
	servertest.WantError(t, send("mallory", convo), gen.ErrConvoNotFound)
	servertest.EndMember(t, s.Pool, convo, servertest.DID("bob"))
	servertest.WantError(t, send("bob", convo), gen.ErrNotMember)
}

// A proposal that nobody outside can read is held to its length too, and a
// readable one to the keys in it.
func TestShortProposals(t *testing.T) {
	eachSuite(t, func(t *testing.T, s *Server, alice *mlstest.Client, g *mlstest.Group) {
		refused := shortPrivate(t, g.ProposeUpdate(alice, false).Message, alice.Suite)
		leaf := alice.Leaf(mls.SourceUpdate)
		leaf.EncryptionKey = leaf.EncryptionKey[1:]
		alice.SignLeaf(&leaf, g.Context.GroupID, 0)
		refused["an update with a short key"] = g.Propose(alice, &mls.Update{LeafNode: leaf}, true).Message
		refused["a pre-shared key with a short nonce"] = g.Propose(alice, &mls.PreSharedKey{PSKType: mls.PSKExternal, Nonce: mlstest.Random(16)}, true).Message
		for name, b := range refused {
			unchanged(t, s, servertest.IDOf(g), func() {
				t.Log(name)
				_, err := s.SendProposal(t.Context(), by(alice), &gen.SendProposalInput{ConvoID: servertest.IDOf(g), Proposal: b})
				servertest.WantError(t, err, gen.ErrInvalidProposal)
				_, err = s.LeaveConvo(t.Context(), by(alice), &gen.LeaveConvoInput{ConvoID: servertest.IDOf(g), Proposal: b})
				servertest.WantError(t, err, gen.ErrInvalidProposal)
			})
		}
	})
}

// A commit that no member could open strands its group: it is refused, beside a
// true GroupInfo too.
func TestShortCommits(t *testing.T) {
	eachSuite(t, func(t *testing.T, s *Server, alice *mlstest.Client, g *mlstest.Group) {
		commit := g.Commit(alice, mlstest.Plan{})
		refused := map[string]*gen.SendCommitInput{}
		for name, b := range shortPrivate(t, commit.Message, alice.Suite) {
			refused[name] = commitInput(g, commit)
			refused[name].Commit = b
		}
		path := func(name string, kemOutput, ciphertext []byte) {
			refused[name] = commitInput(g, g.Commit(alice, mlstest.Plan{Public: true, EditPath: func(p *mls.UpdatePath) {
				p.Nodes[0].Encrypted = mls.AppendOpaque(mls.AppendOpaque(nil, kemOutput), ciphertext)
			}}))
		}
		path("a path secret without ciphertext", mlstest.HPKEKey(alice.Suite), nil)
		path("a path secret without KEM output", nil, mlstest.Random(len(g.Tag)+16))
		for name, in := range refused {
			unchanged(t, s, servertest.IDOf(g), func() {
				t.Log(name)
				_, err := s.SendCommit(t.Context(), by(alice), in)
				servertest.WantError(t, err, gen.ErrInvalidCommit)
			})
		}
		out, err := s.SendCommit(t.Context(), by(alice), commitInput(g, commit))
		accepted(t, out, err)
	})
}

// Who joins alone encrypts to the group's external key.
func TestShortExternalCommits(t *testing.T) {
	eachSuite(t, func(t *testing.T, s *Server, alice *mlstest.Client, g *mlstest.Group) {
		tablet := alice.Rotate()
		commit := g.ExternalCommit(tablet, g.Index(alice))
		in := joinInput(g, commit)
		in.ExternalCommit = reframe(t, commit.Message, func(m *mls.PublicMessage) {
			m.Commit.Proposals[0].Proposal = &mls.ExternalInit{KEMOutput: mlstest.Random(16)}
			fresh := &mls.PublicMessage{GroupID: m.GroupID, Epoch: m.Epoch, Sender: m.Sender, ContentType: m.ContentType, Commit: m.Commit}
			m.Signature = tablet.Sign(mls.LabelFramedContent, fresh.AppendTBS(nil, &g.Context))
		})
		unchanged(t, s, servertest.IDOf(g), func() {
			_, err := s.JoinConvo(t.Context(), by(tablet), in)
			servertest.WantError(t, err, gen.ErrInvalidCommit)
		})
		if _, err := s.JoinConvo(t.Context(), by(tablet), joinInput(g, commit)); err != nil {
			t.Error(err)
		}
	})
}

// A Welcome that nobody can open spends no key package.
func TestShortWelcomes(t *testing.T) {
	eachSuite(t, func(t *testing.T, s *Server, alice *mlstest.Client, g *mlstest.Group) {
		carol := mlstest.NewClient(servertest.DID("carol"), mlstest.Suite(alice.Suite))
		kp := commitPackage(t, s, carol)
		c := g.With(carol).Commit(alice, mlstest.Plan{Add: []*mls.KeyPackage{kp}})
		begun := mlstest.NewGroup(alice, mlstest.Random(16)).With(carol)
		first := begun.Commit(alice, mlstest.Plan{Add: []*mls.KeyPackage{kp}})
		for name, b := range shortWelcomes(t, c.Welcome) {
			unchanged(t, s, servertest.IDOf(g), func() {
				t.Log(name)
				_, err := s.AddMembers(t.Context(), by(alice), &gen.AddMembersInput{
					ConvoID: servertest.IDOf(g), DIDList: []string{carol.DID}, Commit: c.Message, WelcomeMessage: b, GroupInfo: c.GroupInfo})
				servertest.WantError(t, err, gen.ErrInvalidWelcome)
				_, err = s.CreateConvo(t.Context(), by(alice), &gen.CreateConvoInput{GroupID: servertest.IDOf(begun), CipherSuite: alice.Suite.String(),
					InitialMembers: []string{carol.DID}, WelcomeMessage: b, GroupInfo: first.GroupInfo})
				servertest.WantError(t, err, gen.ErrInvalidWelcome)
			})
		}
		in := commitInput(g, c)
		in.AddedDIDs = []string{carol.DID}
		out, err := s.SendCommit(t.Context(), by(alice), in)
		accepted(t, out, err)
	})
}
