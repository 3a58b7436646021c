package server

import (
	"testing"
	"time"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
)

// What was verified against a claimed roster does not count once it has been
// settled meanwhile: it is verified again.
func TestRosterSettledMeanwhile(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	for name, send := range map[string]func(g *mlstest.Group) error{
		"commit": func(g *mlstest.Group) error {
			forged := reframe(t, g.Commit(bob, mlstest.Plan{Public: true}).Message, func(m *mls.PublicMessage) { m.Signature[9] ^= 1 })
			return second(s.SendCommit(t.Context(), by(bob), &gen.SendCommitInput{ConvoID: g.ID(), Commit: forged}))
		},
		"proposal": func(g *mlstest.Group) error {
			forged := reframe(t, g.ProposeUpdate(bob, true).Message, func(m *mls.PublicMessage) { m.Signature[9] ^= 1 })
			return second(s.SendProposal(t.Context(), by(bob), &gen.SendProposalInput{ConvoID: g.ID(), Proposal: forged}))
		},
		"GroupInfo": func(g *mlstest.Group) error {
			return second(s.UpdateGroupInfo(t.Context(), by(bob), &gen.UpdateGroupInfoInput{ConvoID: g.ID(),
				GroupInfo: g.SignGroupInfo(bob, true, func(gi *mls.GroupInfo) { gi.ConfirmationTag = mlstest.Random(32) })}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := claimedGroup(t, s, alice, bob)
			tx, err := s.pool.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = tx.Rollback(t.Context()) }()
			h := &handshakeTx{q: db.New(tx), convoID: g.ID(), caller: alice.DID, now: s.timestamp()}
			if _, err := h.lock(t.Context()); err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() { done <- send(g) }()
			for query[int64](t, s.pool, `SELECT count(*) FROM pg_stat_activity WHERE $1::int = ANY(pg_blocking_pids(pid))`, int32(tx.Conn().PgConn().PID())) == 0 {
				time.Sleep(5 * time.Millisecond)
			}
			members, err := g.Tree.Members()
			if err == nil {
				err = h.settleRoster(t.Context(), &g.Group, members)
			}
			if err == nil {
				err = tx.Commit(t.Context())
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := <-done; err == nil {
				t.Error("what is forged was accepted")
			} else if name != "GroupInfo" {
				wantRefused(t, err, map[string]string{"commit": gen.ErrInvalidCommit, "proposal": gen.ErrInvalidProposal}[name], "signature")
			} else {
				wantRefused(t, err, gen.ErrInvalidGroupInfo, "confirmation_tag")
			}
			if e := epochOf(t, s, g.ID()); e != 1 {
				t.Errorf("epoch is %d", e)
			}
		})
	}
}
