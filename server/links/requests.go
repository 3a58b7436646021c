package links

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// ListJoinRequests lists the requests that wait, by account. The cursor is the last
// account of a page.
func (s *Service) ListJoinRequests(ctx context.Context, caller xrpc.Caller, p *gen.ListJoinRequestsParams) (*gen.ListJoinRequestsOutput, error) {
	after := ""
	if p.Cursor != nil {
		if after = *p.Cursor; !strings.HasPrefix(after, "did:") {
			return nil, gen.Errorf(gen.ErrInvalidCursor, "cursor: not one of this method")
		}
	}
	q := db.New(s.Pool)
	if err := requireRight(ctx, q, p.ConvoID, caller.DID); err != nil {
		return nil, err
	}
	rows, err := q.ListJoinRequests(ctx, p.ConvoID, after, p.Limit+1)
	if err != nil {
		return nil, fmt.Errorf("list requests: %w", err)
	}
	out := &gen.ListJoinRequestsOutput{Requests: []gen.JoinRequest{}}
	for i, r := range rows {
		if int64(i) == p.Limit {
			out.Cursor = new(rows[i-1].Did)
			break
		}
		out.Requests = append(out.Requests, gen.JoinRequest{
			DID: r.Did, LinkID: hex.EncodeToString(r.CodeHash), RequestedAt: xrpc.FormatTime(r.Since),
		})
	}
	return out, nil
}

// ApproveJoinRequest lets an account that asked join by its link.
func (s *Service) ApproveJoinRequest(ctx context.Context, caller xrpc.Caller, in *gen.ApproveJoinRequestInput) (*gen.ApproveJoinRequestOutput, error) {
	err := s.manage(ctx, caller, in.ConvoID, true, func(m *manageTx) error { return m.answer(ctx, in.DID, statusApproved) })
	return &gen.ApproveJoinRequestOutput{}, err
}

// RejectJoinRequest refuses an account that asked, for good.
func (s *Service) RejectJoinRequest(ctx context.Context, caller xrpc.Caller, in *gen.RejectJoinRequestInput) (*gen.RejectJoinRequestOutput, error) {
	err := s.manage(ctx, caller, in.ConvoID, false, func(m *manageTx) error { return m.answer(ctx, in.DID, statusRejected) })
	return &gen.RejectJoinRequestOutput{}, err
}

// answer stores the answer to a request. A repeated answer succeeds and tells nobody.
func (m *manageTx) answer(ctx context.Context, did, state string) error {
	was, err := m.q.JoinRequestState(ctx, m.convoID, did)
	switch {
	case err != nil:
		return fmt.Errorf("read request: %w", err)
	case was == "":
		return gen.Errorf(gen.ErrJoinRequestNotFound, "did: has no request to join")
	case was == state:
		return nil
	}
	if err := m.q.AnswerJoinRequest(ctx, db.AnswerJoinRequestParams{State: state, At: m.now, ConvoID: m.convoID, Did: did}); err != nil {
		return fmt.Errorf("answer request: %w", err)
	}
	m.told = true
	return tellRequests(ctx, m.q, m.convoID, did, state, m.now)
}
