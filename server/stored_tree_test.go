package server

import (
	"fmt"
	"testing"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
)

// A tree as it is stored is at most twice as large as the tree itself, after any number
// of commits and when the group shrinks, and most commits do not store it whole.
func TestTreeIsStoredWholeAgain(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	clients := make([]*mlstest.Client, 20)
	for i := range clients {
		clients[i] = commitClient(fmt.Sprint("member", i))
	}
	g := commitGroup(t, s, clients[0], clients[1:]...)
	whole := 0
	check := func(what string) {
		t.Helper()
		stored := dbtest.Value[int](t, s.Pool, `SELECT octet_length(tree) + (SELECT coalesce(sum(octet_length(tree_change)), 0) FROM group_infos WHERE convo_id = $1)
			FROM trees WHERE convo_id = $1`, servertest.IDOf(g))
		if tree := len(g.Tree.Bytes()); stored > 2*tree {
			t.Errorf("%s: %d bytes are stored of a tree of %d", what, stored, tree)
		}
		if dbtest.Value[int](t, s.Pool, `SELECT count(*) FROM group_infos WHERE convo_id = $1`, servertest.IDOf(g)) == 1 {
			whole++
		}
		sameRoster(t, s, g)
	}
	const commits = 70
	for i := range commits {
		g = advance(t, s, g, clients[i%len(clients)], 1)
		check(fmt.Sprintf("commit %d", i))
	}
	if whole < 2 || whole > commits/4 {
		t.Errorf("the tree was stored whole at %d of %d commits", whole, commits)
	}
	c := g.Commit(clients[0], mlstest.Plan{RemoveDIDs: dids(clients[3:])})
	in := commitInput(g, c)
	in.RemovedDIDs = dids(clients[3:])
	out, err := s.SendCommit(t.Context(), by(clients[0]), in)
	accepted(t, out, err)
	g = c.Next
	check("after most have gone")
	c = g.With(clients[3:]...).Commit(clients[0], mlstest.Plan{Add: commitPackages(t, s, clients[3:]...)})
	in = commitInput(g, c)
	in.AddedDIDs = dids(clients[3:])
	out, err = s.SendCommit(t.Context(), by(clients[0]), in)
	accepted(t, out, err)
	g = c.Next
	check("after they are back")
}
