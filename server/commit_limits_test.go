package server

import (
	"fmt"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
)

// A conversation has so many members: the last of them comes in, one more does
// not, unless another one goes.
func TestCommitTooManyMembers(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, carol := commitClient("alice"), commitClient("carol")
	others := make([]*mlstest.Client, limit.MaxMembers-1)
	for i := range others {
		others[i] = commitClient(fmt.Sprint("member", i))
	}
	g := commitGroup(t, s, alice, others...).With(carol)
	in := addInput(g, g.Commit(alice, mlstest.Plan{Add: commitPackages(t, s, carol)}), carol)
	unchanged(t, s, servertest.IDOf(g), func() {
		_, err := s.AddMembers(t.Context(), by(alice), in)
		servertest.WantError(t, err, gen.ErrTooManyMembers)
	})
	c := g.Commit(alice, mlstest.Plan{Add: commitPackages(t, s, carol), RemoveDIDs: []string{others[7].DID}})
	swap := commitInput(g, c)
	swap.AddedDIDs, swap.RemovedDIDs = []string{carol.DID}, []string{others[7].DID}
	out, err := s.SendCommit(t.Context(), by(alice), swap)
	accepted(t, out, err)
	if n := len(membersOf(t, s, servertest.IDOf(g))); n != limit.MaxMembers {
		t.Errorf("%d members", n)
	}
}

// A tree has so many leaves, blank ones included.
func TestCommitTooManyLeaves(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice := commitClient("alice")
	g := commitGroup(t, s, alice)
	in := commitInput(g, g.Commit(alice, mlstest.Plan{}))
	in.RatchetTree = mls.AppendOpaque(nil, make([]byte, 2*limit.MaxLeaves+1))
	unchanged(t, s, servertest.IDOf(g), func() {
		_, err := s.SendCommit(t.Context(), by(alice), in)
		wantRefused(t, err, gen.ErrInvalidGroupInfo, "at most 4000 leaves")
	})
}
