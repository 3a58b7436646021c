package server

import (
	"fmt"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// The conflict holds every commit from the loser's epoch on and the proposals
// of the current epoch, but not those that lapsed.
func TestCommitConflictContents(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	propose := func(g *mlstest.Group) {
		if _, err := s.SendProposal(t.Context(), by(bob), &gen.SendProposalInput{ConvoID: servertest.IDOf(g), Proposal: g.ProposeUpdate(bob, true).Message}); err != nil {
			t.Fatal(err)
		}
	}
	now := advance(t, s, g, alice, 1)
	propose(now)
	now = advance(t, s, now, alice, 2)
	propose(now)
	propose(now)
	out, err := s.SendCommit(t.Context(), by(bob), commitInput(g, g.Commit(bob, mlstest.Plan{})))
	c := lostIt(t, out, err)
	if c.CurrentEpoch != 4 || len(c.Commits) != 3 || len(c.Proposals) != 2 || c.More != nil {
		t.Fatalf("conflict has %d commits, %d proposals at epoch %d", len(c.Commits), len(c.Proposals), c.CurrentEpoch)
	}
	for i, m := range c.Commits {
		if m.Epoch != int64(i)+1 {
			t.Errorf("commit %d is of epoch %d", i, m.Epoch)
		}
	}
	for i, p := range c.Proposals {
		if p.Epoch != 4 || *p.MessageType != "proposal" || *p.Sender != bob.DID || p.Seq != int64(i)+5 {
			t.Errorf("proposal %d is %s", i, asJSON(t, p))
		}
	}
	if err := xrpc.Check(out); err != nil {
		t.Errorf("answer breaks its lexicon: %v", err)
	}
}

// The conflict keeps to the loser's window: not the commit that brought it in,
// nor what was before.
func TestCommitConflictWindow(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob)
	if _, err := s.SendProposal(t.Context(), by(bob), &gen.SendProposalInput{ConvoID: servertest.IDOf(g), Proposal: g.ProposeUpdate(bob, true).Message}); err != nil {
		t.Fatal(err)
	}
	c := g.With(carol).Commit(alice, mlstest.Plan{Add: commitPackages(t, s, carol)})
	added, err := s.AddMembers(t.Context(), by(alice), addInput(g, c, carol))
	accepted(t, (*gen.SendCommitOutput)(added), err)
	advance(t, s, c.Next, alice, 2)
	stale := &gen.SendCommitInput{ConvoID: servertest.IDOf(g), Commit: g.Commit(alice, mlstest.Plan{}).Message, GroupInfo: c.GroupInfo}
	out, err := s.SendCommit(t.Context(), by(carol), stale)
	got := lostIt(t, out, err)
	if len(got.Commits) != 2 || got.Commits[0].Epoch != 2 || got.Commits[1].Epoch != 3 || len(got.Proposals) != 0 {
		t.Errorf("conflict is %s", asJSON(t, got))
	}
}

// An answer is cut at 4 MB, but holds at least one commit.
func TestCommitConflictCut(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	for _, c := range []struct {
		sizes []int
		want  int
		more  bool
	}{
		{[]int{limit.MaxCommit}, 1, false},
		{[]int{limit.MaxCommit, 1000}, 1, true},
		{[]int{1_400_000, 1_400_000, 1_400_000}, 2, true},
		{[]int{900_000, 900_000, 900_000}, 3, false},
	} {
		t.Run(fmt.Sprint(c.sizes), func(t *testing.T) {
			dbtest.Exec(t, s.Pool, `DELETE FROM messages`)
			for i, n := range c.sizes {
				dbtest.Exec(t, s.Pool, `INSERT INTO messages (convo_id, seq, message_id, kind, epoch, sender_did, ciphertext, created_at, gen, pos)
					VALUES ($1, $2::bigint, $2::text::bytea, 'commit', $2::bigint, $3, $4, now(), 0, 0)`, servertest.IDOf(g), i+1, alice.DID, make([]byte, n))
			}
			dbtest.Exec(t, s.Pool, `UPDATE conversations SET epoch = $1, last_seq = $1 WHERE convo_id = $2`, len(c.sizes)+1, servertest.IDOf(g))
			out, err := s.SendCommit(t.Context(), by(bob), commitInput(g, g.Commit(bob, mlstest.Plan{})))
			got := lostIt(t, out, err)
			if len(got.Commits) != c.want || (got.More != nil && *got.More) != c.more {
				t.Errorf("%d commits, more %v; want %d, %v", len(got.Commits), got.More, c.want, c.more)
			}
			if n := len(asJSON(t, out)); n > limit.MaxAnswer && len(got.Commits) > 1 {
				t.Errorf("answer has %d bytes", n)
			}
		})
	}
}
