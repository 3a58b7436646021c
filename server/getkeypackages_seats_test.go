package server

import (
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/servertest"
)

// Devices that are in the conversation are left out, for members only; whose
// devices are all there is not missing.
func TestPackagesOfSeatedDevices(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob := commitClient("alice"), commitClient("bob")
	g := commitGroup(t, s, alice, bob)
	publish(t, s, bob, 4)
	if out := forConvo(t, s, alice.DID, bob.DID, servertest.IDOf(g)); len(out.KeyPackages) != 0 || out.Missing != nil || out.MissingDevices != nil {
		t.Errorf("a member whose devices are all there: %+v", out)
	}
	if out := forConvo(t, s, servertest.DID("mallory"), bob.DID, servertest.IDOf(g)); fresh(out) != 1 {
		t.Error("an outsider is told who is in a conversation")
	}
	if out := claimOf(t, s, alice.DID, bob.DID); fresh(out) != 1 {
		t.Error("without a conversation a device is left out")
	}
	phone := mlstest.NewClient(bob.DID)
	publish(t, s, phone, 1)
	if out := forConvo(t, s, alice.DID, bob.DID, servertest.IDOf(g)); len(out.KeyPackages) != 1 || *out.KeyPackages[0].DeviceID != phone.DeviceID() || out.MissingDevices != nil {
		t.Errorf("with a new device: %+v", out)
	}
	// Of one who has left, the old leaf stands until a commit; it may come back.
	if _, err := s.LeaveConvo(t.Context(), by(bob), &gen.LeaveConvoInput{ConvoID: servertest.IDOf(g)}); err != nil {
		t.Fatal(err)
	}
	if out := forConvo(t, s, alice.DID, bob.DID, servertest.IDOf(g)); len(out.KeyPackages) != 2 {
		t.Errorf("of one who has left: %d packages, want two", len(out.KeyPackages))
	}
}

// A member that has lost its state asks to be added again, and somebody else
// adds the same device.
func TestPackagesForRejoin(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob, carol)
	publish(t, s, bob, 2)
	in := &gen.RequestRejoinInput{ConvoID: servertest.IDOf(g), Reason: new("state-lost")}
	if _, err := s.RequestRejoin(t.Context(), by(bob), in); err != nil {
		t.Fatal(err)
	}
	out := forConvo(t, s, carol.DID, bob.DID, servertest.IDOf(g))
	if len(out.KeyPackages) != 1 || *out.KeyPackages[0].DeviceID != bob.DeviceID() {
		t.Fatalf("answer is %+v, want a package of the same device", out)
	}
	c := g.Commit(carol, mlstest.Plan{RemoveDIDs: []string{bob.DID}, Add: []*mls.KeyPackage{received(t, out.KeyPackages[0])}})
	commit := commitInput(g, c)
	commit.AddedDIDs, commit.RemovedDIDs = []string{bob.DID}, []string{bob.DID}
	answer, err := s.SendCommit(t.Context(), by(carol), commit)
	accepted(t, answer, err)
	if out := forConvo(t, s, carol.DID, bob.DID, servertest.IDOf(g)); len(out.KeyPackages) != 0 || out.Missing != nil {
		t.Errorf("once it is back: %+v", out)
	}
}
