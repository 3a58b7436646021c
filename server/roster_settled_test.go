package server

import (
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
)

// Two members that agree settle the roster of a group whose epoch was assumed,
// and with it the epoch: the creator's next message cannot move it away from
// the group that is stored.
func TestRosterSettlesAssumedEpoch(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	in, c := newConvoInput(t, s, alice, bob, carol)
	in.GroupInfo = nil
	if _, err := s.CreateConvo(t.Context(), by(alice), in); err != nil {
		t.Fatal(err)
	}
	g := c.Next
	for _, m := range []*mlstest.Client{bob, carol} {
		if err := giveInfo(t, s, g, m); err != nil {
			t.Fatal(err)
		}
	}
	sameRoster(t, s, g)
	_, err := s.SendMessage(t.Context(), by(alice), &gen.SendMessageInput{ConvoID: g.ID(), Ciphertext: application(g.ID(), 7, 40), Epoch: 7})
	wantError(t, err, gen.ErrEpochMismatch)
	if e := epochOf(t, s, g.ID()); e != 1 {
		t.Errorf("epoch is %d", e)
	}
	sameRoster(t, s, advance(t, s, g, bob, 1))
}

// The first commit of a group whose clients start the transcript with an empty
// interim hash: its GroupInfo tells, and what follows is held against that.
func TestRosterFollowsEitherTranscript(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice := commitClient("alice")
	for name, empty := range map[string]bool{"§11": false, "§8.2": true} {
		t.Run(name, func(t *testing.T) {
			g := commitGroup(t, s, alice)
			if empty {
				g.Interim = nil
			}
			for range 2 {
				c := g.Commit(alice, mlstest.Plan{Public: true})
				out, err := s.SendCommit(t.Context(), by(alice), commitInput(g, c))
				accepted(t, out, err)
				g = c.Next
				sameRoster(t, s, g)
			}
		})
		t.Run(name+", no GroupInfo", func(t *testing.T) {
			g := commitGroup(t, s, alice)
			if empty {
				g.Interim = nil
			}
			c := g.Commit(alice, mlstest.Plan{Public: true})
			out, err := s.SendCommit(t.Context(), by(alice), &gen.SendCommitInput{ConvoID: g.ID(), Commit: c.Message})
			accepted(t, out, err)
			g = c.Next
			p := g.Propose(alice, &mls.PreSharedKey{PSKType: mls.PSKExternal, ID: []byte("id"), Nonce: mlstest.Random(32)}, true)
			if _, err := s.SendProposal(t.Context(), by(alice), &gen.SendProposalInput{ConvoID: g.ID(), Proposal: p.Message}); err != nil {
				t.Fatal(err)
			}
			if err := giveInfo(t, s, g, alice); err != nil {
				t.Fatal(err)
			}
			unchanged(t, s, g.ID(), func() {
				_, err := s.SendCommit(t.Context(), by(alice), &gen.SendCommitInput{ConvoID: g.ID(),
					Commit: reframe(t, g.Commit(alice, mlstest.Plan{Public: true}).Message, func(m *mls.PublicMessage) { m.Signature[7] ^= 1 })})
				wantRefused(t, err, gen.ErrInvalidCommit, "signature")
			})
			c = g.Commit(alice, mlstest.Plan{Public: true, Refs: []*mlstest.Proposal{p}})
			out, err = s.SendCommit(t.Context(), by(alice), &gen.SendCommitInput{ConvoID: g.ID(), Commit: c.Message})
			accepted(t, out, err)
			sameRoster(t, s, c.Next)
		})
	}
}

// A GroupInfo that nothing verified is not handed out as the group's.
func TestRosterKeepsNoUnverifiedGroupInfo(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	forged := func(g *mlstest.Group) []byte {
		return g.SignGroupInfo(alice, false, func(gi *mls.GroupInfo) { gi.ConfirmationTag = mlstest.Random(32) })
	}
	unavailable := func(t *testing.T, id string) {
		t.Helper()
		_, err := s.GetGroupInfo(t.Context(), by(bob), &gen.GetGroupInfoParams{ConvoID: id})
		wantError(t, err, gen.ErrGroupInfoUnavailable)
	}
	t.Run("createConvo", func(t *testing.T) {
		in, c := newConvoInput(t, s, alice, bob)
		in.GroupInfo = forged(c.Next)
		if _, err := s.CreateConvo(t.Context(), by(alice), in); err != nil {
			t.Fatal(err)
		}
		unavailable(t, c.Next.ID())
	})
	t.Run("addMembers", func(t *testing.T) {
		g := commitGroup(t, s, alice, bob).With(carol)
		c := g.Commit(alice, mlstest.Plan{Add: commitPackages(t, s, carol)})
		in := addInput(g, c, carol)
		in.GroupInfo = forged(c.Next)
		if _, err := s.AddMembers(t.Context(), by(alice), in); err != nil {
			t.Fatal(err)
		}
		unavailable(t, g.ID())
	})
}

// A Welcome names no package of a member that the same commit removes for good.
func TestWelcomeForRemovedMember(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	phone := commitClient("bob")
	g := claimedGroup(t, s, alice, bob).With(phone)
	kp := commitPackage(t, s, phone)
	// Both of the old leaf and the new one, which only its members can tell.
	c := g.Commit(alice, mlstest.Plan{RemoveDIDs: []string{bob.DID}})
	in := commitInput(g, c)
	in.RemovedDIDs = []string{bob.DID}
	add := g.Commit(alice, mlstest.Plan{Add: []*mls.KeyPackage{kp}, Remove: g.LeavesOf(bob.DID)})
	in.Commit, in.Welcome, in.GroupInfo = add.Message, add.Welcome, add.GroupInfo
	unchanged(t, s, g.ID(), func() {
		_, err := s.SendCommit(t.Context(), by(alice), in)
		wantError(t, err, gen.ErrKeyPackageNotFound)
	})
	if spent(t, s, kp) {
		t.Error("the package is spent")
	}
}
