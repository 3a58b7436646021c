package server

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
)

// A commit that arrives while the one before it is being stored cannot be verified
// yet. It is verified once that one is stored.
func TestVerifiedAgain(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	for name, c := range map[string]struct {
		send func(g *mlstest.Group) error
		err  string
	}{
		"commit": {func(g *mlstest.Group) error {
			return second(s.SendCommit(t.Context(), by(bob), commitInput(g, g.Commit(bob, mlstest.Plan{Public: true}))))
		}, ""},
		"forged commit": {func(g *mlstest.Group) error {
			in := commitInput(g, g.Commit(bob, mlstest.Plan{Public: true}))
			in.Commit = reframe(t, in.Commit, func(m *mls.PublicMessage) { m.Signature[9] ^= 1 })
			return second(s.SendCommit(t.Context(), by(bob), in))
		}, gen.ErrInvalidCommit},
		"proposal": {func(g *mlstest.Group) error {
			return second(s.SendProposal(t.Context(), by(bob), &gen.SendProposalInput{ConvoID: servertest.IDOf(g), Proposal: g.ProposeUpdate(bob, true).Message}))
		}, ""},
		"forged proposal": {func(g *mlstest.Group) error {
			forged := reframe(t, g.ProposeUpdate(bob, true).Message, func(m *mls.PublicMessage) { m.Signature[9] ^= 1 })
			return second(s.SendProposal(t.Context(), by(bob), &gen.SendProposalInput{ConvoID: servertest.IDOf(g), Proposal: forged}))
		}, gen.ErrInvalidProposal},
		"GroupInfo": {func(g *mlstest.Group) error {
			return second(s.UpdateGroupInfo(t.Context(), by(bob), &gen.UpdateGroupInfoInput{ConvoID: servertest.IDOf(g), GroupInfo: g.SignGroupInfo(bob, true)}))
		}, ""},
		"forged GroupInfo": {func(g *mlstest.Group) error {
			return second(s.UpdateGroupInfo(t.Context(), by(bob), &gen.UpdateGroupInfoInput{ConvoID: servertest.IDOf(g),
				GroupInfo: g.SignGroupInfo(bob, true, func(gi *mls.GroupInfo) { gi.ConfirmationTag = mlstest.Random(32) })}))
		}, gen.ErrInvalidGroupInfo},
	} {
		t.Run(name, func(t *testing.T) {
			g := commitGroup(t, s, alice, bob)
			next := g.Commit(alice, mlstest.Plan{})
			tx, err := s.Pool.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = tx.Rollback(t.Context()) }()
			moveOn(t, s, tx, alice, next)
			done := make(chan error, 1)
			go func() { done <- c.send(next.Next) }()
			for dbtest.Value[int64](t, s.Pool, `SELECT count(*) FROM pg_stat_activity WHERE $1::int = ANY(pg_blocking_pids(pid))`, int32(tx.Conn().PgConn().PID())) == 0 {
				time.Sleep(5 * time.Millisecond)
			}
			if err := tx.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			switch err := <-done; {
			case c.err != "":
				servertest.WantError(t, err, c.err)
			case err != nil:
				t.Error(err)
			}
		})
	}
}

// moveOn makes the changes of a commit to the group in a transaction.
func moveOn(t *testing.T, s *Server, tx pgx.Tx, c *mlstest.Client, commit *mlstest.Commit) {
	t.Helper()
	g := commit.Next
	q, now := db.New(tx), s.Timestamp()
	row, err := q.LockConvo(t.Context(), servertest.IDOf(g), c.DID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := q.AdvanceEpoch(t.Context(), db.AdvanceEpochParams{Framing: row.Epoch, At: now, ConvoID: servertest.IDOf(g)}); err != nil {
		t.Fatal(err)
	}
	if err := q.PutTree(t.Context(), servertest.IDOf(g), g.Tree.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := q.AddGroupInfo(t.Context(), db.AddGroupInfoParams{
		ConvoID: servertest.IDOf(g), Epoch: row.Epoch + 1, GroupInfo: commit.GroupInfoNoTree, At: now,
	}); err != nil {
		t.Fatal(err)
	}
}
