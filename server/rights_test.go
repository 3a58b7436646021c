package server

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// attempt is something that takes an admin, made by bob.
type attempt struct {
	name string
	g    *mlstest.Group
	call func(ctx context.Context) error
}

// attempts prepares an attempt of every kind in three conversations: an ordinary one,
// one in which only admins add and send, and one of 50 members. They are all refused,
// so each can be made any number of times.
func attempts(t *testing.T, s *Server) []attempt {
	t.Helper()
	a := &attemptMaker{t: t, s: s, alice: commitClient("alice"), bob: commitClient("bob")}
	a.ordinary()
	a.announcements()
	a.large()
	return a.all
}

type attemptMaker struct {
	t          *testing.T
	s          *Server
	alice, bob *mlstest.Client
	all        []attempt
}

func (a *attemptMaker) add(name string, g *mlstest.Group, call func(context.Context) error) {
	a.all = append(a.all, attempt{name, g, call})
}

// commit adds attempts to send a commit of bob.
func (a *attemptMaker) commit(name string, g *mlstest.Group, p mlstest.Plan, removed ...string) {
	for _, public := range []bool{false, true} {
		p.Public = public
		c := g.Commit(a.bob, p)
		in := commitInput(g, c)
		in.RemovedDIDs = removed
		a.add(name, g, func(ctx context.Context) error { return second(a.s.SendCommit(ctx, by(a.bob), in)) })
		if len(removed) == 1 && len(p.Refs) == 0 {
			leave := removalInput(removed[0], c)
			a.add(name+" by leaveConvo", g, func(ctx context.Context) error { return second(a.s.LeaveConvo(ctx, by(a.bob), leave)) })
		}
	}
}

func (a *attemptMaker) ordinary() {
	carol, erin := commitClient("carol"), commitClient("erin")
	phone := carol.Rotate()
	g := commitGroup(a.t, a.s, a.alice, a.bob, carol, phone, erin)
	id := servertest.IDOf(g)
	c := g.Commit(a.alice, mlstest.Plan{RemoveDIDs: []string{erin.DID}})
	in := commitInput(g, c)
	in.RemovedDIDs = []string{erin.DID}
	out, err := a.s.SendCommit(a.t.Context(), by(a.alice), in)
	accepted(a.t, out, err)
	g = c.Next
	remove := g.Propose(a.alice, &mls.Remove{Removed: g.Index(phone)}, true)
	if _, err := a.s.SendProposal(a.t.Context(), by(a.alice), &gen.SendProposalInput{ConvoID: id, Proposal: remove.Message}); err != nil {
		a.t.Fatal(err)
	}
	a.commit("remove a member", g, mlstest.Plan{RemoveDIDs: []string{carol.DID}}, carol.DID)
	a.commit("remove an admin", g, mlstest.Plan{RemoveDIDs: []string{a.alice.DID}}, a.alice.DID)
	a.commit("remove a device", g, mlstest.Plan{Remove: []uint32{g.Index(phone)}})
	back := erin.Rotate()
	_, again := addCommit(a.t, a.s, g, a.bob, back)
	a.add("add who was removed", g, func(ctx context.Context) error { return second(a.s.SendCommit(ctx, by(a.bob), again)) })
	proposed := commitInput(g, g.Commit(a.bob, mlstest.Plan{Refs: []*mlstest.Proposal{remove}, Public: true}))
	a.add("commit an admin's proposal", g, func(ctx context.Context) error { return second(a.s.SendCommit(ctx, by(a.bob), proposed)) })
	a.add("suspend", g, func(ctx context.Context) error {
		return second(a.s.LeaveConvo(ctx, by(a.bob), suspension(g, carol.DID)))
	})
	for _, role := range []*gen.UpdateMemberRoleInput{{DID: carol.DID, Role: "admin"}, {DID: a.bob.DID, Role: "admin"}, {DID: a.alice.DID, Role: "member"}} {
		role.ConvoID = id
		a.add("role "+role.Role, g, func(ctx context.Context) error { return second(a.s.UpdateMemberRole(ctx, by(a.bob), role)) })
	}
	policy := &gen.UpdateConvoPolicyInput{ConvoID: id, RemoveMembers: new("members"), SendMessages: new("admins")}
	a.add("policy", g, func(ctx context.Context) error { return second(a.s.UpdateConvoPolicy(ctx, by(a.bob), policy)) })
	a.add("lock", g, func(ctx context.Context) error {
		return second(a.s.LockConvo(ctx, by(a.bob), &gen.LockConvoInput{ConvoID: id}))
	})
}

func (a *attemptMaker) announcements() {
	g := commitGroup(a.t, a.s, a.alice, a.bob)
	id := servertest.IDOf(g)
	setPolicy(a.t, a.s, a.alice, &gen.UpdateConvoPolicyInput{ConvoID: id, AddMembers: new("admins"), SendMessages: new("admins")})
	for _, key := range []*string{nil, new("k")} {
		in := servertest.Message(id, int64(g.Epoch()))
		in.IdempotencyKey = key
		a.add("send", g, func(ctx context.Context) error { return second(a.s.SendMessage(ctx, by(a.bob), in)) })
	}
	frank := commitClient("frank")
	c, in := addCommit(a.t, a.s, g, a.bob, frank)
	a.add("add", g, func(ctx context.Context) error { return second(a.s.SendCommit(ctx, by(a.bob), in)) })
	members := addInput(g, c, frank)
	a.add("add by addMembers", g, func(ctx context.Context) error { return second(a.s.AddMembers(ctx, by(a.bob), members)) })
}

func (a *attemptMaker) large() {
	g := crowdOf(a.t, a.s, a.alice, a.bob, 50)
	_, in := addCommit(a.t, a.s, g, a.bob, commitClient("greta"))
	a.add("add the 51st", g, func(ctx context.Context) error { return second(a.s.SendCommit(ctx, by(a.bob), in)) })
}

// rightsState is what an attempt could change of a conversation.
func rightsState(t testing.TB, s *Server, id xrpc.ConvoID) string {
	t.Helper()
	return dbtest.Value[string](t, s.Pool, `SELECT concat_ws(' ', c.epoch, c.last_seq, c.last_n, c.locked_at, c.add_by, c.admins_remove, c.admins_send,
		(SELECT string_agg(concat_ws(' ', m.did, m.role, m.left_seq, m.ended_by_other), ',' ORDER BY m.did, m.joined_seq) FROM memberships m WHERE m.convo_id = c.convo_id))
		FROM conversations c WHERE c.convo_id = $1`, id)
}

// 400 generated attempts of a member to do what takes an admin are refused: of one
// that never was an admin, of one that was, and of one that stops being an admin while
// the attempt waits for the conversation.
func TestRights(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	all := attempts(t, s)
	bob := servertest.DID("bob")
	random := rand.New(rand.NewPCG(3, 14))
	made := map[string]int{}
	for i := range 400 {
		a := all[i%len(all)]
		id := servertest.IDOf(a.g)
		when := []string{"never", "before", "meanwhile"}[random.IntN(3)]
		call := func() error { return a.call(context.Background()) }
		var err error
		before := rightsState(t, s, id)
		switch when {
		case "before":
			changeRole(t, s, id, bob, "admin")
			changeRole(t, s, id, bob, "member")
			err = call()
		case "meanwhile":
			changeRole(t, s, id, bob, "admin")
			err = servertest.WhileLocked(t, s.Pool, roleIn(t, id, bob, "member"), call)
		default:
			err = call()
		}
		if err == nil {
			t.Fatalf("%s, admin %s: accepted", a.name, when)
		}
		servertest.WantError(t, err, gen.ErrNotAllowed)
		if after := rightsState(t, s, id); after != before {
			t.Fatalf("%s, admin %s: changed from\n%s\nto\n%s", a.name, when, before, after)
		}
		made[when]++
	}
	if slices.Min([]int{made["never"], made["before"], made["meanwhile"]}) < 100 {
		t.Errorf("made %v", made)
	}
	// The same attempts succeed for an admin, so the test would notice one.
	for _, a := range all {
		changeRole(t, s, servertest.IDOf(a.g), bob, "admin")
	}
	if err := all[0].call(t.Context()); err != nil {
		t.Errorf("%s by an admin: %v", all[0].name, err)
	}
}

// changeRole changes a role as updateMemberRole does, without an event.
func changeRole(t *testing.T, s *Server, id xrpc.ConvoID, did, role string) {
	t.Helper()
	if err := pgx.BeginFunc(t.Context(), s.Pool, func(tx pgx.Tx) error { roleIn(t, id, did, role)(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}
