package server

import (
	"fmt"
	"strings"
	"testing"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/internal/dbtest"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// told makes the texts of events as streamtest words them. # is the
// conversation; a message is "m" and its number.
func told(t testing.TB, s *Server, convo xrpc.ConvoID, list string) []string {
	t.Helper()
	var out []string
	for line := range strings.SplitSeq(list, "|") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		var seq int
		if n, _ := fmt.Sscanf(line, "m%d", &seq); n == 1 {
			id := dbtest.Value[xrpc.MessageID](t, s.Pool, `SELECT message_id FROM messages WHERE convo_id = $1 AND seq = $2`, convo, seq)
			line = fmt.Sprintf("message %s/%d %s", convo, seq, id)
		}
		out = append(out, strings.ReplaceAll(line, "#", string(convo)))
	}
	return out
}

// TestEventsOfMembers: what members are told of who comes and goes.
func TestEventsOfMembers(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	a, b, c := servertest.Listen(t, s.Pool, s.config.Hub, alice.DID), servertest.Listen(t, s.Pool, s.config.Hub, bob.DID), servertest.Listen(t, s.Pool, s.config.Hub, carol.DID)
	g := commitGroup(t, s, alice, bob)
	next := g.Commit(alice, mlstest.Plan{Add: commitPackages(t, s, carol)})
	added, err := s.AddMembers(t.Context(), by(alice), addInput(g, next, carol))
	accepted(t, (*gen.SendCommitOutput)(added), err)
	g = next.Next
	if _, err := s.SendMessage(t.Context(), by(bob), &gen.SendMessageInput{ConvoID: servertest.IDOf(g), Ciphertext: servertest.Application(servertest.IDOf(g), 2, 10), Epoch: 2}); err != nil {
		t.Fatal(err)
	}
	out, err := s.LeaveConvo(t.Context(), by(alice), removal(g, alice, bob.DID))
	accepted(t, (*gen.SendCommitOutput)(out), err)
	leaveNow(t, s, g, carol)
	leaveNow(t, s, g, alice)

	joined := func(c *mlstest.Client) string { return "joined of " + c.DID + " in #" }
	left := fmt.Sprintf("left of %s in #", carol.DID)
	removed := fmt.Sprintf("removed of %s in #", bob.DID)
	pending := fmt.Sprintf("pending-removal of %s in #", carol.DID)
	servertest.WantDelivered(t, s.Pool, a, told(t, s, servertest.IDOf(g), strings.Join([]string{joined(alice), "m1", joined(carol), "m2", "m3", removed, left, pending,
		"left of " + alice.DID + " in #"}, "|"))...)
	servertest.WantDelivered(t, s.Pool, b, told(t, s, servertest.IDOf(g), strings.Join([]string{joined(bob), "welcome to #", "m1", joined(carol), "m2", "m3", removed}, "|"))...)
	servertest.WantDelivered(t, s.Pool, c, told(t, s, servertest.IDOf(g), strings.Join([]string{joined(carol), "welcome to #", "m2", "m3", removed, left}, "|"))...)
}

// TestOtherEvents: requests, reports, read positions, devices, packages.
func TestOtherEvents(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob, carol)
	g = advance(t, s, g, alice, 1)
	a, b := servertest.Listen(t, s.Pool, s.config.Hub, alice.DID), servertest.Listen(t, s.Pool, s.config.Hub, bob.DID)
	for range 2 { // the second one moves nothing on
		if _, err := s.UpdateCursor(t.Context(), by(bob), &gen.UpdateCursorInput{ConvoID: servertest.IDOf(g), Seq: 1}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []*mlstest.Client{bob, carol} {
		in := &gen.RequestRejoinInput{ConvoID: servertest.IDOf(g), Reason: new("commit-failed"), Epoch: new(int64(1))}
		if _, err := s.RequestRejoin(t.Context(), by(c), in); err != nil {
			t.Fatal(err)
		}
	}
	if err := deleteDevice(s, carol.DID, carol.DeviceID()); err != nil {
		t.Fatal(err)
	}
	common := fmt.Sprintf("rejoinRequestedEvent | rejoinRequestedEvent | convoDamagedEvent | device-removed of %s in #", carol.DID)
	servertest.WantDelivered(t, s.Pool, a, told(t, s, servertest.IDOf(g), common)...)
	servertest.WantDelivered(t, s.Pool, b, told(t, s, servertest.IDOf(g), "read #/1 | "+common)...)
}

func TestKeyPackagesLow(t *testing.T) {
	t.Parallel()
	s := newLiveServer(t)
	bob := mlstest.NewClient(servertest.DID("bob"))
	publish(t, s, bob, limit.LowKeyPackages+1)
	b := servertest.Listen(t, s.Pool, s.config.Hub, bob.DID)
	claimOf(t, s, servertest.DID("x"), bob.DID)
	claimOf(t, s, servertest.DID("x"), bob.DID) // the same lease
	claimOf(t, s, servertest.DID("y"), bob.DID)
	claimOf(t, s, servertest.DID("z"), bob.DID)
	servertest.WantDelivered(t, s.Pool, b, "keyPackagesLowEvent", "keyPackagesLowEvent")
}
