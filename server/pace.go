package server

import (
	"context"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// ConvoLimiter bounds how much one conversation may cost, whoever calls: what
// is sent to it is multiplied by its members.
type ConvoLimiter interface {
	// ConvoFull returns a RateLimitExceeded while the conversation has used up
	// its rate for calls like m; it counts nothing.
	ConvoFull(convoID string, m *xrpc.Method) error
	// CountConvo counts a call of m that the conversation accepted.
	CountConvo(convoID string, m *xrpc.Method)
	// Take spends n of what key has of a row, or returns the row's error.
	Take(ctx context.Context, row *limit.Row, key string, n int64) error
	// Return gives back what was taken for something that did not happen.
	Return(ctx context.Context, row *limit.Row, key string, n int64)
}

// pacedCall is a call that the rate of its conversation bounds.
type pacedCall struct {
	convoID string
	method  *xrpc.Method
	// removes: the call ends memberships, which waits for no rate where the
	// caller may do so.
	removes bool
}

// paced makes a call that stores a message or a proposal, which the rate of its
// conversation bounds. Leaving, removing and asking for help never wait. Only
// what was accepted counts, so that only members can use a rate up; and only a
// member hears of the bound, since a non-member must not learn that there is such
// a conversation.
func paced[O any](ctx context.Context, s *Server, caller xrpc.Caller, c *pacedCall, call func() (*O, error)) (*O, error) {
	if err := s.checkPace(ctx, caller, c); err != nil {
		return nil, err
	}
	out, err := call()
	if err == nil {
		s.countPaced(c)
	}
	return out, err
}

// checkPace returns the refusal of a call that the rate of its conversation has
// no room for.
func (s *Server) checkPace(ctx context.Context, caller xrpc.Caller, c *pacedCall) error {
	if s.pace == nil {
		return nil
	}
	full := s.pace.ConvoFull(c.convoID, c.method)
	if full == nil {
		return nil
	}
	waits, err := s.waits(ctx, caller, c)
	if err != nil || !waits {
		return err
	}
	return full
}

// countPaced counts a call that was accepted.
func (s *Server) countPaced(c *pacedCall) {
	if s.pace != nil {
		s.pace.CountConvo(c.convoID, c.method)
	}
}

// waits tells whether a call has to wait for the rate of its conversation.
func (s *Server) waits(ctx context.Context, caller xrpc.Caller, c *pacedCall) (bool, error) {
	q := db.New(s.pool)
	if err := requireMember(ctx, q, c.convoID, caller.DID); err != nil {
		return false, err
	}
	if !c.removes {
		return true, nil
	}
	may, err := mayRemove(ctx, q, c.convoID, caller.DID)
	return !may, err
}
