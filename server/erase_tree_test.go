package server

import (
	"fmt"
	"testing"

	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// storedTreeNames reports whether a text occurs in the stored tree of a conversation or in
// its changes.
func storedTreeNames(t *testing.T, s *Server, id xrpc.ConvoID, text string) bool {
	t.Helper()
	return dbtest.Value[bool](t, s.Pool, `SELECT EXISTS (SELECT FROM trees WHERE convo_id = $1 AND position(convert_to($2, 'UTF8') IN tree) > 0)
		OR EXISTS (SELECT FROM group_infos WHERE convo_id = $1 AND position(convert_to($2, 'UTF8') IN group_info || coalesce(tree_change, '')) > 0)`, id, text)
}

// The stored tree may still have a leaf that was removed before its account is erased. The
// erasure takes it out.
func TestEraseTakesOldLeavesOut(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	others := make([]*mlstest.Client, 8)
	for i := range others {
		others[i] = commitClient(fmt.Sprint("other", i))
	}
	g := commitGroup(t, s, alice, append(others, bob)...)
	c := g.Commit(alice, mlstest.Plan{RemoveDIDs: []string{bob.DID}})
	in := commitInput(g, c)
	in.RemovedDIDs = []string{bob.DID}
	out, err := s.SendCommit(t.Context(), by(alice), in)
	accepted(t, out, err)
	if !storedTreeNames(t, s, servertest.IDOf(g), bob.DID) {
		t.Fatal("the stored tree has nothing of the removed leaf: the test shows nothing")
	}
	if err := newEraser(s).Erase(t.Context(), bob.DID); err != nil {
		t.Fatal(err)
	}
	if storedTreeNames(t, s, servertest.IDOf(g), bob.DID) {
		t.Error("after the erasure the stored tree names the account")
	}
	sameRoster(t, s, c.Next)
	sameRoster(t, s, advance(t, s, c.Next, others[3], 2))
}
