package server

import (
	"testing"

	"catbird.blue/mls/gen"
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
