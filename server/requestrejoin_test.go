package server

import (
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

func TestRequestRejoin(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob)
	g = advance(t, s, g, alice, 2)
	c := g.Commit(alice, mlstest.Plan{Add: commitPackages(t, s, carol)})
	added, err := s.AddMembers(t.Context(), by(alice), addInput(g, c, carol))
	accepted(t, (*gen.SendCommitOutput)(added), err)
	g = advance(t, s, c.Next, alice, 1) // commits of epochs 1 to 4
	for name, r := range map[string]struct {
		by     *mlstest.Client
		reason *string
		epoch  *int64
		err    string
		stored string
	}{
		"no reason":                  {bob, nil, nil, "", "state-lost,"},
		"state lost":                 {bob, new("state-lost"), nil, "", "state-lost,"},
		"Welcome failed":             {bob, new("welcome-failed"), nil, "", "welcome-failed,"},
		"commit failed":              {bob, new("commit-failed"), new(int64(2)), "", "commit-failed,2"},
		"the newest commit":          {bob, new("commit-failed"), new(int64(4)), "", "commit-failed,4"},
		"epoch is of commits only":   {bob, new("state-lost"), new(int64(99)), "", "state-lost,"},
		"which commit":               {bob, new("commit-failed"), nil, xrpc.InvalidRequest, ""},
		"no such commit":             {bob, new("commit-failed"), new(int64(5)), gen.ErrEpochMismatch, ""},
		"a commit before its time":   {carol, new("commit-failed"), new(int64(2)), gen.ErrEpochMismatch, ""},
		"the commit that brought it": {carol, new("commit-failed"), new(int64(3)), gen.ErrEpochMismatch, ""},
		"the first one after it":     {carol, new("commit-failed"), new(int64(4)), "", "commit-failed,4"},
		"another reason":             {bob, new("boredom"), nil, xrpc.InvalidRequest, ""},
	} {
		t.Run(name, func(t *testing.T) {
			in := &gen.RequestRejoinInput{ConvoID: servertest.IDOf(g), Reason: r.reason, Epoch: r.epoch}
			if r.err != "" {
				unchanged(t, s, servertest.IDOf(g), func() {
					_, err := s.RequestRejoin(t.Context(), by(r.by), in)
					servertest.WantError(t, err, r.err)
				})
				return
			}
			for range 2 {
				if _, err := s.RequestRejoin(t.Context(), by(r.by), in); err != nil {
					t.Fatal(err)
				}
			}
			got := dbtest.Value[string](t, s.Pool, `SELECT concat(reason, ',', epoch) FROM rejoin_requests WHERE convo_id = $1 AND did = $2`, servertest.IDOf(g), r.by.DID)
			if got != r.stored {
				t.Errorf("stored is %q, want %q", got, r.stored)
			}
		})
	}
}

// A leave or a removal ends the request; so does being added again.
func TestRequestRejoinEnds(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	for name, end := range map[string]func(t *testing.T, g *mlstest.Group){
		"leave": func(t *testing.T, g *mlstest.Group) { leaveNow(t, s, g, bob) },
		"removal": func(t *testing.T, g *mlstest.Group) {
			out, err := s.LeaveConvo(t.Context(), by(alice), removal(g, alice, bob.DID))
			accepted(t, (*gen.SendCommitOutput)(out), err)
		},
		"added again": func(t *testing.T, g *mlstest.Group) {
			kp := commitPackage(t, s, bob.Rotate())
			out, err := s.SendCommit(t.Context(), by(alice), commitInput(g, g.Commit(alice, mlstest.Plan{Add: []*mls.KeyPackage{kp}})))
			accepted(t, out, err)
		},
		"external commit": func(t *testing.T, g *mlstest.Group) {
			out, err := s.JoinConvo(t.Context(), by(bob), joinInput(g, g.ExternalCommit(bob.Rotate(), g.Index(bob))))
			accepted(t, (*gen.SendCommitOutput)(out), err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := commitGroup(t, s, alice, bob)
			for _, c := range []*mlstest.Client{alice, bob} {
				if _, err := s.RequestRejoin(t.Context(), by(c), &gen.RequestRejoinInput{ConvoID: servertest.IDOf(g)}); err != nil {
					t.Fatal(err)
				}
			}
			end(t, g)
			got := dbtest.Value[[]string](t, s.Pool, `SELECT array_agg(did) FROM rejoin_requests WHERE convo_id = $1`, servertest.IDOf(g))
			if len(got) != 1 || got[0] != alice.DID {
				t.Errorf("open requests are of %v, want alice's alone", got)
			}
		})
	}
}

// A commit strands its group when more than half of the members other than who
// made it cannot apply it. Who reports twice counts once, who has left not at
// all, nor does who made it.
func TestRequestRejoinDamage(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol, dave, erin := commitClient("alice"), commitClient("bob"), commitClient("carol"), commitClient("dave"), commitClient("erin")
	g := commitGroup(t, s, alice, bob, carol, dave, erin)
	g = advance(t, s, g, alice, 2) // commits of epochs 1 and 2
	damages := func() int64 {
		return dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM events WHERE convo_id = $1 AND kind = 'convo-damaged'`, servertest.IDOf(g))
	}
	report := func(c *mlstest.Client, epoch int64) bool {
		t.Helper()
		before := damages()
		in := &gen.RequestRejoinInput{ConvoID: servertest.IDOf(g), Reason: new("commit-failed"), Epoch: &epoch}
		if _, err := s.RequestRejoin(t.Context(), by(c), in); err != nil {
			t.Fatal(err)
		}
		return damages() > before
	}
	for i, r := range []struct {
		by    *mlstest.Client
		epoch int64
		want  bool
	}{
		{bob, 2, false}, {bob, 2, false}, {alice, 2, false}, {carol, 1, false}, {carol, 2, false}, // 2 of 4
		{dave, 2, true}, {dave, 2, false}, {erin, 2, true},
	} {
		if got := report(r.by, r.epoch); got != r.want {
			t.Errorf("report %d is %v, want %v", i, got, r.want)
		}
	}
	leaveNow(t, s, g, bob)
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM commit_failures WHERE did = $1`, bob.DID); n != 0 {
		t.Error("who has left still counts")
	}
	// The way out: each joins anew, which ends its request and keeps the evidence.
	c := g.ExternalCommit(carol.Rotate(), g.Index(carol))
	out, err := s.JoinConvo(t.Context(), by(carol), joinInput(g, c))
	accepted(t, (*gen.SendCommitOutput)(out), err)
	sameRoster(t, s, c.Next)
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM rejoin_requests WHERE did = $1`, carol.DID); n != 0 {
		t.Error("its request is still open")
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM commit_failures WHERE did = $1`, carol.DID); n != 2 {
		t.Errorf("%d reports of it are kept, want 2", n)
	}
}
