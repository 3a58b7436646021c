package server

import (
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/group"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// waited fails the test unless a commit was told to come back later, and nothing
// else: it lost to nobody.
func waited(t testing.TB, out *gen.SendCommitOutput, err error) {
	t.Helper()
	c := lostIt(t, out, err)
	if out.RetryAfterMs == nil || *out.RetryAfterMs <= 0 || *out.RetryAfterMs > group.ReserveTime.Milliseconds() || len(c.Commits) > 0 {
		t.Fatalf("answer is %s, want retryAfterMs and no commits", asJSON(t, out))
	}
}

// backdate lets the clock of a conversation's turns run ahead.
func backdate(t testing.TB, s *Server, g *mlstest.Group, by time.Duration) {
	t.Helper()
	dbtest.Exec(t, s.Pool, `UPDATE conversations SET reserved_until = reserved_until - $2 * interval '1 ms', reserved_at = reserved_at - $2 * interval '1 ms',
		epoch_began_at = epoch_began_at - $2 * interval '1 ms' WHERE convo_id = $1`, servertest.IDOf(g), by.Milliseconds())
}

// A member that commits right behind every commit does not keep the creator
// from removing it: the epoch that the creator lost is kept for it.
func TestEpochIsReserved(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	late := g.Commit(alice, mlstest.Plan{})
	g = advance(t, s, g, bob, 1)
	out, err := s.SendCommit(t.Context(), by(alice), commitInput(g, late))
	if c := lostIt(t, out, err); len(c.Commits) != 1 || out.RetryAfterMs != nil {
		t.Errorf("the loser hears %s", asJSON(t, out))
	}
	next := g.Commit(bob, mlstest.Plan{})
	out, err = s.SendCommit(t.Context(), by(bob), commitInput(g, next))
	waited(t, out, err)
	joined, err := s.JoinConvo(t.Context(), by(bob), joinInput(g, g.ExternalCommit(bob.Rotate(), g.Index(bob))))
	waited(t, (*gen.SendCommitOutput)(joined), err)

	removal := g.Commit(alice, mlstest.Plan{RemoveDIDs: []string{bob.DID}})
	in := commitInput(g, removal)
	in.RemovedDIDs = []string{bob.DID}
	out, err = s.SendCommit(t.Context(), by(alice), in)
	accepted(t, out, err)
}

// The reservation ends with the commit of its member, or after its time, and
// comes again only after a while. Who may not remove members has none.
func TestReservationEnds(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob, carol)
	lose := func(c *mlstest.Client, to *mlstest.Client) {
		t.Helper()
		late := g.Commit(c, mlstest.Plan{})
		g = advance(t, s, g, to, 1)
		out, err := s.SendCommit(t.Context(), by(c), commitInput(g, late))
		lostIt(t, out, err)
	}
	lose(bob, carol)
	g = advance(t, s, g, carol, 1) // bob, an ordinary member, has nothing reserved
	lose(alice, bob)
	g = advance(t, s, g, alice, 1)
	g = advance(t, s, g, bob, 1) // alice's commit has ended it
	lose(alice, bob)
	g = advance(t, s, g, bob, 1) // not twice within reservePause
	backdate(t, s, g, group.ReservePause)
	lose(alice, bob)
	out, err := s.SendCommit(t.Context(), by(bob), commitInput(g, g.Commit(bob, mlstest.Plan{})))
	waited(t, out, err)
	backdate(t, s, g, group.ReserveTime)
	advance(t, s, g, bob, 1) // its time is over
}

// A report against a commit has its sender's next ones wait until the epoch is
// 2 s old, for 5 minutes; never one who may remove members.
func TestReportsDelay(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := newTestServer(t, func(c *Config) { c.Clock = func() time.Time { return now } })
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob, carol)
	g = advance(t, s, g, bob, 1)   // of epoch 1
	g = advance(t, s, g, alice, 1) // of epoch 2
	for epoch := int64(1); epoch <= 2; epoch++ {
		in := &gen.RequestRejoinInput{ConvoID: servertest.IDOf(g), Reason: new("commit-failed"), Epoch: &epoch}
		if _, err := s.RequestRejoin(t.Context(), by(carol), in); err != nil {
			t.Fatal(err)
		}
	}
	out, err := s.SendCommit(t.Context(), by(bob), commitInput(g, g.Commit(bob, mlstest.Plan{})))
	waited(t, out, err)
	g = advance(t, s, g, alice, 1)
	g = advance(t, s, g, carol, 1)
	backdate(t, s, g, group.ReportedDelay)
	g = advance(t, s, g, bob, 1)
	now = now.Add(group.ReportedTime + time.Second)
	advance(t, s, g, bob, 1)
}

// Votes on a commit: who came later than an hour before it has none, and whom
// one account added within a day have one together.
func TestVotesOfDamage(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol, dave := commitClient("alice"), commitClient("bob"), commitClient("carol"), commitClient("dave")
	mallory := commitClient("mallory")
	g := commitGroup(t, s, alice, bob, carol, dave, mallory)
	var puppets []*mlstest.Client
	for _, word := range []string{"p1", "p2", "p3", "p4", "p5", "p6"} {
		p := commitClient(word)
		puppets = append(puppets, p)
		c := g.With(p).Commit(mallory, mlstest.Plan{Add: commitPackages(t, s, p)})
		out, err := s.AddMembers(t.Context(), by(mallory), addInput(g, c, p))
		accepted(t, (*gen.SendCommitOutput)(out), err)
		g = c.Next
	}
	g = advance(t, s, g, bob, 1)
	epoch := int64(g.Epoch()) - 1
	report := func(c *mlstest.Client) int64 {
		t.Helper()
		in := &gen.RequestRejoinInput{ConvoID: servertest.IDOf(g), Reason: new("commit-failed"), Epoch: &epoch}
		if _, err := s.RequestRejoin(t.Context(), by(c), in); err != nil {
			t.Fatal(err)
		}
		return dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM events WHERE convo_id = $1 AND kind = 'convo-damaged'`, servertest.IDOf(g))
	}
	for _, p := range puppets {
		if report(p) != 0 {
			t.Fatal("accounts that have just been added have votes")
		}
	}
	// Two hours later they would have had votes: one together, of five.
	dbtest.Exec(t, s.Pool, `UPDATE memberships SET joined_at = joined_at - interval '2 hours' WHERE convo_id = $1`, servertest.IDOf(g))
	if report(mallory); dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM events WHERE convo_id = $1 AND kind = 'convo-damaged'`, servertest.IDOf(g)) != 0 {
		t.Fatal("six puppets and their owner are a majority")
	}
	if report(carol) != 1 { // 3 of 5
		t.Error("a majority is none")
	}
}

// A report that names a false external_pub leaves its sender in the group.
func TestReportExternalPub(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := advance(t, s, commitGroup(t, s, alice, bob), alice, 1)
	epoch := int64(1)
	in := &gen.RequestRejoinInput{ConvoID: servertest.IDOf(g), Reason: new("commit-failed"), Epoch: &epoch, Detail: new("external-pub")}
	if _, err := s.RequestRejoin(t.Context(), by(bob), in); err != nil {
		t.Fatal(err)
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM rejoin_requests WHERE convo_id = $1`, servertest.IDOf(g)); n != 0 {
		t.Error("the reporter asked to be added again")
	}
	if got := dbtest.Value[string](t, s.Pool, `SELECT detail FROM commit_failures WHERE convo_id = $1`, servertest.IDOf(g)); got != "external-pub" {
		t.Errorf("the report says %q", got)
	}
	for _, wrong := range []*gen.RequestRejoinInput{
		{ConvoID: servertest.IDOf(g), Detail: new("external-pub")},
		{ConvoID: servertest.IDOf(g), Reason: new("commit-failed"), Epoch: &epoch, Detail: new("bad-mood")},
	} {
		_, err := s.RequestRejoin(t.Context(), by(bob), wrong)
		servertest.WantError(t, err, xrpc.InvalidRequest)
	}
}
