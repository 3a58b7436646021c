package server

import (
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls/mlstest"
)

// Two members that agree settle the roster of a group whose epoch was assumed,
// and with it the epoch: the creator's next message cannot move it away from
// the group that is stored.
func TestRosterSettlesAssumedEpoch(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	in, c := newConvoInput(t, s, alice, bob, carol)
	in.GroupInfo = nil
	if _, err := s.CreateConvo(t.Context(), by(alice), in); err != nil {
		t.Fatal(err)
	}
	g := c.Next
	for _, m := range []*mlstest.Client{bob, carol} {
		if err := giveInfo(t, s, g, m); err != nil {
			t.Fatal(err)
		}
	}
	sameRoster(t, s, g)
	_, err := s.SendMessage(t.Context(), by(alice), &gen.SendMessageInput{ConvoID: g.ID(), Ciphertext: application(g.ID(), 7, 40), Epoch: 7})
	wantError(t, err, gen.ErrEpochMismatch)
	if e := epochOf(t, s, g.ID()); e != 1 {
		t.Errorf("epoch is %d", e)
	}
	sameRoster(t, s, advance(t, s, g, bob, 1))
}

// The first commit of a group whose clients start the transcript with an empty
