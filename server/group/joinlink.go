package group

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/consent"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/server/links"
	"catbird.blue/mls/xrpc"
)

// enterByLink sets the link of a request if the caller needs one: it is no member and has
// sent a code.
func (s *Service) enterByLink(ctx context.Context, caller xrpc.Caller, req *commitRequest) (err error) {
	if req.code != nil {
		req.link, err = s.links.Enter(ctx, caller, req.convoID, *req.code)
	}
	return err
}

// groupInfoOfLink returns the GroupInfo to an account that may join by a link.
func (s *Service) groupInfoOfLink(ctx context.Context, caller xrpc.Caller, link *links.Link) (*gen.GetGroupInfoOutput, error) {
	if err := s.links.PayGroupInfo(ctx, caller, link); err != nil {
		return nil, err
	}
	g, err := db.New(s.Pool).GroupInfoOfLink(ctx, link.CodeHash)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, links.InvalidCode() // the link was removed between the two queries
	}
	if err != nil {
		return nil, fmt.Errorf("read GroupInfo: %w", err)
	}
	s.links.Turns.Begin(link.ConvoID, caller.DID, s.Now())
	return groupInfoOutput(db.CurrentGroupInfoRow(g))
}

// groupOf reads the group that a commit was made in: for a member, or for an account
// that joins by a link.
func (s *Service) groupOf(ctx context.Context, caller string, req *commitRequest, epoch int64) (*storedGroup, error) {
	if req.link == nil {
		return s.groupInEpoch(ctx, req.convoID, caller, epoch)
	}
	row, err := db.New(s.Pool).GroupInfoOfLink(ctx, req.link.CodeHash)
	return groupOfRow(db.CurrentGroupInfoRow(row), err, epoch)
}

// lostByLink answers an account that lost the race of a join by a link. It is no member,
// so it sees no commits. It gets the GroupInfo again when its turn has come.
func (s *Service) lostByLink(req *commitRequest, conflict *epochConflict) *commitOutput {
	wait := max(conflict.wait, s.links.Turns.Take(req.convoID, s.Now()))
	return &commitOutput{NewEpoch: conflict.current, RetryAfterMs: new(max(1, wait.Milliseconds()))}
}

// lock locks the conversation's row, for a member or for an account that joins by a
// link.
func (c *commitTx) lock(ctx context.Context) (known bool, err error) {
	if c.req.link == nil {
		return c.handshake.lock(ctx)
	}
	row, err := c.handshake.q.LockConvoOfLink(ctx, c.req.link.CodeHash)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, links.InvalidCode()
	}
	if err != nil {
		return false, fmt.Errorf("lock conversation: %w", err)
	}
	c.handshake.convo = db.LockConvoRow(row)
	return true, nil
}

// requireEntry requires a member, or an account that may join by its link now. If the
// account has become a member meanwhile, its commit is of a past epoch. leaveConvo ends
// memberships and begins none, so no account accepts by it.
func (c *commitTx) requireEntry(ctx context.Context) error {
	h, link := c.handshake, c.req.link
	switch {
	case link == nil && c.req.method == gen.MethodLeaveConvo:
		return h.requireMember(ctx)
	case link == nil:
		return h.requireOrAccept(ctx)
	}
	m, err := h.q.MembershipState(ctx, h.convoID, h.caller)
	if err != nil {
		return fmt.Errorf("read membership: %w", err)
	}
	if m.Active || m.Request {
		return &epochConflict{framing: c.parsed.epoch, current: h.convo.Epoch}
	}
	return c.links.Confirm(ctx, h.q, link, h.caller)
}

// waitsByLink returns err. An account that joins by a link waits for its turn where a
// member gets the error of the conversation's rate.
func (req *commitRequest) waitsByLink(err error, framing, current int64) error {
	if req.link != nil && errors.Is(err, convo.ErrRateUsedUp) {
		return &epochConflict{framing: framing, current: current, wait: time.Second}
	}
	return err
}

// planLinkJoin begins the membership of the caller. The right is that of the link's
// maker, so the policy does not bound the number of members here.
func (p *planner) planLinkJoin(ctx context.Context) (err error) {
	h := p.handshake
	if p.memberships, err = h.memberships(ctx, []string{h.caller}); err != nil {
		return err
	}
	p.change.joins, p.change.consents = []string{h.caller}, []string{consent.Accepted}
	if p.memberships[h.caller] == convo.PendingRemoval {
		p.change.settled = []string{h.caller}
	}
	n, err := h.q.CountMembers(ctx, h.convoID)
	if err != nil {
		return fmt.Errorf("count members: %w", err)
	}
	if n++; n > limit.MaxMembers {
		return tooManyMembers(n)
	}
	return nil
}
