package server

import (
	"context"

	"catbird.blue/mls/db"
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
}

// paced makes a call that stores a message, a commit or a proposal, which the
// rate of its conversation bounds. Leaving and asking for help never wait. Only what was
// accepted counts, so that nobody but a member can use a rate up; and only a
// member hears of the bound, since a stranger must not learn that there is such
// a conversation.
func paced[O any](ctx context.Context, s *Server, caller xrpc.Caller, convoID string, m *xrpc.Method, call func() (*O, error)) (*O, error) {
	if s.pace == nil {
		return call()
	}
	if full := s.pace.ConvoFull(convoID, m); full != nil {
		if err := requireMember(ctx, db.New(s.pool), convoID, caller.DID); err != nil {
			return nil, err
		}
		return nil, full
	}
	out, err := call()
	if err == nil {
		s.pace.CountConvo(convoID, m)
	}
	return out, err
}
