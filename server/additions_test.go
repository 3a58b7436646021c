package server

import (
	"fmt"
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// A member cannot fill a conversation with its own accounts: it may add a hundredth
// of the largest group in an hour. Another member and the creator have limits of
// their own, and refused additions cost nothing.
func TestMembersAddedInAnHour(t *testing.T) {
	t.Parallel()
	now := time.Duration(0)
	limits, err := limit.New(limit.Config{Scale: 0.03, Clock: func() time.Duration { return now }}) // 3 and 30
	if err != nil {
		t.Fatal(err)
	}
	s := newTestServer(t, func(c *Config) { c.Rates = additionsOnly{limits} })
	alice, mallory, carol := commitClient("alice"), commitClient("mallory"), commitClient("carol")
	g := commitGroup(t, s, alice, mallory, carol)
	n := 0
	add := func(who *mlstest.Client, count int) error {
		t.Helper()
		var fresh []*mlstest.Client
		for range count {
			n++
			fresh = append(fresh, commitClient(fmt.Sprintf("p%d", n)))
		}
		c := g.With(fresh...).Commit(who, mlstest.Plan{Add: commitPackages(t, s, fresh...)})
		out, err := s.AddMembers(t.Context(), by(who), addInput(g, c, fresh...))
		if err == nil {
			accepted(t, (*gen.SendCommitOutput)(out), nil)
			g = c.Next
		}
		return err
	}
	for i, c := range []struct {
		by    *mlstest.Client
		count int
		err   string
	}{
		{mallory, 2, ""}, {mallory, 2, xrpc.RateLimitExceeded}, {mallory, 1, ""}, {mallory, 1, xrpc.RateLimitExceeded},
		{carol, 3, ""}, {alice, 20, ""},
	} {
		err := add(c.by, c.count)
		if c.err != "" {
			servertest.WantError(t, err, c.err)
		} else if err != nil {
			t.Fatalf("%d: %v", i, err)
		}
	}
	now += 20 * time.Minute
	if err := add(mallory, 1); err != nil {
		t.Errorf("a third of an hour later: %v", err)
	}
	// A commit that is refused or loses its race returns what it took.
	late := commitClient("late")
	c := g.With(late).Commit(carol, mlstest.Plan{Add: []*mls.KeyPackage{commitPackage(t, s, late)}})
	now += time.Hour
	g = advance(t, s, g, alice, 1)
	for range 5 {
		out, err := s.AddMembers(t.Context(), by(carol), addInput(g, c, late))
		lostIt(t, (*gen.SendCommitOutput)(out), err)
	}
	if err := add(carol, 3); err != nil {
		t.Errorf("after lost races: %v", err)
	}
}

// additionsOnly leaves out the rates of conversations.
type additionsOnly struct{ *limit.Limits }

func (additionsOnly) ConvoFull(xrpc.ConvoID, *xrpc.Method) error { return nil }
func (additionsOnly) CountConvo(xrpc.ConvoID, *xrpc.Method)      {}

// createConvo counts as additions by its creator, who may remove members.
func TestCreationCountsMembers(t *testing.T) {
	t.Parallel()
	limits, err := limit.New(limit.Config{Scale: 0.003, Clock: func() time.Duration { return 0 }}) // three accounts
	if err != nil {
		t.Fatal(err)
	}
	s := newTestServer(t, func(c *Config) { c.Rates = additionsOnly{limits} })
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	commitGroup(t, s, alice, bob, carol)
	g := mlstest.NewGroup(alice, mlstest.Random(16)).With(bob, carol)
	c := g.Commit(alice, mlstest.Plan{Add: commitPackages(t, s, bob, carol)})
	_, err = s.CreateConvo(t.Context(), by(alice), &gen.CreateConvoInput{GroupID: servertest.IDOf(g), CipherSuite: alice.Suite.String(),
		InitialMembers: dids([]*mlstest.Client{bob, carol}), WelcomeMessage: c.Welcome, GroupInfo: c.GroupInfo})
	servertest.WantError(t, err, xrpc.RateLimitExceeded)
	commitGroup(t, s, alice, bob)
	commitGroup(t, s, bob, carol)
}

// A call that is repeated because its answer was lost takes nothing again, and is
// answered even if nothing is left of the limit.
func TestRepeatedAdditionsTakeNothing(t *testing.T) {
	t.Parallel()
	limits, err := limit.New(limit.Config{Clock: func() time.Duration { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	s := newTestServer(t, func(c *Config) { c.Rates = additionsOnly{limits} })
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := mlstest.NewGroup(alice, mlstest.Random(16)).With(bob)
	c := g.Commit(alice, mlstest.Plan{Add: commitPackages(t, s, bob)})
	creation := &gen.CreateConvoInput{GroupID: servertest.IDOf(g), CipherSuite: alice.Suite.String(),
		InitialMembers: []string{bob.DID}, WelcomeMessage: c.Welcome, GroupInfo: c.GroupInfo}
	create := func() {
		t.Helper()
		if _, err := s.CreateConvo(t.Context(), by(alice), creation); err != nil {
			t.Error(err)
		}
	}
	g = c.Next
	limits.Spend(t.Context(), limit.MembersAddedByAdmins, alice.DID, limit.MembersAddedByAdmins.Amount-2)
	for range 3 {
		create()
	}
	next := g.With(carol).Commit(bob, mlstest.Plan{Add: commitPackages(t, s, carol)})
	addition := addInput(g, next, carol)
	addition.IdempotencyKey = new("k")
	limits.Spend(t.Context(), limit.MembersAdded, bob.DID, limit.MembersAdded.Amount-2)
	add := func() {
		t.Helper()
		out, err := s.AddMembers(t.Context(), by(bob), addition)
		accepted(t, (*gen.SendCommitOutput)(out), err)
	}
	for range 3 {
		add()
	}
	for row, who := range map[*limit.Row]string{limit.MembersAddedByAdmins: alice.DID, limit.MembersAdded: bob.DID} {
		if err := limits.Check(t.Context(), row, who, 1); err != nil {
			t.Errorf("%s: repetitions took what was left: %v", row.Name, err)
		}
		limits.Spend(t.Context(), row, who, 1)
	}
	create()
	add()
	addition.IdempotencyKey = nil // the same bytes without a key
	add()
	// The answer to a non-member does not depend on the limit.
	none := mlstest.NewGroup(bob, mlstest.Random(16)).With(carol)
	_, err = s.AddMembers(t.Context(), by(bob), addInput(none, none.Commit(bob, mlstest.Plan{Add: commitPackages(t, s, carol)}), carol))
	servertest.WantError(t, err, gen.ErrConvoNotFound)
}
