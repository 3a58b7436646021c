package convo

import (
	"context"
	"errors"

	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// Limiter bounds what a conversation costs, regardless of the caller, because each
// message is delivered to every member. It also has the limits of accounts that are
// counted in amounts (Payment).
type Limiter interface {
	// ConvoFull returns a RateLimitExceeded if the conversation has used up its
	// rate for m. It counts nothing.
	ConvoFull(convoID xrpc.ConvoID, m *xrpc.Method) error
	// CountConvo counts a call of m that the conversation accepted.
	CountConvo(convoID xrpc.ConvoID, m *xrpc.Method)
	// Take takes n from the amount that key has left of a row, or returns the
	// row's error if less is left.
	Take(ctx context.Context, row *limit.Row, key string, n int64) error
	// Return gives back n that was taken for a call that failed.
	Return(ctx context.Context, row *limit.Row, key string, n int64)
}

// ErrRateUsedUp is returned by the function given to WithinRate for a member's call
// in a conversation whose rate is used up.
var ErrRateUsedUp = errors.New("the conversation has used up its rate")

// WithinRate makes a call that stores a message, a commit or a proposal, within the
// rate of its conversation. leaveConvo, removals and requestRejoin do not use it, so
// they never wait for the rate. Only stored calls count, so neither non-members nor
// commits that lose their race keep the members from writing.
//
// If the rate is used up, call is made with full true. It checks the membership
// first, and returns ErrRateUsedUp only for a member. So a non-member's call costs
// the same, and gets the same answer, whether the conversation has used up its rate,
// has not, or does not exist.
func WithinRate[O any](s *Base, convoID xrpc.ConvoID, m *xrpc.Method, call func(full bool) (out *O, stored bool, err error)) (*O, error) {
	if s.Rates == nil {
		out, _, err := call(false)
		return out, err
	}
	wait := s.Rates.ConvoFull(convoID, m)
	out, stored, err := call(wait != nil)
	switch {
	case err == nil && stored:
		s.Rates.CountConvo(convoID, m)
	case errors.Is(err, ErrRateUsedUp):
		return nil, wait
	}
	return out, err
}
