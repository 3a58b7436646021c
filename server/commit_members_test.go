package server

import (
	"fmt"
	"slices"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// leaveNow lets members leave without a commit.
func leaveNow(t testing.TB, s *Server, g *mlstest.Group, clients ...*mlstest.Client) {
	t.Helper()
	for _, c := range clients {
		out, err := s.LeaveConvo(t.Context(), by(c), &gen.LeaveConvoInput{ConvoID: servertest.IDOf(g)})
		if err != nil {
			t.Fatal(err)
		}
		if !out.Success || out.Seq != nil {
			t.Fatalf("answer is %s", asJSON(t, out))
		}
	}
}

// removal is the call of leaveConvo by which c removes a DID.
func removal(g *mlstest.Group, c *mlstest.Client, did string) *gen.LeaveConvoInput {
	return removalInput(did, g.Commit(c, mlstest.Plan{RemoveDIDs: []string{did}, Public: true}))
}

// removalInput is the call of leaveConvo for a commit that removes a DID.
func removalInput(did string, c *mlstest.Commit) *gen.LeaveConvoInput {
	return &gen.LeaveConvoInput{ConvoID: servertest.IDOf(c.Next), TargetDID: &did, Commit: c.Message, GroupInfo: c.GroupInfo}
}

// Who may remove whom: the creator; once the creator has left, the
// longest-standing member; anyone a pending leaver; nobody itself.
func TestCommitRemovalRule(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol, dave := commitClient("alice"), commitClient("bob"), commitClient("carol"), commitClient("dave")
	all := map[string]*mlstest.Client{"alice": alice, "bob": bob, "carol": carol, "dave": dave}
	for _, c := range []struct {
		left       []string // before
		by, target string
		err        string
	}{
		{nil, "alice", "bob", ""},
		{nil, "alice", "dave", ""},
		{nil, "bob", "carol", gen.ErrNotAllowed},
		{nil, "bob", "alice", gen.ErrNotAllowed},
		{nil, "dave", "carol", gen.ErrNotAllowed},
		{nil, "bob", "bob", gen.ErrInvalidCommit},
		{nil, "alice", "alice", gen.ErrInvalidCommit},
		{[]string{"alice"}, "bob", "carol", ""}, // bob was in before carol
		{[]string{"alice"}, "bob", "alice", ""},
		{[]string{"alice"}, "dave", "alice", ""},
		{[]string{"alice"}, "carol", "bob", gen.ErrNotAllowed},
		{[]string{"alice"}, "dave", "carol", gen.ErrNotAllowed},
		{[]string{"alice", "bob"}, "carol", "dave", ""},
		{[]string{"alice", "bob"}, "dave", "carol", gen.ErrNotAllowed},
		{[]string{"carol"}, "dave", "carol", ""},
		{[]string{"carol"}, "dave", "bob", gen.ErrNotAllowed},
		{[]string{"carol"}, "carol", "bob", gen.ErrNotMember},
	} {
		t.Run(fmt.Sprintf("left %v: %s removes %s", c.left, c.by, c.target), func(t *testing.T) {
			// Each joins by a commit of its own, so that standing differs.
			g := commitGroup(t, s, alice).With(bob, carol, dave)
			for _, m := range []*mlstest.Client{bob, carol, dave} {
				commit := g.Commit(alice, mlstest.Plan{Add: commitPackages(t, s, m)})
				out, err := s.AddMembers(t.Context(), by(alice), addInput(g, commit, m))
				accepted(t, (*gen.SendCommitOutput)(out), err)
				g = commit.Next
			}
			for _, w := range c.left {
				leaveNow(t, s, g, all[w])
			}
			actor, target := all[c.by], all[c.target]
			before := membersOf(t, s, servertest.IDOf(g))
			in := removal(g, actor, target.DID)
			viaCommit := &gen.SendCommitInput{ConvoID: servertest.IDOf(g), Commit: xrpc.Bytes(in.Commit), GroupInfo: xrpc.Bytes(in.GroupInfo), RemovedDIDs: []string{target.DID}}
			if c.err != "" {
				unchanged(t, s, servertest.IDOf(g), func() {
					_, err := s.LeaveConvo(t.Context(), by(actor), in)
					servertest.WantError(t, err, c.err)
					_, err = s.SendCommit(t.Context(), by(actor), viaCommit)
					servertest.WantError(t, err, c.err)
				})
				return
			}
			out, err := s.LeaveConvo(t.Context(), by(actor), in)
			seq := *accepted(t, (*gen.SendCommitOutput)(out), err).Seq
			if got, want := membersOf(t, s, servertest.IDOf(g)), without(slices.Clone(before), target.DID); !slices.Equal(got, want) {
				t.Errorf("members are %v, want %v", got, want)
			}
			_, left := window(t, s, servertest.IDOf(g), target.DID)
			if slices.Contains(c.left, c.target) {
				seq = 3 // it ended when it left, after the three commits
			}
			if left != seq {
				t.Errorf("window ends at %d, want %d", left, seq)
			}
			if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM memberships WHERE convo_id = $1 AND did = $2 AND pending_removal`, servertest.IDOf(g), target.DID); n != 0 {
				t.Error("its removal is still pending")
			}
			if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM leaves WHERE convo_id = $1 AND did = $2`, servertest.IDOf(g), target.DID); n != 0 {
				t.Error("its leaf is still listed")
			}
		})
	}
}

// Of members that joined together, the first by DID is the longest-standing.
func TestCommitRemovalRuleTie(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, carol, bob)
	leaveNow(t, s, g, alice)
	_, err := s.LeaveConvo(t.Context(), by(carol), removal(g, carol, bob.DID))
	servertest.WantError(t, err, gen.ErrNotAllowed)
	out, err := s.LeaveConvo(t.Context(), by(bob), removal(g, bob, carol.DID))
	accepted(t, (*gen.SendCommitOutput)(out), err)
}

func TestCommitLeaving(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob, carol)
	g = advance(t, s, g, alice, 2)
	version := dbtest.Value[int64](t, s.Pool, `SELECT roster_version FROM conversations WHERE convo_id = $1`, servertest.IDOf(g))

	proposal := g.Propose(bob, &mls.Remove{Removed: g.Index(bob)}, true)
	out, err := s.LeaveConvo(t.Context(), by(bob), &gen.LeaveConvoInput{ConvoID: servertest.IDOf(g), Proposal: proposal.Message})
	if err != nil || !out.Success || out.NewEpoch != 3 || *out.Seq != 3 {
		t.Fatalf("answer is %v, %v", asJSON(t, out), err)
	}
	if _, left := window(t, s, servertest.IDOf(g), bob.DID); left != 3 {
		t.Errorf("window ends at %d, want 3, the number of its proposal", left)
	}
	if v := dbtest.Value[int64](t, s.Pool, `SELECT roster_version FROM conversations WHERE convo_id = $1`, servertest.IDOf(g)); v != version+1 {
		t.Errorf("roster version is %d, was %d", v, version)
	}
	view := viewOf(t, s, alice, servertest.IDOf(g))
	if len(view.Members) != 3 || *view.MemberCount != 2 || !pendingIn(view, bob.DID) || pendingIn(view, carol.DID) {
		t.Errorf("view is %s", asJSON(t, view))
	}
	for _, call := range []error{
		second(s.LeaveConvo(t.Context(), by(bob), &gen.LeaveConvoInput{ConvoID: servertest.IDOf(g)})),
		second(s.SendCommit(t.Context(), by(bob), commitInput(g, g.Commit(bob, mlstest.Plan{})))),
		second(s.GetGroupInfo(t.Context(), by(bob), &gen.GetGroupInfoParams{ConvoID: servertest.IDOf(g)})),
	} {
		servertest.WantError(t, call, gen.ErrNotMember)
	}

	// Any member commits the pending removal, by the leaver's own proposal.
	c := g.Commit(carol, mlstest.Plan{Refs: []*mlstest.Proposal{proposal}, Public: true})
	removed, err := s.LeaveConvo(t.Context(), by(carol), removalInput(bob.DID, c))
	accepted(t, (*gen.SendCommitOutput)(removed), err)
	if _, left := window(t, s, servertest.IDOf(g), bob.DID); left != 3 {
		t.Errorf("window ends at %d after the removal, want 3 still", left)
	}
	if view := viewOf(t, s, alice, servertest.IDOf(g)); len(view.Members) != 2 {
		t.Errorf("view is %s", asJSON(t, view))
	}
	// Once more there is nothing to remove.
	_, err = s.LeaveConvo(t.Context(), by(carol), removalInput(bob.DID, c.Next.Commit(carol, mlstest.Plan{})))
	servertest.WantError(t, err, gen.ErrInvalidCommit)
}

func TestCommitLeavingRefuses(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	old := g.ProposeUpdate(bob, true).Message
	g = advance(t, s, g, alice, 1)
	ahead := g.Commit(alice, mlstest.Plan{}).Next
	update := g.Commit(bob, mlstest.Plan{})
	commit := update.Message
	for name, c := range map[string]struct {
		in  gen.LeaveConvoInput
		err string
	}{
		"with a commit":       {gen.LeaveConvoInput{Commit: commit}, gen.ErrInvalidCommit},
		"naming oneself":      {gen.LeaveConvoInput{TargetDID: &bob.DID, Commit: commit}, gen.ErrInvalidCommit},
		"commit as proposal":  {gen.LeaveConvoInput{Proposal: commit}, gen.ErrInvalidProposal},
		"proposal of future":  {gen.LeaveConvoInput{Proposal: ahead.ProposeUpdate(bob, true).Message}, gen.ErrInvalidProposal},
		"other, no commit":    {gen.LeaveConvoInput{TargetDID: &alice.DID}, gen.ErrNotAllowed},
		"other, proposal":     {gen.LeaveConvoInput{TargetDID: &alice.DID, Commit: commit, Proposal: old}, gen.ErrInvalidProposal},
		"other, not a member": {*removalInput(servertest.DID("nobody"), update), gen.ErrInvalidCommit},
	} {
		t.Run(name, func(t *testing.T) {
			c.in.ConvoID = servertest.IDOf(g)
			unchanged(t, s, servertest.IDOf(g), func() {
				_, err := s.LeaveConvo(t.Context(), by(bob), &c.in)
				servertest.WantError(t, err, c.err)
			})
		})
	}
	// A proposal of a past epoch has lost a race; nothing has happened.
	unchanged(t, s, servertest.IDOf(g), func() {
		out, err := s.LeaveConvo(t.Context(), by(bob), &gen.LeaveConvoInput{ConvoID: servertest.IDOf(g), Proposal: old})
		if c := lostIt(t, (*gen.SendCommitOutput)(out), err); len(c.Commits) != 1 {
			t.Errorf("conflict is %s", asJSON(t, c))
		}
	})
}

// The last member closes the conversation; its id stays taken.
func TestCommitLastMemberLeaves(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	leaveNow(t, s, g, alice)
	if dbtest.Value[bool](t, s.Pool, `SELECT closed_at IS NOT NULL FROM conversations WHERE convo_id = $1`, servertest.IDOf(g)) {
		t.Error("closed while a member is left")
	}
	leaveNow(t, s, g, bob)
	if !dbtest.Value[bool](t, s.Pool, `SELECT closed_at IS NOT NULL FROM conversations WHERE convo_id = $1`, servertest.IDOf(g)) {
		t.Error("not closed behind the last member")
	}
	_, err := s.SendCommit(t.Context(), by(alice), commitInput(g, g.Commit(alice, mlstest.Plan{})))
	servertest.WantError(t, err, gen.ErrNotMember)
	_, err = s.CreateConvo(t.Context(), by(alice), &gen.CreateConvoInput{GroupID: servertest.IDOf(g), CipherSuite: alice.Suite.String(),
		GroupInfo: mlstest.NewGroup(alice, g.Context.GroupID).SignGroupInfo(alice, true)})
	servertest.WantError(t, err, gen.ErrConvoExists)
}

// Who comes back gets a new window: nothing of the time between.
func TestCommitRejoinWindows(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	g = advance(t, s, g, alice, 1) // 1
	gone := g.Commit(alice, mlstest.Plan{RemoveDIDs: []string{bob.DID}})
	out, err := s.SendCommit(t.Context(), by(alice), &gen.SendCommitInput{ConvoID: servertest.IDOf(g), Commit: gone.Message, GroupInfo: gone.GroupInfo, RemovedDIDs: []string{bob.DID}})
	accepted(t, out, err)                  // 2
	g = advance(t, s, gone.Next, alice, 3) // 3 4 5
	kp := commitPackage(t, s, bob)
	back := g.Commit(alice, mlstest.Plan{Add: []*mls.KeyPackage{kp}})
	added, err := s.AddMembers(t.Context(), by(alice), addInput(g, back, bob)) // 6
	accepted(t, (*gen.SendCommitOutput)(added), err)
	g = advance(t, s, back.Next, bob, 1) // 7
	leaveNow(t, s, g, bob)

	got := dbtest.Value[[]string](t, s.Pool, `SELECT array_agg(format('(%s,%s]', joined_seq, left_seq) ORDER BY joined_seq) FROM memberships WHERE convo_id = $1 AND did = $2`, servertest.IDOf(g), bob.DID)
	if want := []string{"(0,2]", "(6,7]"}; !slices.Equal(got, want) {
		t.Errorf("windows are %v, want %v", got, want)
	}
	// A pending leaver that comes back is pending no longer.
	kp = commitPackage(t, s, bob)
	again := g.Commit(alice, mlstest.Plan{RemoveDIDs: []string{bob.DID}, Add: []*mls.KeyPackage{kp}})
	added, err = s.AddMembers(t.Context(), by(alice), addInput(g, again, bob))
	accepted(t, (*gen.SendCommitOutput)(added), err)
	view := viewOf(t, s, alice, servertest.IDOf(g))
	if len(view.Members) != 2 || *view.MemberCount != 2 || pendingIn(view, bob.DID) {
		t.Errorf("view is %s", asJSON(t, view))
	}
}

// The roster version rises with every change of membership, and only then: a
// statement that waited for the row sees by it that the members it read are old.
func TestCommitRosterVersion(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob)
	last := int64(0)
	rises := func(what string, by int64) {
		t.Helper()
		v := dbtest.Value[int64](t, s.Pool, `SELECT roster_version FROM conversations WHERE convo_id = $1`, servertest.IDOf(g))
		if v != last+by {
			t.Errorf("%s: from %d to %d, want %d more", what, last, v, by)
		}
		last = v
	}
	rises("creation", last)
	g = advance(t, s, g, alice, 1)
	rises("update", 0)
	c := g.Commit(alice, mlstest.Plan{Add: commitPackages(t, s, carol)})
	out, err := s.AddMembers(t.Context(), by(alice), addInput(g, c, carol))
	accepted(t, (*gen.SendCommitOutput)(out), err)
	rises("addition", 1)
	removed, err := s.LeaveConvo(t.Context(), by(alice), removal(c.Next, alice, bob.DID))
	accepted(t, (*gen.SendCommitOutput)(removed), err)
	rises("removal", 1)
	leaveNow(t, s, g, carol)
	rises("leaving", 1)
}

func viewOf(t testing.TB, s *Server, c *mlstest.Client, id xrpc.ConvoID) *gen.ConvoView {
	t.Helper()
	views, err := convo.Views(t.Context(), dbOf(s), c.DID, []xrpc.ConvoID{id, servertest.NewConvoID()})
	if err != nil || len(views) != 1 {
		t.Fatalf("%d views, %v", len(views), err)
	}
	return &views[0]
}

func pendingIn(v *gen.ConvoView, did string) bool {
	return slices.ContainsFunc(v.Members, func(m gen.MemberView) bool { return m.DID == did && m.PendingRemoval != nil && *m.PendingRemoval })
}

// second is the error of a call whose answer does not matter.
func second[T any](_ T, err error) error { return err }
