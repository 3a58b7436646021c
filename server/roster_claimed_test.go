package server

import (
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
)

// rosterOf reads how the members of a conversation are known.
func rosterOf(t testing.TB, s *Server, id string) string {
	t.Helper()
	return query[string](t, s.pool, `SELECT roster FROM conversations WHERE convo_id = $1`, id)
}

// claimedGroup makes a conversation whose roster is what clients said.
func claimedGroup(t testing.TB, s *Server, creator *mlstest.Client, others ...*mlstest.Client) *mlstest.Group {
	t.Helper()
	in, c := newConvoInput(t, s, creator, others...)
	in.GroupInfo, in.CurrentEpoch = nil, new(int64(1))
	if _, err := s.CreateConvo(t.Context(), by(creator), in); err != nil {
		t.Fatal(err)
	}
	if r := rosterOf(t, s, in.GroupID); r != rosterClaimed {
		t.Fatalf("roster is %s", r)
	}
	return c.Next
}

// giveInfo lets a member state the group's state.
func giveInfo(t testing.TB, s *Server, g *mlstest.Group, c *mlstest.Client) error {
	t.Helper()
	return second(s.UpdateGroupInfo(t.Context(), by(c), &gen.UpdateGroupInfoInput{ConvoID: g.ID(), GroupInfo: g.SignGroupInfo(c, true)}))
}

// What makes a verified roster claimed, and what it forgets by that.
func TestRosterBecomesClaimed(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	for name, send := range map[string]func(g *mlstest.Group) (*mlstest.Commit, error){
		"addMembers, opaque, no GroupInfo": func(g *mlstest.Group) (*mlstest.Commit, error) {
			c := g.With(carol).Commit(alice, mlstest.Plan{Add: commitPackages(t, s, carol)})
			in := addInput(g, c, carol)
			in.GroupInfo = nil
			return c, second(s.AddMembers(t.Context(), by(alice), in))
		},
		"addMembers, opaque, no tree": func(g *mlstest.Group) (*mlstest.Commit, error) {
			c := g.With(carol).Commit(alice, mlstest.Plan{Add: commitPackages(t, s, carol)})
			in := addInput(g, c, carol)
			in.GroupInfo = c.GroupInfoNoTree
			return c, second(s.AddMembers(t.Context(), by(alice), in))
		},
		"leaveConvo, opaque, no GroupInfo": func(g *mlstest.Group) (*mlstest.Commit, error) {
			c := g.Commit(alice, mlstest.Plan{RemoveDIDs: []string{bob.DID}})
			return c, second(s.LeaveConvo(t.Context(), by(alice), &gen.LeaveConvoInput{ConvoID: g.ID(), TargetDID: &bob.DID, Commit: c.Message}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := commitGroup(t, s, alice, bob)
			sameRoster(t, s, g)
			c, err := send(g)
			if err != nil {
				t.Fatal(err)
			}
			view := viewOf(t, s, alice, g.ID())
			if *view.Roster != rosterClaimed || len(view.Members[0].Devices) != 1 || view.Members[0].LeafIndex != nil || view.Members[0].Credential != nil {
				t.Errorf("view is %s", asJSON(t, view))
			}
			if n := query[int64](t, s.pool, `SELECT count(*) FROM group_states WHERE convo_id = $1`, g.ID()); n != 0 {
				t.Error("the state of a past epoch is kept")
			}
			if err := giveInfo(t, s, c.Next, alice); err != nil {
				t.Fatal(err)
			}
			sameRoster(t, s, c.Next)
		})
	}
}

// What settles a claimed roster: the creator's word, or that of two others.
func TestRosterSettles(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	t.Run("the creator's GroupInfo", func(t *testing.T) {
		g := claimedGroup(t, s, alice, bob, carol)
		if err := giveInfo(t, s, g, alice); err != nil {
			t.Fatal(err)
		}
		sameRoster(t, s, g)
	})
	t.Run("the creator's commit", func(t *testing.T) {
		g := claimedGroup(t, s, alice, bob, carol)
		sameRoster(t, s, advance(t, s, g, alice, 1))
	})
	t.Run("two members that agree", func(t *testing.T) {
		g := claimedGroup(t, s, alice, bob, carol)
		for range 2 { // one member twice is one
			if err := giveInfo(t, s, g, bob); err != nil {
				t.Fatal(err)
			}
			if r := rosterOf(t, s, g.ID()); r != rosterClaimed {
				t.Fatalf("roster is %s by the word of one", r)
			}
		}
		if err := giveInfo(t, s, g, carol); err != nil {
			t.Fatal(err)
		}
		sameRoster(t, s, g)
		if n := query[int64](t, s.pool, `SELECT count(*) FROM roster_claims`); n != 0 {
			t.Errorf("%d claims are kept", n)
		}
	})
	t.Run("a member's commit and another's GroupInfo", func(t *testing.T) {
		g := advance(t, s, claimedGroup(t, s, alice, bob, carol), bob, 1)
		if r := rosterOf(t, s, g.ID()); r != rosterClaimed {
			t.Fatalf("roster is %s by the word of one", r)
		}
		if err := giveInfo(t, s, g, carol); err != nil {
			t.Fatal(err)
		}
		sameRoster(t, s, g)
	})
	t.Run("two members that differ", func(t *testing.T) {
		g := claimedGroup(t, s, alice, bob, carol)
		for c, hash := range map[*mlstest.Client][]byte{bob: mlstest.Random(32), carol: mlstest.Random(32)} {
			err := second(s.UpdateGroupInfo(t.Context(), by(c), &gen.UpdateGroupInfoInput{ConvoID: g.ID(),
				GroupInfo: g.SignGroupInfo(c, true, func(gi *mls.GroupInfo) { gi.Context.ConfirmedTranscriptHash = hash })}))
			if err != nil {
				t.Fatal(err)
			}
		}
		if r := rosterOf(t, s, g.ID()); r != rosterClaimed {
			t.Errorf("roster is %s", r)
		}
	})
	t.Run("the word of who has left does not count", func(t *testing.T) {
		g := claimedGroup(t, s, alice, bob, carol)
		if err := giveInfo(t, s, g, bob); err != nil {
			t.Fatal(err)
		}
		leaveNow(t, s, g, bob)
		if err := giveInfo(t, s, g, carol); err != nil {
			t.Fatal(err)
		}
		if r := rosterOf(t, s, g.ID()); r != rosterClaimed {
			t.Errorf("roster is %s", r)
		}
	})
}

// A GroupInfo over a claimed roster must be the caller's and agree with the
// members; the refusal names the difference.
func TestRosterSettlingRefuses(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := claimedGroup(t, s, alice, bob)
	three := mlstest.NewGroup(alice, g.Context.GroupID).With(bob, carol).Commit(alice, mlstest.Plan{Add: []*mls.KeyPackage{bob.KeyPackage(), carol.KeyPackage()}}).Next
	one := mlstest.NewGroup(alice, g.Context.GroupID).Commit(alice, mlstest.Plan{}).Next
	for name, c := range map[string]struct {
		info []byte
		why  string
	}{
		"a leaf of nobody":   {three.SignGroupInfo(alice, true), "leaf[2]: found a leaf of " + carol.DID},
		"a member without":   {one.SignGroupInfo(alice, true), "no leaf of " + bob.DID},
		"another's":          {g.SignGroupInfo(bob, true), "not the caller's"},
		"without tree":       {g.SignGroupInfo(alice, false), "no ratchet_tree"},
		"with another's key": {g.SignGroupInfo(alice, true, func(gi *mls.GroupInfo) { gi.Signer = 1 }), "signature"},
	} {
		t.Run(name, func(t *testing.T) {
			unchanged(t, s, g.ID(), func() {
				_, err := s.UpdateGroupInfo(t.Context(), by(alice), &gen.UpdateGroupInfoInput{ConvoID: g.ID(), GroupInfo: c.info})
				wantRefused(t, err, gen.ErrInvalidGroupInfo, c.why)
			})
		})
	}
	// A commit goes on over a roster that does not agree, without settling it.
	exec(t, s.pool, `INSERT INTO memberships (convo_id, did, joined_seq, joined_at, joined_n, joined_gen, joined_pos) VALUES ($1, $2, 0, now(), 0, 0, 0)`, g.ID(), carol.DID)
	g = advance(t, s, g, alice, 1)
	if r := rosterOf(t, s, g.ID()); r != rosterClaimed {
		t.Errorf("roster is %s", r)
	}
	// But not over one that lacks what its own Welcome names.
	dave := commitClient("dave")
	in := commitInput(g, g.Commit(alice, mlstest.Plan{}))
	in.Welcome, in.AddedDIDs = mlstest.RandomWelcome(1, commitRef(t, commitPackage(t, s, dave))), []string{dave.DID}
	unchanged(t, s, g.ID(), func() {
		_, err := s.SendCommit(t.Context(), by(alice), in)
		wantRefused(t, err, gen.ErrInvalidGroupInfo, "the tree has no leaf")
	})
}

// Over a claimed roster a readable commit is known by framing and DID only.
func TestRosterClaimedReadable(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := claimedGroup(t, s, alice, bob)
	c := g.Commit(bob, mlstest.Plan{Public: true})
	unchanged(t, s, g.ID(), func() {
		_, err := s.SendCommit(t.Context(), by(alice), &gen.SendCommitInput{ConvoID: g.ID(), Commit: c.Message})
		wantRefused(t, err, gen.ErrInvalidCommit, "not the caller's")
		other := g.Commit(bob, mlstest.Plan{Public: true})
		_, err = s.SendCommit(t.Context(), by(bob), &gen.SendCommitInput{ConvoID: g.ID(), Commit: c.Message, GroupInfo: other.GroupInfo})
		wantRefused(t, err, gen.ErrInvalidGroupInfo, "leaf[1], its signer's")
	})
	out, err := s.SendCommit(t.Context(), by(bob), &gen.SendCommitInput{ConvoID: g.ID(), Commit: c.Message})
	accepted(t, out, err)
	if r := rosterOf(t, s, g.ID()); r != rosterClaimed {
		t.Errorf("roster is %s", r)
	}
	joined := c.Next.ExternalCommit(bob.Rotate(), c.Next.Index(bob))
	in := joinInput(g, joined)
	in.GroupInfo = joined.GroupInfoNoTree
	join, err := s.JoinConvo(t.Context(), by(bob), in)
	accepted(t, (*gen.SendCommitOutput)(join), err)
	if err := giveInfo(t, s, joined.Next, alice); err != nil {
		t.Fatal(err)
	}
	sameRoster(t, s, joined.Next)
}

// A GroupInfo of a verified roster says what is known.
func TestRosterUpdateAgrees(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	other := commitGroup(t, s, alice, bob)
	for name, c := range map[string]struct {
		info []byte
		tree []byte
		why  string
	}{
		"another transcript":         {g.SignGroupInfo(alice, true, func(gi *mls.GroupInfo) { gi.Context.ConfirmedTranscriptHash = mlstest.Random(32) }), nil, "confirmed_transcript_hash"},
		"another tag":                {g.SignGroupInfo(alice, true, func(gi *mls.GroupInfo) { gi.ConfirmationTag = mlstest.Random(32) }), nil, "confirmation_tag"},
		"another tree":               {g.SignGroupInfo(alice, false), other.Tree.Bytes(), "tree_hash"},
		"another member's signature": {g.SignGroupInfo(alice, false, func(gi *mls.GroupInfo) { gi.Signer = 1 }), nil, "signature"},
	} {
		t.Run(name, func(t *testing.T) {
			unchanged(t, s, g.ID(), func() {
				_, err := s.UpdateGroupInfo(t.Context(), by(alice), &gen.UpdateGroupInfoInput{ConvoID: g.ID(), GroupInfo: c.info, RatchetTree: c.tree})
				wantRefused(t, err, gen.ErrInvalidGroupInfo, c.why)
			})
		})
	}
	if err := giveInfo(t, s, g, bob); err != nil {
		t.Fatal(err)
	}
	sameRoster(t, s, g)
}

// The policy refuses what would make a roster claimed, and nothing else.
func TestRosterRequired(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, func(c *Config) { c.RequireGroupInfo = true })
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	for _, tree := range []bool{false, true} {
		in, c := newConvoInput(t, s, alice, bob)
		in.GroupInfo = nil
		if tree {
			in.GroupInfo = c.GroupInfoNoTree
		}
		_, err := s.CreateConvo(t.Context(), by(alice), in)
		wantRefused(t, err, gen.ErrInvalidGroupInfo, "needs both")
	}
	g := commitGroup(t, s, alice, bob).With(carol)
	c := g.Commit(alice, mlstest.Plan{Add: commitPackages(t, s, carol)})
	gone := g.Commit(alice, mlstest.Plan{RemoveDIDs: []string{bob.DID}})
	unchanged(t, s, g.ID(), func() {
		in := addInput(g, c, carol)
		in.GroupInfo = nil
		_, err := s.AddMembers(t.Context(), by(alice), in)
		wantRefused(t, err, gen.ErrInvalidGroupInfo, "missing")
		in.GroupInfo = c.GroupInfoNoTree
		_, err = s.AddMembers(t.Context(), by(alice), in)
		wantRefused(t, err, gen.ErrInvalidGroupInfo, "no ratchet_tree")
		_, err = s.LeaveConvo(t.Context(), by(alice), &gen.LeaveConvoInput{ConvoID: g.ID(), TargetDID: &bob.DID, Commit: gone.Message})
		wantRefused(t, err, gen.ErrInvalidGroupInfo, "missing")
	})
	out, err := s.AddMembers(t.Context(), by(alice), addInput(g, c, carol))
	accepted(t, (*gen.SendCommitOutput)(out), err)
	removed, err := s.LeaveConvo(t.Context(), by(alice), removal(c.Next, alice, bob.DID)) // readable
	accepted(t, (*gen.SendCommitOutput)(removed), err)
	if r := rosterOf(t, s, g.ID()); r != rosterVerified {
		t.Errorf("roster is %s", r)
	}
}
