package server

import (
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/servertest"
	"catbird.blue/mls/xrpc"
)

// TestConversationRate: what a conversation accepted uses up its rate, for all
// of its members; strangers neither use it up nor hear of it.
func TestConversationRate(t *testing.T) {
	limits, err := limit.New(limit.Config{Scale: 0.005}) // a burst of five messages
	if err != nil {
		t.Fatal(err)
	}
	s := newTestServer(t, func(c *Config) { c.Pace = limits })
	convo := servertest.AddConvo(t, s.Pool, 0, servertest.DID("alice"), servertest.DID("bob"), servertest.DID("carol"))
	servertest.EndMember(t, s.Pool, convo, servertest.DID("carol"))

	for range 20 {
		_, err := s.SendMessage(t.Context(), servertest.As(servertest.DID("stranger")), servertest.Message(convo, 0))
		servertest.WantError(t, err, gen.ErrConvoNotFound)
	}
	sent := 0
	for ; sent < 100; sent++ {
		if _, err = s.SendMessage(t.Context(), servertest.As(servertest.DID("alice")), servertest.Message(convo, 0)); err != nil {
			break
		}
	}
	if servertest.WantError(t, err, xrpc.RateLimitExceeded); sent != 5 {
		t.Errorf("%d messages passed, want 5", sent)
	}
	_, err = s.SendMessage(t.Context(), servertest.As(servertest.DID("bob")), servertest.Message(convo, 0))
	servertest.WantError(t, err, xrpc.RateLimitExceeded)
	_, err = s.SendMessage(t.Context(), servertest.As(servertest.DID("carol")), servertest.Message(convo, 0))
	servertest.WantError(t, err, gen.ErrNotMember)

	_, full := s.SendMessage(t.Context(), servertest.As(servertest.DID("stranger")), servertest.Message(convo, 0))
	_, none := s.SendMessage(t.Context(), servertest.As(servertest.DID("stranger")), servertest.Message(servertest.NewConvoID(), 0))
	servertest.WantSameError(t, full, none)
	if _, err := s.LeaveConvo(t.Context(), servertest.As(servertest.DID("bob")), &gen.LeaveConvoInput{ConvoID: convo}); err != nil {
		t.Errorf("leaving waits for the rate: %v", err)
	}
}

// While its conversation is full a member hears so, whatever it sends and of
// whatever epoch. What was stored before is answered, and who may remove members
// does.
func TestFullConversation(t *testing.T) {
	t.Parallel()
	limits, err := limit.New(limit.Config{Clock: func() time.Duration { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	s := newTestServer(t, func(c *Config) { c.Pace = limits })
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	g := commitGroup(t, s, alice, bob, carol)
	sent := servertest.Message(servertest.IDOf(g), int64(g.Epoch()))
	sent.IdempotencyKey = new("before")
	first, err := s.SendMessage(t.Context(), by(bob), sent)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []*xrpc.Method{gen.MethodSendMessage, gen.MethodSendCommit} {
		for limits.ConvoFull(servertest.IDOf(g), m) == nil {
			limits.CountConvo(servertest.IDOf(g), m)
		}
	}
	unchanged(t, s, servertest.IDOf(g), func() {
		for name, call := range callsOf(t, s, g, bob, carol.DID) {
			t.Run(name, func(t *testing.T) { servertest.WantError(t, call(), xrpc.RateLimitExceeded) })
		}
	})
	if again, err := s.SendMessage(t.Context(), by(bob), sent); err != nil || *again.Seq != *first.Seq {
		t.Errorf("a repetition gets %v, %v", again, err)
	}
	if out, err := s.LeaveConvo(t.Context(), by(alice), removal(g, alice, bob.DID)); err != nil || !out.Success {
		t.Errorf("the creator's removal: %v, %v", out, err)
	}
}

// callsOf are calls of a member that the rate of the conversation bounds.
func callsOf(t *testing.T, s *Server, g *mlstest.Group, c *mlstest.Client, target string) map[string]func() error {
	t.Helper()
	epoch := int64(g.Epoch())
	send := func(epoch int64) func() error {
		return func() error {
			return second(s.SendMessage(t.Context(), by(c), servertest.Message(servertest.IDOf(g), epoch)))
		}
	}
	commit := func(g *mlstest.Group, public bool) func() error {
		in := commitInput(g, g.Commit(c, mlstest.Plan{Public: public}))
		return func() error { return second(s.SendCommit(t.Context(), by(c), in)) }
	}
	propose := func(public bool) func() error {
		in := &gen.SendProposalInput{ConvoID: servertest.IDOf(g), Proposal: g.ProposeUpdate(c, public).Message}
		return func() error { return second(s.SendProposal(t.Context(), by(c), in)) }
	}
	signal := &gen.SendEphemeralInput{ConvoID: servertest.IDOf(g), Epoch: epoch, Ciphertext: []byte("typing")}
	return map[string]func() error{
		"message": send(epoch), "message of another epoch": send(epoch + 1),
		"opaque commit": commit(g, false), "readable commit": commit(g, true),
		"late commit":     commit(mlstest.NewGroup(c, g.Context.GroupID), false),
		"opaque proposal": propose(false), "readable proposal": propose(true),
		"removal": func() error { return second(s.LeaveConvo(t.Context(), by(c), removal(g, c, target))) },
		"signal":  func() error { return second(s.SendEphemeral(t.Context(), by(c), signal)) },
	}
}

// TestLostRacesAreNotCounted: commits that lose use up nothing of the rate of the
// conversation, so that no member can keep the others from committing by them.
func TestLostRacesAreNotCounted(t *testing.T) {
	t.Parallel()
	limits, err := limit.New(limit.Config{Scale: 0.015, Clock: func() time.Duration { return 0 }}) // a burst of three commits
	if err != nil {
		t.Fatal(err)
	}
	s := newTestServer(t, func(c *Config) { c.Pace = limits })
	alice, bob, carol := commitClient("alice"), commitClient("bob"), commitClient("carol")
	old := commitGroup(t, s, alice, bob, carol)
	g := advance(t, s, old, bob, 1)
	for range 10 {
		out, err := s.SendCommit(t.Context(), by(carol), commitInput(old, old.Commit(carol, mlstest.Plan{})))
		lostIt(t, out, err)
	}
	g = advance(t, s, g, bob, 2)
	_, err = s.SendCommit(t.Context(), by(bob), commitInput(g, g.Commit(bob, mlstest.Plan{})))
	servertest.WantError(t, err, xrpc.RateLimitExceeded)
}
