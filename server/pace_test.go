package server

import (
	"testing"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls/mlstest"
	"catbird.blue/mls/server/limit"
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
	convo := addConvo(t, s, 0, did("alice"), did("bob"), did("carol"))
	endMember(t, s, convo, did("carol"))

	for range 20 {
		_, err := s.SendMessage(t.Context(), as(did("stranger")), message(convo, 0))
		wantError(t, err, gen.ErrConvoNotFound)
	}
	sent := 0
	for ; sent < 100; sent++ {
		if _, err = s.SendMessage(t.Context(), as(did("alice")), message(convo, 0)); err != nil {
			break
		}
	}
	if wantError(t, err, xrpc.RateLimitExceeded); sent != 5 {
		t.Errorf("%d messages passed, want 5", sent)
	}
	_, err = s.SendMessage(t.Context(), as(did("bob")), message(convo, 0))
	wantError(t, err, xrpc.RateLimitExceeded)
	_, err = s.SendMessage(t.Context(), as(did("carol")), message(convo, 0))
	wantError(t, err, gen.ErrNotMember)

	_, full := s.SendMessage(t.Context(), as(did("stranger")), message(convo, 0))
	_, none := s.SendMessage(t.Context(), as(did("stranger")), message(newConvoID(), 0))
	wantSameError(t, full, none)
	if _, err := s.LeaveConvo(t.Context(), as(did("bob")), &gen.LeaveConvoInput{ConvoID: convo}); err != nil {
		t.Errorf("leaving waits for the rate: %v", err)
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
	wantError(t, err, xrpc.RateLimitExceeded)
}
