package server

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// setRole calls updateMemberRole, which has to succeed.
func setRole(t testing.TB, s *Server, g *mlstest.Group, who *mlstest.Client, did, role string) {
	t.Helper()
	if _, err := s.UpdateMemberRole(t.Context(), by(who), &gen.UpdateMemberRoleInput{ConvoID: servertest.IDOf(g), DID: did, Role: role}); err != nil {
		t.Fatal(err)
	}
}

// setPolicy calls updateConvoPolicy, which has to succeed.
func setPolicy(t testing.TB, s *Server, who *mlstest.Client, in *gen.UpdateConvoPolicyInput) {
	t.Helper()
	if _, err := s.UpdateConvoPolicy(t.Context(), by(who), in); err != nil {
		t.Fatal(err)
	}
}

// adminsOf lists the admins of a conversation.
func adminsOf(t testing.TB, s *Server, g *mlstest.Group) []string {
	t.Helper()
	out, err := dbOf(s).Admins(t.Context(), servertest.IDOf(g))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// roleEvents lists the role events of a conversation, as "DID role actor".
func roleEvents(t testing.TB, s *Server, g *mlstest.Group) []string {
	t.Helper()
	return dbtest.Value[[]string](t, s.Pool, `SELECT coalesce(array_agg(concat_ws(' ', body ->> 'did', body ->> 'role', body ->> 'actor') ORDER BY pos, seq, n), '{}')
		FROM events WHERE convo_id = $1 AND kind = 'role'`, servertest.IDOf(g))
}

// addCommit makes a commit that adds accounts, and the input of sendCommit for it.
func addCommit(t testing.TB, s *Server, g *mlstest.Group, who *mlstest.Client, added ...*mlstest.Client) (*mlstest.Commit, *gen.SendCommitInput) {
	t.Helper()
	c := g.With(added...).Commit(who, mlstest.Plan{Add: commitPackages(t, s, added...)})
	in := commitInput(g, c)
	in.AddedDIDs = dids(added)
	return c, in
}

// The last admin cannot become a member. When it leaves, the member with the longest
// membership becomes an admin; of several that joined at once, the first by DID.
func TestLastAdmin(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol, dave := commitClient("alice"), commitClient("bob"), commitClient("carol"), commitClient("dave")
	g := commitGroup(t, s, alice, carol, bob)
	c, in := addCommit(t, s, g, alice, dave)
	out, err := s.SendCommit(t.Context(), by(alice), in)
	accepted(t, out, err)
	g = c.Next
	_, err = s.UpdateMemberRole(t.Context(), by(alice), &gen.UpdateMemberRoleInput{ConvoID: servertest.IDOf(g), DID: alice.DID, Role: "member"})
	servertest.WantError(t, err, gen.ErrNotAllowed)

	setRole(t, s, g, alice, dave.DID, "admin")
	leaveNow(t, s, g, alice) // dave is still one
	if got := adminsOf(t, s, g); !slices.Equal(got, []string{dave.DID}) {
		t.Errorf("admins are %v, want dave", got)
	}
	leaveNow(t, s, g, dave)
	if got := adminsOf(t, s, g); !slices.Equal(got, []string{bob.DID}) {
		t.Errorf("admins are %v, want bob", got)
	}
	want := []string{dave.DID + " admin " + alice.DID, bob.DID + " admin"}
	if got := roleEvents(t, s, g); !slices.Equal(got, want) {
		t.Errorf("events are %v, want %v", got, want)
	}
	leaveNow(t, s, g, bob, carol) // the last member has no successor
	if got := adminsOf(t, s, g); len(got) != 0 {
		t.Errorf("admins are %v, want none", got)
	}
}

// When the last admin is erased, the member with the longest membership becomes an
// admin, and the events name the erased one no more.
func TestErasedAdmin(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob, carol)
	setRole(t, s, g, alice, carol.DID, "admin")
	setRole(t, s, g, alice, carol.DID, "member")
	if err := newEraser(s).Erase(t.Context(), alice.DID); err != nil {
		t.Fatal(err)
	}
	if got := adminsOf(t, s, g); !slices.Equal(got, []string{bob.DID}) {
		t.Errorf("admins are %v, want bob", got)
	}
	erased := s.Pseudonyms.Of(alice.DID)
	want := []string{carol.DID + " admin " + erased, carol.DID + " member " + erased, bob.DID + " admin"}
	if got := roleEvents(t, s, g); !slices.Equal(got, want) {
		t.Errorf("events are %v, want %v", got, want)
	}
}

// Two admins that make each other members at the same time leave one admin, however
// often they try.
func TestAdminsDemoteEachOther(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	for range 20 {
		admin := alice
		if adminsOf(t, s, g)[0] == bob.DID {
			admin = bob
		}
		setRole(t, s, g, admin, alice.DID, "admin")
		setRole(t, s, g, admin, bob.DID, "admin")
		var calls sync.WaitGroup
		for who, whom := range map[*mlstest.Client]*mlstest.Client{alice: bob, bob: alice} {
			calls.Go(func() { // one of the two may be refused
				_, _ = s.UpdateMemberRole(context.Background(), by(who), &gen.UpdateMemberRoleInput{ConvoID: servertest.IDOf(g), DID: whom.DID, Role: "member"})
			})
		}
		calls.Wait()
		if got := adminsOf(t, s, g); len(got) != 1 {
			t.Fatalf("admins are %v, want one", got)
		}
	}
}

// A role ends with the membership. A device that comes back by an external commit
// keeps the role of its account.
func TestRejoiningGivesNoRole(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob, carol)
	setRole(t, s, g, alice, bob.DID, "admin")
	back := bob.Rotate()
	c := g.With(back).ExternalCommit(back, g.Index(bob))
	joined, err := s.JoinConvo(t.Context(), by(bob), joinInput(g, c))
	accepted(t, (*gen.SendCommitOutput)(joined), err)
	if got := adminsOf(t, s, g); !slices.Contains(got, bob.DID) {
		t.Errorf("admins are %v: a device came back without its role", got)
	}
	g = c.Next
	leaveNow(t, s, g, back)
	again := bob.Rotate()
	add := g.With(again).Commit(carol, mlstest.Plan{Add: commitPackages(t, s, again), RemoveDIDs: []string{bob.DID}})
	in := commitInput(g, add)
	in.AddedDIDs = []string{bob.DID}
	out, err := s.SendCommit(t.Context(), by(carol), in)
	accepted(t, out, err)
	if got := adminsOf(t, s, g); !slices.Equal(got, []string{alice.DID}) {
		t.Errorf("admins are %v, want alice", got)
	}
}

// crowdOf makes a conversation of alice, bob and accounts that make it n members.
func crowdOf(t testing.TB, s *Server, alice, bob *mlstest.Client, n int) *mlstest.Group {
	t.Helper()
	others := []*mlstest.Client{bob}
	for i := len(others) + 1; i < n; i++ {
		others = append(others, commitClient(fmt.Sprintf("crowd%d", i)))
	}
	return commitGroup(t, s, alice, others...)
}

// Members add accounts up to 50 members, unless the policy says otherwise. What adds
// no account is not asked.
func TestWhoMayAdd(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := crowdOf(t, s, alice, bob, 49)
	add := func(who *mlstest.Client, want string) {
		t.Helper()
		c, in := addCommit(t, s, g, who, commitClient(fmt.Sprintf("late%d-%s", g.Epoch(), want)))
		out, err := s.SendCommit(t.Context(), by(who), in)
		if want != "" {
			servertest.WantError(t, err, want)
			return
		}
		accepted(t, out, err)
		g = c.Next
	}
	add(bob, "")
	add(bob, gen.ErrNotAllowed)
	add(alice, "")
	// A commit that removes one and adds one leads to 51 members too.
	c, in := addCommit(t, s, g, bob, bob.Rotate())
	out, err := s.SendCommit(t.Context(), by(bob), in)
	accepted(t, out, err)
	g = c.Next
	setPolicy(t, s, alice, &gen.UpdateConvoPolicyInput{ConvoID: servertest.IDOf(g), AddMembers: new("members")})
	add(bob, "")
	setPolicy(t, s, alice, &gen.UpdateConvoPolicyInput{ConvoID: servertest.IDOf(g), AddMembers: new("admins")})
	add(bob, gen.ErrNotAllowed)
	add(alice, "")
}

// In a locked conversation anybody removes leaves of pending leavers and of deleted
// devices, admins remove members, own devices come back, and nothing else is done.
func TestLockedByAdmin(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol, dave := commitClient("alice"), commitClient("bob"), commitClient("carol"), commitClient("dave")
	phone := carol.Rotate()
	g := commitGroup(t, s, alice, bob, carol, phone, dave)
	id := servertest.IDOf(g)
	if _, err := s.LockConvo(t.Context(), by(alice), &gen.LockConvoInput{ConvoID: id}); err != nil {
		t.Fatal(err)
	}
	refused := func(name string, err error) {
		t.Helper()
		if err == nil {
			t.Fatalf("%s: accepted", name)
		}
		servertest.WantError(t, err, xrpc.ConvoLocked)
	}
	before := rightsState(t, s, id)
	_, err := s.SendMessage(t.Context(), by(alice), servertest.Message(id, int64(g.Epoch())))
	refused("a message", err)
	_, in := addCommit(t, s, g, alice, commitClient("erin"))
	_, err = s.SendCommit(t.Context(), by(alice), in)
	refused("an addition", err)
	swap := g.With(commitClient("frank")).Commit(alice, mlstest.Plan{Add: commitPackages(t, s, commitClient("frank")), RemoveDIDs: []string{dave.DID}})
	in = commitInput(g, swap)
	in.AddedDIDs, in.RemovedDIDs = []string{servertest.DID("frank")}, []string{dave.DID}
	_, err = s.SendCommit(t.Context(), by(alice), in)
	refused("a removal with an addition", err)
	_, err = s.SendCommit(t.Context(), by(bob), commitInput(g, g.Commit(bob, mlstest.Plan{})))
	refused("an update", err)
	_, err = s.SendProposal(t.Context(), by(bob), &gen.SendProposalInput{ConvoID: id, Proposal: g.ProposeUpdate(bob, true).Message})
	refused("a proposal", err)
	if after := rightsState(t, s, id); after != before {
		t.Fatalf("changed from\n%s\nto\n%s", before, after)
	}
	send := func(who *mlstest.Client, p mlstest.Plan, removed ...string) {
		t.Helper()
		c := g.Commit(who, p)
		in := commitInput(g, c)
		in.RemovedDIDs = removed
		out, err := s.SendCommit(t.Context(), by(who), in)
		accepted(t, out, err)
		g = c.Next
	}
	leaveNow(t, s, g, dave)
	send(bob, mlstest.Plan{RemoveDIDs: []string{dave.DID}}, dave.DID)
	dbtest.Exec(t, s.Pool, `UPDATE devices SET deleted_at = now() WHERE device_id = $1`, phone.DeviceID())
	send(bob, mlstest.Plan{Remove: []uint32{g.Index(phone)}})
	back := bob.Rotate()
	c := g.With(back).ExternalCommit(back, g.Index(bob))
	joined, err := s.JoinConvo(t.Context(), by(bob), joinInput(g, c))
	accepted(t, (*gen.SendCommitOutput)(joined), err)
	g = c.Next
	send(alice, mlstest.Plan{RemoveDIDs: []string{carol.DID}}, carol.DID)
}

// In an announcement group a message that waits for the conversation's row is decided
// by the policy and the role as they are after the wait.
func TestAnnouncementGroup(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	id := servertest.IDOf(g)
	policy := func(admins bool) func(tx pgx.Tx) {
		return func(tx pgx.Tx) {
			if err := db.New(tx).SetPolicy(t.Context(), db.SetPolicyParams{ConvoID: id, AddBy: "members", AdminsSend: admins}); err != nil {
				t.Fatal(err)
			}
		}
	}
	sent := 0
	for _, keyed := range []bool{false, true} {
		send := func() error {
			in := servertest.Message(id, 1)
			if sent++; keyed {
				in.IdempotencyKey = new(fmt.Sprint(sent))
			}
			_, err := s.SendMessage(context.Background(), by(bob), in)
			return err
		}
		servertest.WantError(t, servertest.WhileLocked(t, s.Pool, policy(true), send), gen.ErrNotAllowed)
		servertest.WantError(t, send(), gen.ErrNotAllowed)
		changeRole(t, s, id, bob.DID, "admin")
		if err := send(); err != nil {
			t.Errorf("an admin: %v", err)
		}
		servertest.WantError(t, servertest.WhileLocked(t, s.Pool, roleIn(t, id, bob.DID, "member"), send), gen.ErrNotAllowed)
		if err := pgx.BeginFunc(t.Context(), s.Pool, func(tx pgx.Tx) error { policy(false)(tx); return nil }); err != nil {
			t.Fatal(err)
		}
		if err := send(); err != nil {
			t.Errorf("an ordinary conversation: %v", err)
		}
	}
	setPolicy(t, s, alice, &gen.UpdateConvoPolicyInput{ConvoID: id, SendMessages: new("admins")})
	advance(t, s, g, bob, 1) // commits and proposals are not affected
}

// roleIn changes a role in a transaction, as updateMemberRole does.
func roleIn(t *testing.T, id xrpc.ConvoID, did, role string) func(tx pgx.Tx) {
	return func(tx pgx.Tx) {
		q := db.New(tx)
		if err := q.RaiseRosterVersion(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if _, err := q.SetRole(t.Context(), role, id, did); err != nil {
			t.Fatal(err)
		}
	}
}

// The members of what a Welcome adds are decided by the tree, so the right to add is
// asked whatever the commit declares.
func TestProposalsGiveNoRight(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob, carol)
	id := servertest.IDOf(g)
	remove := g.Propose(alice, &mls.Remove{Removed: g.Index(carol)}, true)
	if _, err := s.SendProposal(t.Context(), by(alice), &gen.SendProposalInput{ConvoID: id, Proposal: remove.Message}); err != nil {
		t.Fatal(err)
	}
	c := g.Commit(bob, mlstest.Plan{Refs: []*mlstest.Proposal{remove}, Public: true})
	in := commitInput(g, c)
	in.RemovedDIDs = []string{carol.DID}
	unchanged(t, s, id, func() {
		_, err := s.SendCommit(t.Context(), by(bob), in)
		servertest.WantError(t, err, gen.ErrNotAllowed)
	})
	// The other way round, an admin commits what a member has proposed.
	second := g.Propose(bob, &mls.Remove{Removed: g.Index(carol)}, true)
	if _, err := s.SendProposal(t.Context(), by(bob), &gen.SendProposalInput{ConvoID: id, Proposal: second.Message}); err != nil {
		t.Fatal(err)
	}
	c = g.Commit(alice, mlstest.Plan{Refs: []*mlstest.Proposal{second}, Public: true})
	in = commitInput(g, c)
	in.RemovedDIDs = []string{carol.DID}
	out, err := s.SendCommit(t.Context(), by(alice), in)
	accepted(t, out, err)
}
