package links

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// GetJoinLinkPreview returns what a link shows. Accounts that no admin follows see it
// too; the AppView is asked about them meanwhile.
func (s *Service) GetJoinLinkPreview(ctx context.Context, caller xrpc.Caller, p *gen.GetJoinLinkPreviewParams) (*gen.GetJoinLinkPreviewOutput, error) {
	link, err := s.access.find(ctx, caller, p.Code)
	if err != nil {
		return nil, err
	}
	q := db.New(s.Pool)
	if err := s.access.checkRule(ctx, q, link, caller.DID); err != nil && !isFollowRequired(err) {
		return nil, err
	}
	n, err := q.CountMembers(ctx, link.ConvoID)
	if err != nil {
		return nil, fmt.Errorf("count members: %w", err)
	}
	return &gen.GetJoinLinkPreviewOutput{
		ConvoID: link.ConvoID, JoinRule: link.JoinRule, RequireApproval: link.RequireApproval, Preview: link.Preview, MemberCount: n,
		Status: link.status(),
	}, nil
}

func isFollowRequired(err error) bool {
	e := (*xrpc.Error)(nil)
	return errors.As(err, &e) && e.Name == gen.ErrFollowRequired
}

// status returns how the account stands to the link.
func (l *Link) status() string {
	switch {
	case l.Member:
		return statusMember
	case l.Request == statusRejected, l.RequireApproval && l.RequestOfLink:
		return l.Request
	}
	return statusNone
}

// RequestJoin asks for the approval that a link requires.
func (s *Service) RequestJoin(ctx context.Context, caller xrpc.Caller, in *gen.RequestJoinInput) (*gen.RequestJoinOutput, error) {
	link, err := s.access.find(ctx, caller, in.Code)
	if err != nil {
		return nil, err
	}
	status := link.status()
	if status != statusNone || !link.RequireApproval {
		return &gen.RequestJoinOutput{Status: status}, nil
	}
	if err := s.access.checkRule(ctx, db.New(s.Pool), link, caller.DID); err != nil {
		return nil, err
	}
	if err := s.MayWrite(ctx, caller); err != nil {
		return nil, err
	}
	payment, err := s.Pay(ctx, caller, limit.JoinRequestsMade, 1)
	if err != nil {
		return nil, err
	}
	err = s.InTx(ctx, func(tx pgx.Tx) (err error) {
		status, err = s.request(ctx, db.New(tx), caller.DID, link)
		return err
	})
	if err != nil {
		payment.GiveBack(ctx)
		return nil, s.access.CountWrong(ctx, caller, err)
	}
	s.Notify(string(link.ConvoID))
	return &gen.RequestJoinOutput{Status: status}, nil
}

// request stores a request in a transaction, and returns its state.
func (s *Service) request(ctx context.Context, q *db.Queries, did string, link *Link) (string, error) {
	if _, err := q.LockConvoOfLink(ctx, link.CodeHash); err != nil {
		if errors.Is(err, pgx.ErrNoRows) {
			return "", InvalidCode()
		}
		return "", fmt.Errorf("lock conversation: %w", err)
	}
	now, err := s.access.read(ctx, q, did, link.CodeHash)
	switch {
	case err != nil:
		return "", err
	case now.Member:
		return statusMember, nil
	case !now.Open, !now.Welcome:
		return "", InvalidCode()
	case now.Locked:
		return "", convo.Locked()
	}
	if status := now.status(); status != statusNone || !now.RequireApproval {
		return status, nil
	}
	at := s.Timestamp()
	if _, err := q.PutJoinRequest(ctx, db.PutJoinRequestParams{ConvoID: link.ConvoID, Did: did, CodeHash: link.CodeHash, At: at}); err != nil {
		return "", fmt.Errorf("store request: %w", err)
	}
	if err := q.ExcessJoinRequest(ctx, link.ConvoID, limit.JoinRequests.Amount); err != nil {
		return "", fmt.Errorf("end the request that is too many: %w", err)
	}
	return statusPending, tellRequests(ctx, q, link.ConvoID, "", "", at)
}

// WithdrawJoinRequest removes the caller's request.
func (s *Service) WithdrawJoinRequest(ctx context.Context, caller xrpc.Caller, in *gen.WithdrawJoinRequestInput) (*gen.WithdrawJoinRequestOutput, error) {
	n, err := db.New(s.Pool).WithdrawJoinRequest(ctx, in.ConvoID, caller.DID)
	if err != nil {
		return nil, fmt.Errorf("remove request: %w", err)
	}
	if n == 0 {
		return nil, convo.NotFound()
	}
	return &gen.WithdrawJoinRequestOutput{}, nil
}

// tellRequests logs how many requests wait, and the answer to the account that asked,
// if there is one.
func tellRequests(ctx context.Context, q *db.Queries, convoID xrpc.ConvoID, did, answer string, at time.Time) error {
	pending, err := q.CountJoinRequests(ctx, convoID)
	if err != nil {
		return fmt.Errorf("count requests: %w", err)
	}
	var events convo.Events
	events.JoinRequests(convoID, pending, did, answer)
	_, err = events.Store(ctx, q, convoID, at)
	return err
}
