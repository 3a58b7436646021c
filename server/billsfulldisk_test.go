package server

import (
	"fmt"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
)

// On a full disk a commit that only removes is stored; others, among them one
// that removes and adds, are not.
func TestOnlyRemovalsOnAFullDisk(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	s := newTestServer(t, m.with)
	alice := commitClient("alice")
	var others []*mlstest.Client
	for i := range 7 {
		others = append(others, commitClient(fmt.Sprint("m", i)))
	}
	g := commitGroup(t, s, alice, others...)
	carol := commitClient("carol")
	packages := commitPackages(t, s, carol)
	m.leaves(t, 29)
	refusedCommit := func(p mlstest.Plan, added, removed []string) {
		t.Helper()
		unchanged(t, s, servertest.IDOf(g), func() {
			in := commitInput(g, g.With(carol).Commit(alice, p))
			in.AddedDIDs, in.RemovedDIDs = added, removed
			_, err := s.SendCommit(t.Context(), by(alice), in)
			servertest.WantError(t, err, gen.ErrStorageFull)
		})
	}
	gone := others[0].DID
	refusedCommit(mlstest.Plan{}, nil, nil)
	refusedCommit(mlstest.Plan{Add: packages}, []string{carol.DID}, nil)
	refusedCommit(mlstest.Plan{Add: packages, RemoveDIDs: []string{gone}}, []string{carol.DID}, []string{gone})
	for i, public := range []bool{false, true} {
		gone := others[i].DID
		c := g.Commit(alice, mlstest.Plan{RemoveDIDs: []string{gone}, Public: public})
		in := commitInput(g, c)
		in.RemovedDIDs = []string{gone}
		out, err := s.SendCommit(t.Context(), by(alice), in)
		accepted(t, out, err)
		g = c.Next
	}
	// leaveConvo: of another by a commit and without one, and of oneself with a
	// proposal and without. Then the leaves of who left.
	c := g.Commit(alice, mlstest.Plan{RemoveDIDs: []string{others[2].DID}})
	out, err := s.LeaveConvo(t.Context(), by(alice), &gen.LeaveConvoInput{ConvoID: servertest.IDOf(g), TargetDID: &others[2].DID, Commit: c.Message, GroupInfo: c.GroupInfo})
	accepted(t, (*gen.SendCommitOutput)(out), err)
	g = c.Next
	p := g.Propose(others[4], &mls.Remove{Removed: g.Index(others[4])}, true)
	for who, in := range map[*mlstest.Client]*gen.LeaveConvoInput{
		alice: suspension(g, others[3].DID), others[4]: {ConvoID: servertest.IDOf(g), Proposal: p.Message}, others[5]: {ConvoID: servertest.IDOf(g)},
	} {
		if out, err := s.LeaveConvo(t.Context(), by(who), in); err != nil || !out.Success {
			t.Errorf("%+v, %v", out, err)
		}
	}
	c = g.Commit(others[6], mlstest.Plan{RemoveDIDs: []string{others[3].DID, others[5].DID}, Refs: []*mlstest.Proposal{p}})
	sent, err := s.SendCommit(t.Context(), by(others[6]), commitInput(g, c))
	accepted(t, sent, err)
	g = c.Next
	if _, err := s.DeleteDevice(t.Context(), by(others[6]), &gen.DeleteDeviceInput{DeviceID: others[6].DeviceID()}); err != nil {
		t.Errorf("deleting a device: %v", err)
	}
	c = g.Commit(alice, mlstest.Plan{Remove: []uint32{g.Index(others[6])}})
	in := commitInput(g, c)
	in.RemovedDIDs = []string{others[6].DID}
	sent, err = s.SendCommit(t.Context(), by(alice), in)
	accepted(t, sent, err)
	sameRoster(t, s, c.Next)
}
