package server

import (
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

func suspension(g *mlstest.Group, who string) *gen.LeaveConvoInput {
	return &gen.LeaveConvoInput{ConvoID: servertest.IDOf(g), TargetDID: &who}
}

// Suspension ends the rights of a member at once. Any member may then commit the
// removal, also one that may not remove others.
func TestSuspend(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob, carol)
	var epoch int64
	out, err := s.LeaveConvo(t.Context(), by(alice), suspension(g, bob.DID))
	if err != nil || !out.Success || out.Seq != nil || out.NewEpoch != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	epoch = out.NewEpoch
	_, err = s.SendMessage(t.Context(), by(bob), servertest.Message(servertest.IDOf(g), epoch))
	servertest.WantError(t, err, gen.ErrNotMember)
	own := g.Commit(bob, mlstest.Plan{})
	_, err = s.SendCommit(t.Context(), by(bob), commitInput(g, own))
	servertest.WantError(t, err, gen.ErrNotMember)
	_, err = s.JoinConvo(t.Context(), by(bob), joinInput(g, g.ExternalCommit(bob.Rotate(), g.Index(bob))))
	servertest.WantError(t, err, gen.ErrNotMember)
	if again, err := s.LeaveConvo(t.Context(), by(alice), suspension(g, bob.DID)); err != nil || !again.Success {
		t.Errorf("suspended twice: %+v, %v", again, err)
	}
	c := g.Commit(carol, mlstest.Plan{RemoveDIDs: []string{bob.DID}})
	in := commitInput(g, c)
	in.RemovedDIDs = []string{bob.DID}
	removed, err := s.SendCommit(t.Context(), by(carol), in)
	accepted(t, removed, err)
	sameRoster(t, s, c.Next)
}

// Only the remover may suspend members.
func TestSuspendNotAllowed(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob, carol)
	for name, c := range map[string]struct {
		by   *mlstest.Client
		whom string
		err  string
	}{
		"a member":           {bob, carol.DID, gen.ErrNotAllowed},
		"the creator":        {bob, alice.DID, gen.ErrNotAllowed},
		"no member":          {alice, servertest.DID("nobody"), gen.ErrInvalidCommit},
		"by a non-member":    {commitClient("mallory"), bob.DID, gen.ErrConvoNotFound},
		"with a lone tree":   {alice, bob.DID, gen.ErrInvalidCommit},
		"with a proposal":    {alice, bob.DID, gen.ErrInvalidProposal},
		"with no commit, gi": {alice, bob.DID, gen.ErrInvalidCommit},
	} {
		in := suspension(g, c.whom)
		switch name {
		case "with a lone tree":
			in.RatchetTree = xrpc.Base64{1}
		case "with a proposal":
			in.Proposal = xrpc.Base64{1}
		case "with no commit, gi":
			in.GroupInfo = xrpc.Base64{1}
		}
		unchanged(t, s, servertest.IDOf(g), func() {
			_, err := s.LeaveConvo(t.Context(), by(c.by), in)
			servertest.WantError(t, err, c.err)
		})
	}
}

// A member that was suspended or removed can be added only by a member that may
// remove others. One that left by itself can be added by every member.
func TestReturnOfTheRemoved(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	for name, end := range map[string]struct {
		f    func(t *testing.T, g *mlstest.Group) *mlstest.Group
		free bool
	}{
		"suspended": {f: func(t *testing.T, g *mlstest.Group) *mlstest.Group {
			if _, err := s.LeaveConvo(t.Context(), by(alice), suspension(g, bob.DID)); err != nil {
				t.Fatal(err)
			}
			return g
		}},
		"removed": {f: func(t *testing.T, g *mlstest.Group) *mlstest.Group {
			c := g.Commit(alice, mlstest.Plan{RemoveDIDs: []string{bob.DID}})
			in := commitInput(g, c)
			in.RemovedDIDs = []string{bob.DID}
			out, err := s.SendCommit(t.Context(), by(alice), in)
			accepted(t, out, err)
			return c.Next
		}},
		"left just before it was suspended": {f: func(t *testing.T, g *mlstest.Group) *mlstest.Group {
			leaveNow(t, s, g, bob)
			if _, err := s.LeaveConvo(t.Context(), by(alice), suspension(g, bob.DID)); err != nil {
				t.Fatal(err)
			}
			return g
		}},
		"left": {free: true, f: func(t *testing.T, g *mlstest.Group) *mlstest.Group {
			leaveNow(t, s, g, bob)
			return g
		}},
	} {
		t.Run(name, func(t *testing.T) {
			g := end.f(t, commitGroup(t, s, alice, bob, carol))
			back := bob.Rotate()
			add := func(who *mlstest.Client) (*gen.SendCommitOutput, error) {
				p := mlstest.Plan{Add: []*mls.KeyPackage{commitPackage(t, s, back)}}
				if len(g.LeavesOf(bob.DID)) > 0 {
					p.RemoveDIDs = []string{bob.DID}
				}
				in := commitInput(g, g.With(back).Commit(who, p))
				in.AddedDIDs = []string{bob.DID}
				return s.SendCommit(t.Context(), by(who), in)
			}
			out, err := add(carol)
			if end.free {
				accepted(t, out, err)
				return
			}
			servertest.WantError(t, err, gen.ErrNotAllowed)
			out, err = add(alice)
			accepted(t, out, err)
		})
	}
}

// If two members may suspend each other one after the other, the first to lock the
// row wins: the other is not a member any more.
func TestSuspensionIsFinal(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob, carol)
	leaveNow(t, s, g, alice) // now bob may remove, then carol
	if _, err := s.LeaveConvo(t.Context(), by(bob), suspension(g, carol.DID)); err != nil {
		if _, err := s.LeaveConvo(t.Context(), by(carol), suspension(g, bob.DID)); err != nil {
			t.Fatal(err)
		}
		bob, carol = carol, bob
	}
	_, err := s.LeaveConvo(t.Context(), by(carol), suspension(g, bob.DID))
	servertest.WantError(t, err, gen.ErrNotMember)
}

// The right to remove ends with the membership: a creator that left and was added
// again has it no more.
func TestPowersEndWithMembership(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob, carol)
	leaveNow(t, s, g, alice)
	back := alice.Rotate()
	c := g.With(back).Commit(bob, mlstest.Plan{Add: []*mls.KeyPackage{commitPackage(t, s, back)}, RemoveDIDs: []string{alice.DID}})
	in := commitInput(g, c)
	in.AddedDIDs = []string{alice.DID}
	out, err := s.SendCommit(t.Context(), by(bob), in)
	accepted(t, out, err)
	acceptConvo(t, s, servertest.IDOf(g), back)
	_, err = s.LeaveConvo(t.Context(), by(back), suspension(c.Next, carol.DID))
	servertest.WantError(t, err, gen.ErrNotAllowed)
	removal := c.Next.Commit(back, mlstest.Plan{RemoveDIDs: []string{carol.DID}})
	remove := commitInput(c.Next, removal)
	remove.RemovedDIDs = []string{carol.DID}
	_, err = s.SendCommit(t.Context(), by(back), remove)
	servertest.WantError(t, err, gen.ErrNotAllowed)
}

// Suspending and removing do not wait for the rate of the conversation.
func TestRemovalDoesNotWait(t *testing.T) {
	t.Parallel()
	limits, err := limit.New(limit.Config{Scale: 0.005, Clock: func() time.Duration { return 0 }}) // a burst of one commit
	if err != nil {
		t.Fatal(err)
	}
	s := newTestServer(t, func(c *Config) { c.Rates = limits })
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := advance(t, s, commitGroup(t, s, alice, bob, carol), bob, 1)
	_, err = s.SendCommit(t.Context(), by(alice), commitInput(g, g.Commit(alice, mlstest.Plan{})))
	servertest.WantError(t, err, xrpc.RateLimitExceeded)
	c := g.Commit(alice, mlstest.Plan{RemoveDIDs: []string{bob.DID}})
	in := commitInput(g, c)
	in.RemovedDIDs = []string{bob.DID}
	out, err := s.SendCommit(t.Context(), by(alice), in)
	accepted(t, out, err)
	if _, err := s.LeaveConvo(t.Context(), by(alice), suspension(c.Next, carol.DID)); err != nil {
		t.Errorf("suspension: %v", err)
	}
}
