package server

import (
	"slices"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// acceptedBy lists the members of a conversation that have accepted it.
func acceptedBy(t testing.TB, s *Server, convoID xrpc.ConvoID) []string {
	t.Helper()
	return dbtest.Value[[]string](t, s.Pool, `SELECT coalesce(array_agg(did ORDER BY did), '{}') FROM memberships
		WHERE convo_id = $1 AND left_seq IS NULL AND accepted_at IS NOT NULL`, convoID)
}

func wantAccepted(t testing.TB, s *Server, convoID xrpc.ConvoID, when string, want ...*mlstest.Client) {
	t.Helper()
	dids := []string{}
	for _, c := range want {
		dids = append(dids, c.DID)
	}
	slices.Sort(dids)
	if got := acceptedBy(t, s, convoID); !slices.Equal(got, dids) {
		t.Errorf("%s: accepted by %v, want %v", when, got, dids)
	}
}

// TestAccepted: an account accepts a conversation by its own calls there, not by
// those of others.
func TestAccepted(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol, dave := commitClient("alice"), commitClient("bob"), commitClient("carol"), commitClient("dave")
	g := commitGroup(t, s, alice, bob, carol)
	wantAccepted(t, s, servertest.IDOf(g), "created", alice)

	g = g.With(dave)
	c := g.Commit(alice, mlstest.Plan{Add: commitPackages(t, s, dave)})
	added, err := s.AddMembers(t.Context(), by(alice), addInput(g, c, dave))
	accepted(t, (*gen.SendCommitOutput)(added), err)
	g = c.Next
	if _, err := s.ConfirmWelcome(t.Context(), by(dave), &gen.ConfirmWelcomeInput{ConvoID: servertest.IDOf(g), Success: true, DeviceID: new(dave.DeviceID())}); err != nil {
		t.Fatal(err)
	}
	wantAccepted(t, s, servertest.IDOf(g), "added, and its Welcome confirmed", alice)

	if _, err := s.SendProposal(t.Context(), by(bob), &gen.SendProposalInput{ConvoID: servertest.IDOf(g), Proposal: g.ProposeUpdate(bob, false).Message}); err != nil {
		t.Fatal(err)
	}
	wantAccepted(t, s, servertest.IDOf(g), "a proposal", alice, bob)
	first := dbtest.Value[string](t, s.Pool, `SELECT accepted_at::text FROM memberships WHERE convo_id = $1 AND did = $2`, servertest.IDOf(g), bob.DID)
	g = advance(t, s, g, bob, 1)
	if again := dbtest.Value[string](t, s.Pool, `SELECT accepted_at::text FROM memberships WHERE convo_id = $1 AND did = $2`, servertest.IDOf(g), bob.DID); again != first {
		t.Errorf("accepted at %s, then at %s", first, again)
	}
	g = advance(t, s, g, carol, 1)
	wantAccepted(t, s, servertest.IDOf(g), "a commit", alice, bob, carol)

	for _, step := range []struct {
		seq  int64
		want []*mlstest.Client
	}{
		{0, []*mlstest.Client{alice, bob, carol}}, // a position that is not new does not accept
		{1, []*mlstest.Client{alice, bob, carol, dave}},
	} {
		if _, err := s.UpdateCursor(t.Context(), by(dave), &gen.UpdateCursorInput{ConvoID: servertest.IDOf(g), Seq: step.seq}); err != nil {
			t.Fatal(err)
		}
		wantAccepted(t, s, servertest.IDOf(g), "a read position", step.want...)
	}
}

// TestAcceptedAgain: a member that rejoins has not accepted again until it makes a
// call that accepts. A read position that it had before does not.
func TestAcceptedAgain(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	g = advance(t, s, g, bob, 1)
	read := func() {
		t.Helper()
		if _, err := s.UpdateCursor(t.Context(), by(bob), &gen.UpdateCursorInput{ConvoID: servertest.IDOf(g), Seq: 1}); err != nil {
			t.Fatal(err)
		}
	}
	read()
	wantAccepted(t, s, servertest.IDOf(g), "before", alice, bob)
	if _, err := s.LeaveConvo(t.Context(), by(bob), &gen.LeaveConvoInput{ConvoID: servertest.IDOf(g)}); err != nil {
		t.Fatal(err)
	}
	fresh := commitClient("bob")
	g = g.With(fresh)
	c := g.Commit(alice, mlstest.Plan{RemoveDIDs: []string{bob.DID}, Add: commitPackages(t, s, fresh)})
	in := commitInput(g, c)
	in.AddedDIDs, in.RemovedDIDs = []string{bob.DID}, []string{bob.DID}
	out, err := s.SendCommit(t.Context(), by(alice), in)
	accepted(t, out, err)
	g = c.Next
	wantAccepted(t, s, servertest.IDOf(g), "added again", alice)

	j := g.ExternalCommit(fresh.Rotate(), g.Index(fresh))
	joined, err := s.JoinConvo(t.Context(), by(fresh), joinInput(g, j))
	accepted(t, (*gen.SendCommitOutput)(joined), err)
	wantAccepted(t, s, servertest.IDOf(g), "joined by itself", alice, bob)
}
