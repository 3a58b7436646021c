package links

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/follows"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// Values of joinRule.
const (
	ruleAnyone   = "anyone"
	ruleFollowed = "followedByAdmin"
)

// How an account stands to a link. Pending, approved and rejected are also the states of
// a request to join.
const (
	statusNone     = "none"
	statusPending  = "pending"
	statusApproved = "approved"
	statusRejected = "rejected"
	statusMember   = "member"
)

// Access decides whether an account may join by a code.
type Access struct {
	base *convo.Base
	// Turns spreads the accounts that join at the same time.
	Turns *Turns
}

// NewAccess makes an Access.
func NewAccess(b *convo.Base) *Access { return &Access{base: b, Turns: newTurns()} }

// Link is a link, as an account sees it that has its code.
type Link struct {
	db.LinkAccessRow
	follows follows.Relationships
}

// InvalidCode answers an account that may know nothing of a link, whatever the reason
// is.
func InvalidCode() *xrpc.Error {
	return gen.Errorf(gen.ErrInvalidCode, "code: is not one by which this account can join")
}

// followRequired answers an account that the link is not for.
func followRequired() *xrpc.Error {
	return gen.Errorf(gen.ErrFollowRequired, "the link is for accounts that an admin of the conversation follows; if one does, try again in some seconds")
}

// hash returns the hash of a code, which is stored in place of the code.
func hash(code string) []byte {
	sum := sha256.Sum256([]byte(code))
	return sum[:]
}

// find returns the link of a code. An account that cannot join by it, for a reason that
// it may not learn, gets InvalidCode. That counts as a wrong code; an account that has
// tried too many gets the error of that limit for any code.
func (a *Access) find(ctx context.Context, caller xrpc.Caller, code string) (*Link, error) {
	payment, err := a.base.Pay(ctx, caller, limit.WrongCodes, 1)
	if err != nil {
		return nil, err
	}
	link, err := a.read(ctx, db.New(a.base.Pool), caller.DID, hash(code))
	if err == nil && !link.Member && (!link.Open || !link.Welcome || a.blocked(ctx, link, caller.DID)) {
		err = InvalidCode()
	}
	if !isInvalidCode(err) {
		payment.GiveBack(ctx)
	}
	if err != nil {
		return nil, err
	}
	return link, nil
}

func (a *Access) read(ctx context.Context, q *db.Queries, did string, codeHash []byte) (*Link, error) {
	row, err := q.LinkAccess(ctx, did, codeHash)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, InvalidCode()
	}
	if err != nil {
		return nil, fmt.Errorf("read link: %w", err)
	}
	return &Link{row, a.base.Follows}, nil
}

// blocked reports whether the AppView knows of a block between the account and the
// maker of the link.
func (a *Access) blocked(ctx context.Context, link *Link, did string) bool {
	return a.base.Follows.Of(ctx, did, []string{link.MakerDid})[link.MakerDid].Blocks
}

// checkRule refuses an account that the link is not for. It lets the AppView be asked
// about the admins.
func (a *Access) checkRule(ctx context.Context, q *db.Queries, link *Link, did string) error {
	if link.JoinRule != ruleFollowed {
		return nil
	}
	admins, err := q.Admins(ctx, link.ConvoID)
	if err != nil {
		return fmt.Errorf("read admins: %w", err)
	}
	a.base.Follows.Of(ctx, did, admins)
	return link.checkFollowed(did, admins)
}

// checkFollowed requires that one of the admins is known to follow the account.
func (l *Link) checkFollowed(did string, admins []string) error {
	for _, r := range l.follows.Known(did, admins) {
		if r.FollowedBy {
			return nil
		}
	}
	return followRequired()
}

// Enter returns the link by which an account that is no member may join now. For a
// member, which needs no link, it returns nil.
func (a *Access) Enter(ctx context.Context, caller xrpc.Caller, convoID xrpc.ConvoID, code string) (*Link, error) {
	q := db.New(a.base.Pool)
	m, err := q.MembershipState(ctx, convoID, caller.DID)
	if err != nil {
		return nil, fmt.Errorf("read membership: %w", err)
	}
	if m.Active || m.Request {
		return nil, nil
	}
	link, err := a.find(ctx, caller, code)
	if err != nil {
		return nil, err
	}
	if link.ConvoID != convoID {
		return nil, a.CountWrong(ctx, caller, InvalidCode())
	}
	if err := a.checkRule(ctx, q, link, caller.DID); err != nil {
		return nil, err
	}
	return link, link.checkState()
}

// checkState requires the approval that the link requires, and a conversation that is
// not locked.
func (l *Link) checkState() error {
	switch {
	case l.RequireApproval && (l.Request != statusApproved || !l.RequestOfLink):
		return xrpc.Errorf(http.StatusForbidden, gen.ErrApprovalRequired, "the link requires an approval, which this account does not have: ask for it by requestJoin")
	case l.Locked:
		return convo.Locked()
	}
	return nil
}

// Confirm decides Enter again in the transaction of the join, which has the lock of the
// conversation. What is known of follows was asked for by Enter.
func (a *Access) Confirm(ctx context.Context, q *db.Queries, l *Link, did string) error {
	now, err := a.read(ctx, q, did, l.CodeHash)
	if err != nil {
		return err
	}
	if !now.Open || !now.Welcome {
		return InvalidCode()
	}
	if now.JoinRule == ruleFollowed {
		admins, err := q.Admins(ctx, now.ConvoID)
		if err != nil {
			return fmt.Errorf("read admins: %w", err)
		}
		if err := now.checkFollowed(did, admins); err != nil {
			return err
		}
	}
	return now.checkState()
}

// CountWrong counts a wrong code of an account if err is InvalidCode. It returns err, or
// the error of the limit.
func (a *Access) CountWrong(ctx context.Context, caller xrpc.Caller, err error) error {
	if !isInvalidCode(err) {
		return err
	}
	if _, limited := a.base.Pay(ctx, caller, limit.WrongCodes, 1); limited != nil {
		return limited
	}
	return err
}

func isInvalidCode(err error) bool {
	e := (*xrpc.Error)(nil)
	return errors.As(err, &e) && e.Name == gen.ErrInvalidCode
}

// PayGroupInfo takes one of the GroupInfos that an account may get by a link.
func (a *Access) PayGroupInfo(ctx context.Context, caller xrpc.Caller, l *Link) error {
	if a.base.Rates == nil {
		return nil
	}
	return a.base.Rates.Take(ctx, limit.LinkGroupInfos, fmt.Sprintf("%s %x", caller.DID, l.CodeHash), 1)
}

// Use counts the join, and marks the membership that has begun by it.
func (l *Link) Use(ctx context.Context, q *db.Queries, did string, at time.Time) error {
	used, err := q.UseLink(ctx, l.ConvoID, l.CodeHash)
	if err != nil {
		return fmt.Errorf("count the use of a link: %w", err)
	}
	if used == 0 {
		return InvalidCode()
	}
	if err := q.EnterByLink(ctx, at, l.ConvoID, did); err != nil {
		return fmt.Errorf("mark the membership: %w", err)
	}
	return nil
}
