package links

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/xrpc"
)

// Service has the methods of the API about links.
type Service struct {
	*convo.Base
	access *Access
}

// New makes the service. access is shared with server/group.
func New(b *convo.Base, access *Access) *Service { return &Service{b, access} }

// manageTx is the transaction of a member that manages the links of a conversation.
// The conversation's row is locked.
type manageTx struct {
	q       *db.Queries
	convoID xrpc.ConvoID
	caller  string
	now     time.Time
	convo   db.LockConvoRow
	// told says that events were logged.
	told bool
}

// manage runs fn in the transaction of a member that has the right to make links. grows
// says that the call adds something, which a locked conversation and a full storage
// refuse.
func (s *Service) manage(ctx context.Context, caller xrpc.Caller, convoID xrpc.ConvoID, grows bool, fn func(*manageTx) error) error {
	if grows {
		if err := s.MayWrite(ctx, caller); err != nil {
			return err
		}
	}
	var m *manageTx
	err := s.InTx(ctx, func(tx pgx.Tx) error {
		m = &manageTx{q: db.New(tx), convoID: convoID, caller: caller.DID, now: s.Timestamp()}
		if err := m.begin(ctx); err != nil {
			return err
		}
		if grows && m.convo.LockedAt != nil {
			return convo.Locked()
		}
		return fn(m)
	})
	if err == nil && m.told {
		s.Notify(string(convoID))
	}
	return err
}

// begin locks the conversation, and requires a member with the right to make links.
func (m *manageTx) begin(ctx context.Context) (err error) {
	m.convo, err = m.q.LockConvo(ctx, m.convoID, m.caller)
	if errors.Is(err, pgx.ErrNoRows) {
		return convo.NotFound()
	}
	if err != nil {
		return fmt.Errorf("lock conversation: %w", err)
	}
	return requireRight(ctx, m.q, m.convoID, m.caller)
}

// requireRight requires a member with the right to make links.
func requireRight(ctx context.Context, q *db.Queries, convoID xrpc.ConvoID, did string) error {
	admin, err := convo.MemberRole(ctx, q, convoID, did)
	if err != nil || admin {
		return err
	}
	adminsOnly, err := q.OnlyAdminsMakeLinks(ctx, convoID)
	switch {
	case err != nil:
		return fmt.Errorf("read policy: %w", err)
	case adminsOnly:
		return convo.AdminsOnly("make and manage links")
	}
	return nil
}
