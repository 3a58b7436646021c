package convo

import (
	"context"
	"errors"

	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// ConvoLimiter bounds how much one conversation may cost, whoever calls: what
// is sent to it is multiplied by its members.
type Limiter interface {
	// ConvoFull returns a RateLimitExceeded while the conversation has used up
	// its rate for calls like m; it counts nothing.
	ConvoFull(convoID xrpc.ConvoID, m *xrpc.Method) error
	// CountConvo counts a call of m that the conversation accepted.
	CountConvo(convoID xrpc.ConvoID, m *xrpc.Method)
	// Take spends n of what key has of a row, or returns the row's error.
	Take(ctx context.Context, row *limit.Row, key string, n int64) error
	// Return gives back what was taken for something that did not happen.
	Return(ctx context.Context, row *limit.Row, key string, n int64)
}

// errConvoFull: the call is a member's, and has to wait for the rate of the
// conversation.
var ErrRateUsedUp = errors.New("the conversation has used up its rate")

// paced makes a call that stores a message, a commit or a proposal, which the
// rate of its conversation bounds. Leaving, removing and asking for help never
// wait. Only what was stored counts: non-members, and commits that lose their
// race, cannot keep the others from writing.
//
// Where the rate is used up, the call is made all the same, and fails with
// errConvoFull once it has found out that the caller is a member, which it does
// first. So a stranger costs, and is told, the same whether a conversation is
// busy, or not, or does not exist.
func WithinRate[O any](s *Base, convoID xrpc.ConvoID, m *xrpc.Method, call func(full bool) (out *O, stored bool, err error)) (*O, error) {
	if s.Limits == nil {
		out, _, err := call(false)
		return out, err
	}
	wait := s.Limits.ConvoFull(convoID, m)
	out, stored, err := call(wait != nil)
	switch {
	case err == nil && stored:
		s.Limits.CountConvo(convoID, m)
	case errors.Is(err, ErrRateUsedUp):
		return nil, wait
	}
	return out, err
}
