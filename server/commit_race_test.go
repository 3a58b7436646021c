package server

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
)

// Of several commits of one epoch, on several instances, one wins; the others get it
// in their answer.
func TestCommitRace(t *testing.T) {
	t.Parallel()
	const racers = 64
	s := newTestServer(t)
	servers := []*Server{s, secondInstance(t, s)}
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	commits := make([]*mlstest.Commit, racers)
	for i := range commits {
		commits[i] = g.Commit([]*mlstest.Client{alice, bob}[i%2], mlstest.Plan{Public: i%3 == 0})
	}
	answers := make([]*gen.SendCommitOutput, racers)
	errs := make([]error, racers)
	var wg sync.WaitGroup
	for i, c := range commits {
		wg.Go(func() {
			answers[i], errs[i] = servers[i/2%2].SendCommit(t.Context(), by(c.By), commitInput(g, c))
		})
	}
	wg.Wait()
	winner := -1
	for i, a := range answers {
		if errs[i] != nil {
			t.Fatal(errs[i])
		}
		if a.Success {
			if winner >= 0 {
				t.Fatalf("commits %d and %d both won", winner, i)
			}
			winner = i
			if *a.Seq != 1 || a.NewEpoch != 2 {
				t.Errorf("winner's answer is %s", asJSON(t, a))
			}
		}
	}
	if winner < 0 {
		t.Fatal("nobody won")
	}
	for i, a := range answers {
		if i == winner {
			continue
		}
		c := lostIt(t, a, nil)
		if c.CurrentEpoch != 2 || len(c.Commits) != 1 || !bytes.Equal(c.Commits[0].CommitData, commits[winner].Message) ||
			c.Commits[0].Epoch != 1 || c.Commits[0].Sender != commits[winner].By.DID || *c.Commits[0].Seq != 1 || c.More != nil {
			t.Fatalf("loser's answer is %s", asJSON(t, a))
		}
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT last_seq FROM conversations`); n != 1 {
		t.Errorf("%d numbers used for one commit", n)
	}
}

// write is a call that changes a conversation, for any instance.
type write struct {
	name string
	call func(s *Server) (any, error)
}

// commitWrites has all writes with commits and an idempotency key, each in its own
// conversation. other is the same call with other content.
func commitWrites(t *testing.T, s *Server) (writes []write, other map[string]func(s *Server) (any, error)) {
	t.Helper()
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	other = make(map[string]func(s *Server) (any, error))
	add := func(name string, call, changed func(s *Server) (any, error)) {
		writes = append(writes, write{name, call})
		other[name] = changed
	}
	ctx, key := t.Context(), new("key")

	create, _ := newConvoInput(t, s, alice, bob)
	create.IdempotencyKey = key
	create2 := *create
	create2.CurrentEpoch = new(int64(1))
	add("createConvo",
		func(s *Server) (any, error) { return s.CreateConvo(ctx, by(alice), create) },
		func(s *Server) (any, error) { return s.CreateConvo(ctx, by(alice), &create2) })

	g := commitGroup(t, s, alice, bob)
	addCarol := addInput(g, g.Commit(alice, mlstest.Plan{Add: commitPackages(t, s, carol)}), carol)
	addCarol.IdempotencyKey = key
	addCarol2 := *addCarol
	addCarol2.DIDList = []string{bob.DID}
	add("addMembers",
		func(s *Server) (any, error) { return s.AddMembers(ctx, by(alice), addCarol) },
		func(s *Server) (any, error) { return s.AddMembers(ctx, by(alice), &addCarol2) })

	g2 := commitGroup(t, s, alice, bob)
	update := commitInput(g2, g2.Commit(alice, mlstest.Plan{}))
	update.IdempotencyKey = key
	update2 := *update
	update2.Commit = g2.Commit(alice, mlstest.Plan{}).Message
	add("sendCommit",
		func(s *Server) (any, error) { return s.SendCommit(ctx, by(alice), update) },
		func(s *Server) (any, error) { return s.SendCommit(ctx, by(alice), &update2) })

	g3 := commitGroup(t, s, alice, bob, carol)
	remove := removal(g3, alice, bob.DID)
	remove.IdempotencyKey = key
	remove2 := *remove
	remove2.TargetDID = &carol.DID
	add("leaveConvo of another",
		func(s *Server) (any, error) { return s.LeaveConvo(ctx, by(alice), remove) },
		func(s *Server) (any, error) { return s.LeaveConvo(ctx, by(alice), &remove2) })

	g4 := commitGroup(t, s, alice, bob)
	leave := &gen.LeaveConvoInput{ConvoID: servertest.IDOf(g4), IdempotencyKey: new("leave")}
	leave2 := &gen.LeaveConvoInput{ConvoID: servertest.IDOf(g4), IdempotencyKey: new("leave"), Proposal: g4.ProposeUpdate(bob, true).Message}
	add("leaveConvo",
		func(s *Server) (any, error) { return s.LeaveConvo(ctx, by(bob), leave) },
		func(s *Server) (any, error) { return s.LeaveConvo(ctx, by(bob), leave2) })

	g5 := commitGroup(t, s, alice, bob)
	propose := &gen.SendProposalInput{ConvoID: servertest.IDOf(g5), Proposal: g5.ProposeUpdate(bob, true).Message, IdempotencyKey: key}
	propose2 := *propose
	propose2.Proposal = g5.ProposeUpdate(bob, true).Message
	add("sendProposal",
		func(s *Server) (any, error) { return s.SendProposal(ctx, by(bob), propose) },
		func(s *Server) (any, error) { return s.SendProposal(ctx, by(bob), &propose2) })

	g6 := commitGroup(t, s, alice, bob)
	join := joinInput(g6, g6.ExternalCommit(bob.Rotate()))
	join.IdempotencyKey = key
	join2 := *join
	join2.ExternalCommit = g6.ExternalCommit(bob.Rotate()).Message
	add("joinConvo",
		func(s *Server) (any, error) { return s.JoinConvo(ctx, by(bob), join) },
		func(s *Server) (any, error) { return s.JoinConvo(ctx, by(bob), &join2) })
	return writes, other
}

// Every answer can be lost. The call is repeated at the same instance, at another
// one, and at both at once, and takes effect once.
func TestCommitEveryWriteRepeated(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	servers := []*Server{s, secondInstance(t, s)}
	writes, other := commitWrites(t, s)
	for _, w := range writes {
		t.Run(w.name, func(t *testing.T) {
			answers := make([]any, 16)
			errs := make([]error, len(answers))
			var wg sync.WaitGroup
			for i := range answers {
				wg.Go(func() { answers[i], errs[i] = w.call(servers[i%2]) })
			}
			wg.Wait()
			for i, err := range errs {
				if err != nil {
					t.Fatal(err)
				}
				sameAnswer(t, answers[0], answers[i])
			}
			later, err := w.call(servers[1])
			if err != nil {
				t.Fatal(err)
			}
			sameAnswer(t, answers[0], later)
			if strings.Contains(asJSON(t, later), `"success":false`) {
				t.Fatalf("answer is %s", asJSON(t, later))
			}
			_, err = other[w.name](servers[1])
			servertest.WantError(t, err, gen.ErrIdempotencyConflict)
		})
	}
	if n := dbtest.Value[int64](t, s.Pool, `SELECT coalesce(max(last_seq), 0) FROM conversations`); n != 1 {
		t.Errorf("a conversation has %d numbers, want one write each", n)
	}
}

// A lost race spends no package and is not recorded: the same key works for the
// rebased call, and its package is still unspent.
func TestCommitLostRaceThenRetry(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob)
	kp := commitPackage(t, s, carol)
	late := addInput(g, g.Commit(bob, mlstest.Plan{Add: []*mls.KeyPackage{kp}}), carol)
	late.IdempotencyKey = new("k")
	g2 := advance(t, s, g, alice, 1)
	unchanged(t, s, servertest.IDOf(g), func() {
		out, err := s.AddMembers(t.Context(), by(bob), late)
		lostIt(t, (*gen.SendCommitOutput)(out), err)
	})
	if spent(t, s, kp) {
		t.Fatal("a lost race has spent a package")
	}
	rebased := addInput(g2, g2.Commit(bob, mlstest.Plan{Add: []*mls.KeyPackage{kp}}), carol)
	rebased.IdempotencyKey = late.IdempotencyKey
	out, err := s.AddMembers(t.Context(), by(bob), rebased)
	accepted(t, (*gen.SendCommitOutput)(out), err)
	if !spent(t, s, kp) {
		t.Error("the package is not spent")
	}
}

// The answer to a lost race is the lost race, whatever else the winner has changed.
func TestCommitRaceComesBeforeState(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob)
	kp := commitPackage(t, s, carol)
	winner := g.Commit(alice, mlstest.Plan{Add: []*mls.KeyPackage{kp}})
	loser := g.Commit(bob, mlstest.Plan{Add: []*mls.KeyPackage{kp}})
	out, err := s.AddMembers(t.Context(), by(alice), addInput(g, winner, carol))
	accepted(t, (*gen.SendCommitOutput)(out), err)
	// Now carol is a member, and the package is spent.
	out, err = s.AddMembers(t.Context(), by(bob), addInput(g, loser, carol))
	c := lostIt(t, (*gen.SendCommitOutput)(out), err)
	if len(c.Commits) != 1 || c.Commits[0].Sender != alice.DID {
		t.Errorf("conflict is %s", asJSON(t, c))
	}
	// A removal that is not allowed is a lost race as well.
	gone := removalInput(alice.DID, g.Commit(bob, mlstest.Plan{RemoveDIDs: []string{alice.DID}}))
	removed, err := s.LeaveConvo(t.Context(), by(bob), gone)
	lostIt(t, (*gen.SendCommitOutput)(removed), err)
}

func TestCommitAheadOfEpoch(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	ahead := g.Commit(alice, mlstest.Plan{}).Next
	unchanged(t, s, servertest.IDOf(g), func() {
		_, err := s.SendCommit(t.Context(), by(alice), commitInput(ahead, ahead.Commit(alice, mlstest.Plan{})))
		e := servertest.WantError(t, err, gen.ErrInvalidCommit)
		if !strings.Contains(e.Message, "2") || !strings.Contains(e.Message, "current epoch 1") {
			t.Errorf("message %q does not name the epochs", e.Message)
		}
	})
}

// Without a key, the same bytes of the same member are the same call; those of
// another member are not.
func TestCommitWithoutKeyRepeated(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	c := g.Commit(alice, mlstest.Plan{})
	in := commitInput(g, c)
	first, err := s.SendCommit(t.Context(), by(alice), in)
	accepted(t, first, err)
	g = advance(t, s, c.Next, bob, 2)
	unchanged(t, s, servertest.IDOf(g), func() {
		again, err := s.SendCommit(t.Context(), by(alice), in)
		if err != nil {
			t.Fatal(err)
		}
		sameAnswer(t, first, again)
		other, err := s.SendCommit(t.Context(), by(bob), in)
		lostIt(t, other, err)
	})
}
