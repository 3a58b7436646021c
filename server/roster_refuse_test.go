package server

import (
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
)

// Commits that are refused although each of their objects is valid, or nearly. The
// message names the first leaf or field that differs, and the reason.
func TestRosterRefuses(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol, dave := commitClient("alice"), commitClient("bob"), commitClient("carol"), commitClient("dave")
	g := commitGroup(t, s, alice, bob, carol).With(dave)
	kp, other := commitPackage(t, s, dave), commitPackage(t, s, dave)
	public := g.Commit(alice, mlstest.Plan{Public: true})
	private := g.Commit(alice, mlstest.Plan{})
	good := public.Next
	// GroupInfo as alice would state it if bob had committed.
	asBob := g.Commit(bob, mlstest.Plan{})
	adds := g.Commit(alice, mlstest.Plan{Add: []*mls.KeyPackage{kp}})
	leafless := g.Commit(alice, mlstest.Plan{RemoveDIDs: []string{carol.DID}})
	input := func(c *mlstest.Commit, edit func(in *gen.SendCommitInput)) *gen.SendCommitInput {
		in := commitInput(g, c)
		if edit != nil {
			edit(in)
		}
		return in
	}
	for name, c := range map[string]struct {
		by       *mlstest.Client
		in       *gen.SendCommitInput
		err, why string
	}{
		"a leaf goes, its owner stays": {alice, input(leafless, nil), gen.ErrInvalidGroupInfo, "no leaf of " + carol.DID},
		"a leaf goes, readable": {alice, input(g.Commit(alice, mlstest.Plan{RemoveDIDs: []string{carol.DID}, Public: true}), nil),
			gen.ErrInvalidCommit, "no leaf of " + carol.DID},
		"a leaf goes by who may not": {bob, input(g.Commit(bob, mlstest.Plan{RemoveDIDs: []string{carol.DID}}), nil), gen.ErrNotAllowed, "leaf[2]: is removed"},
		"removed, the leaf stays": {alice, input(private, func(in *gen.SendCommitInput) { in.RemovedDIDs = []string{carol.DID} }),
			gen.ErrInvalidGroupInfo, "leaf[2]: found a leaf of a member that is removed"},
		"another package's leaf": {alice, input(adds, func(in *gen.SendCommitInput) {
			in.Welcome, in.AddedDIDs = mlstest.RandomWelcome(1, commitRef(t, other)), []string{dave.DID}
		}), gen.ErrInvalidGroupInfo, "leaf[3]: found a new leaf"},
		"an added leaf, no Welcome": {alice, input(adds, func(in *gen.SendCommitInput) { in.Welcome = nil }), gen.ErrInvalidGroupInfo, "leaf[3]: found a new leaf"},
		"a Welcome, no leaf": {alice, input(private, func(in *gen.SendCommitInput) {
			in.Welcome, in.AddedDIDs = mlstest.RandomWelcome(1, commitRef(t, kp)), []string{dave.DID}
		}), gen.ErrInvalidGroupInfo, "1 key packages of the Welcome without a leaf"},
		"another's leaf as committed": {alice, input(private, func(in *gen.SendCommitInput) { in.GroupInfo = asBob.Next.SignGroupInfo(alice, true) }),
			gen.ErrInvalidGroupInfo, "leaf[1].leaf_node_source: found commit, want update"},
		"no tree": {alice, input(private, func(in *gen.SendCommitInput) { in.GroupInfo = private.GroupInfoNoTree }), gen.ErrInvalidGroupInfo, "no ratchet_tree"},
		"GroupInfo's signature": {alice, input(private, func(in *gen.SendCommitInput) {
			in.GroupInfo = append(in.GroupInfo[:len(in.GroupInfo)-1:len(in.GroupInfo)-1], in.GroupInfo[len(in.GroupInfo)-1]^1)
		}), gen.ErrInvalidGroupInfo, "signature"},
		"GroupInfo's tree hash": {alice, input(private, func(in *gen.SendCommitInput) {
			in.GroupInfo = private.Next.SignGroupInfo(alice, true, func(gi *mls.GroupInfo) { gi.Context.TreeHash = mlstest.Random(32) })
		}), gen.ErrInvalidGroupInfo, "tree_hash"},
		"commit's signature": {alice, input(public, func(in *gen.SendCommitInput) {
			in.Commit = reframe(t, public.Message, func(m *mls.PublicMessage) { m.Signature[7] ^= 1 })
		}), gen.ErrInvalidCommit, "signature"},
		"commit's sender": {alice, input(public, func(in *gen.SendCommitInput) {
			in.Commit = reframe(t, public.Message, func(m *mls.PublicMessage) { m.Sender.Index = 1 })
		}), gen.ErrInvalidCommit, "PublicMessage"},
		"commit without a path that is needed": {alice, input(public, func(in *gen.SendCommitInput) {
			in.Commit = g.Commit(alice, mlstest.Plan{Public: true, NoPath: true}).Message
		}), gen.ErrInvalidCommit, "path"},
		"GroupInfo of another commit": {alice, input(public, func(in *gen.SendCommitInput) { in.GroupInfo = private.GroupInfo }),
			gen.ErrInvalidGroupInfo, "differ at leaf[0]"},
		"GroupInfo's transcript": {alice, input(public, func(in *gen.SendCommitInput) {
			in.GroupInfo = good.SignGroupInfo(alice, true, func(gi *mls.GroupInfo) { gi.Context.ConfirmedTranscriptHash = mlstest.Random(32) })
		}), gen.ErrInvalidGroupInfo, "confirmed_transcript_hash"},
		"GroupInfo's tag": {alice, input(public, func(in *gen.SendCommitInput) {
			in.GroupInfo = good.SignGroupInfo(alice, true, func(gi *mls.GroupInfo) { gi.ConfirmationTag = mlstest.Random(32) })
		}), gen.ErrInvalidGroupInfo, "confirmation_tag"},
		"GroupInfo's extensions": {alice, input(public, func(in *gen.SendCommitInput) {
			in.GroupInfo = good.SignGroupInfo(alice, true, func(gi *mls.GroupInfo) {
				gi.Context.Extensions = mls.Extensions{{Type: mls.ExtensionRequiredCapabilities, Data: []byte{0, 0, 0}}}
			})
		}), gen.ErrInvalidGroupInfo, "group_context.extensions"},
		"GroupInfo's signer": {alice, input(public, func(in *gen.SendCommitInput) {
			in.GroupInfo = good.SignGroupInfo(bob, true)
		}), gen.ErrInvalidGroupInfo, "signer"},
		"another tree beside": {alice, input(public, func(in *gen.SendCommitInput) {
			in.GroupInfo, in.RatchetTree = public.GroupInfoNoTree, private.RatchetTree
		}), gen.ErrInvalidGroupInfo, "tree_hash"},
		"two trees": {alice, input(private, func(in *gen.SendCommitInput) { in.RatchetTree = public.RatchetTree }), gen.ErrInvalidGroupInfo, "differs from the one beside"},
	} {
		t.Run(name, func(t *testing.T) {
			unchanged(t, s, servertest.IDOf(g), func() {
				_, err := s.SendCommit(t.Context(), by(c.by), c.in)
				wantRefused(t, err, c.err, c.why)
			})
		})
	}
	// The same for the older methods.
	unchanged(t, s, servertest.IDOf(g), func() {
		sneaks := g.Commit(bob, mlstest.Plan{Add: []*mls.KeyPackage{kp}, RemoveDIDs: []string{carol.DID}})
		_, err := s.AddMembers(t.Context(), by(bob), addInput(g, sneaks, dave))
		wantRefused(t, err, gen.ErrNotAllowed, "leaf[2]: is removed")
		_, err = s.LeaveConvo(t.Context(), by(alice), &gen.LeaveConvoInput{ConvoID: servertest.IDOf(g), TargetDID: &carol.DID, Commit: private.Message, GroupInfo: private.GroupInfo})
		wantRefused(t, err, gen.ErrInvalidGroupInfo, "leaf[2]: found a leaf of a member that is removed")
	})
}

// An external commit adds the caller's leaf, and may remove only leaves of the
// caller.
func TestRosterRefusesJoin(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob, carol)
	good := g.ExternalCommit(bob.Rotate(), g.Index(bob))
	later := g.Commit(alice, mlstest.Plan{}).Next.ExternalCommit(bob.Rotate())
	for name, c := range map[string]struct {
		in       *gen.JoinConvoInput
		err, why string
	}{
		"another's leaf goes":   {joinInput(g, g.ExternalCommit(bob.Rotate(), g.Index(carol))), gen.ErrInvalidCommit, "leaf[2]"},
		"the same device twice": {joinInput(g, g.ExternalCommit(bob)), gen.ErrInvalidCommit, "signature_key"},
		"signature": {&gen.JoinConvoInput{ConvoID: servertest.IDOf(g), GroupInfo: good.GroupInfo,
			ExternalCommit: reframe(t, good.Message, func(m *mls.PublicMessage) { m.Signature[3] ^= 1 })}, gen.ErrInvalidCommit, "signature"},
		"path": {&gen.JoinConvoInput{ConvoID: servertest.IDOf(g), GroupInfo: good.GroupInfo,
			ExternalCommit: reframe(t, good.Message, func(m *mls.PublicMessage) { m.Commit.Path.Nodes = nil })}, gen.ErrInvalidCommit, "PublicMessage"},
		"another's GroupInfo": {&gen.JoinConvoInput{ConvoID: servertest.IDOf(g), ExternalCommit: good.Message,
			GroupInfo: good.Next.SignGroupInfo(alice, true)}, gen.ErrInvalidGroupInfo, "signer"},
		"a blank leaf goes": {&gen.JoinConvoInput{ConvoID: servertest.IDOf(g), GroupInfo: good.GroupInfo,
			ExternalCommit: reframe(t, good.Message, func(m *mls.PublicMessage) {
				for _, p := range m.Commit.Proposals {
					if r, ok := p.Proposal.(*mls.Remove); ok {
						r.Removed = 3
					}
				}
			})}, gen.ErrInvalidCommit, "PublicMessage"},
		"ahead of the epoch": {joinInput(g, later), gen.ErrInvalidCommit, "ahead"},
	} {
		t.Run(name, func(t *testing.T) {
			unchanged(t, s, servertest.IDOf(g), func() {
				_, err := s.JoinConvo(t.Context(), by(bob), c.in)
				wantRefused(t, err, c.err, c.why)
			})
		})
	}
	// This holds for the creator, too, although it may remove members by other
	// commits.
	unchanged(t, s, servertest.IDOf(g), func() {
		_, err := s.JoinConvo(t.Context(), by(alice), joinInput(g, g.ExternalCommit(alice.Rotate(), g.Index(carol))))
		wantRefused(t, err, gen.ErrInvalidCommit, "the joiner's own old leaf")
	})
	// Without its tree the GroupInfo is accepted: the commit leads to it.
	in := joinInput(g, good)
	in.GroupInfo = good.GroupInfoNoTree
	out, err := s.JoinConvo(t.Context(), by(bob), in)
	accepted(t, (*gen.SendCommitOutput)(out), err)
	sameRoster(t, s, good.Next)
}

// A new conversation has the creator's leaf and those of the Welcome.
func TestRosterRefusesCreation(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	for name, c := range map[string]struct {
		edit func(in *gen.CreateConvoInput, c *mlstest.Commit)
		why  string
	}{
		"a leaf that is not named": {func(in *gen.CreateConvoInput, _ *mlstest.Commit) {
			in.InitialMembers = []string{bob.DID}
			in.WelcomeMessage = mlstest.RandomWelcome(1, dbtest.Value[[]byte](t, s.Pool, `SELECT ref FROM key_packages WHERE did = $1 ORDER BY created_at DESC LIMIT 1`, bob.DID))
		}, "leaf[2]: found a new leaf"},
		"a package without leaf": {func(in *gen.CreateConvoInput, c *mlstest.Commit) {
			in.GroupInfo = mlstest.NewGroup(alice, c.Next.Context.GroupID).Commit(alice, mlstest.Plan{}).GroupInfo
		}, "the tree has no leaf with the leaf_node of key package"},
		"signed by another": {func(in *gen.CreateConvoInput, c *mlstest.Commit) { in.GroupInfo = c.Next.SignGroupInfo(bob, true) }, "neither the creator's nor"},
		"signature":         {func(in *gen.CreateConvoInput, _ *mlstest.Commit) { in.GroupInfo[len(in.GroupInfo)-1] ^= 1 }, "signature"},
	} {
		t.Run(name, func(t *testing.T) {
			in, commit := newConvoInput(t, s, alice, bob, carol)
			c.edit(in, commit)
			_, err := s.CreateConvo(t.Context(), by(alice), in)
			wantRefused(t, err, gen.ErrInvalidGroupInfo, c.why)
			if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM conversations`); n != 0 {
				t.Error("a conversation was created")
			}
		})
	}
}

// If a client library is known to deviate, the error names the deviation and the
// section of RFC 9420.
func TestRosterNamesQuirks(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	p256 := mlstest.Suite(mls.SuiteP256)
	alice, bob := commitClient("alice", p256), commitClient("bob", p256)
	g := commitGroup(t, s, alice, bob)
	next := g.Commit(alice, mlstest.Plan{})
	bare := func(gi *mls.GroupInfo) {
		for i := range gi.Extensions {
			if gi.Extensions[i].Type == mls.ExtensionExternalPub {
				gi.Extensions[i].Data = mlstest.HPKEKey(mls.SuiteP256)
			}
		}
	}
	compressed := g.Commit(alice, mlstest.Plan{EditPath: func(p *mls.UpdatePath) {
		p.LeafNode.EncryptionKey = append([]byte{2}, p.LeafNode.EncryptionKey[1:33]...)
	}})
	unchanged(t, s, servertest.IDOf(g), func() {
		for why, info := range map[string][]byte{
			"external_pub without its length prefix": next.Next.SignGroupInfo(alice, true, bare),
			"compressed elliptic curve point":        compressed.GroupInfo,
		} {
			in := commitInput(g, next)
			in.GroupInfo = info
			_, err := s.SendCommit(t.Context(), by(alice), in)
			wantRefused(t, err, gen.ErrInvalidGroupInfo, "known quirk: "+why)
			wantRefused(t, err, gen.ErrInvalidGroupInfo, "RFC 9420 §")
		}
		_, err := s.UpdateGroupInfo(t.Context(), by(alice), &gen.UpdateGroupInfoInput{ConvoID: servertest.IDOf(g), GroupInfo: g.SignGroupInfo(alice, true, bare)})
		wantRefused(t, err, gen.ErrInvalidGroupInfo, "external_pub without")
	})
}
