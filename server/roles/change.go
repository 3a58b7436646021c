package roles

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

// changeTx is the transaction of a call that changes who may do what in one
// conversation. The conversation's row is locked.
type changeTx struct {
	q       *db.Queries
	convoID xrpc.ConvoID
	caller  string
	// admin says that the caller is an admin.
	admin bool
	now   time.Time
	// mayWrite refuses the change while the storage is full. A lock does not ask it:
	// it ends what fills the storage.
	mayWrite func() error
	// convo is the conversation's row, as it was read under the lock.
	convo db.LockConvoRow
	// told says that events were logged.
	told bool
}

// change runs fn in the transaction of a member's call, and notifies the instances
// of the events that it logged.
func (s *Service) change(ctx context.Context, caller xrpc.Caller, convoID xrpc.ConvoID, fn func(*changeTx) error) error {
	var c *changeTx
	err := s.InTx(ctx, func(tx pgx.Tx) error {
		c = &changeTx{
			q: db.New(tx), convoID: convoID, caller: caller.DID, now: s.Timestamp(),
			mayWrite: func() error { return s.MayWrite(ctx, caller) },
		}
		if err := c.begin(ctx); err != nil {
			return err
		}
		return fn(c)
	})
	if err != nil {
		return err
	}
	if c.told {
		s.Notify(string(convoID))
	}
	return nil
}

// begin locks the conversation and requires that the caller is a member.
func (c *changeTx) begin(ctx context.Context) (err error) {
	c.convo, err = c.q.LockConvo(ctx, c.convoID, c.caller)
	if errors.Is(err, pgx.ErrNoRows) {
		return convo.NotFound()
	}
	if err != nil {
		return fmt.Errorf("lock conversation: %w", err)
	}
	c.admin, err = convo.MemberRole(ctx, c.q, c.convoID, c.caller)
	return err
}

// requireAdmin refuses a caller that is no admin, every change of a locked
// conversation, and one while the storage is full. what says in the error what the
// caller would do.
func (c *changeTx) requireAdmin(what string) error {
	switch {
	case !c.admin:
		return convo.AdminsOnly(what)
	case c.convo.LockedAt != nil:
		return convo.Locked()
	}
	return c.mayWrite()
}

// tell logs the events of a change.
func (c *changeTx) tell(ctx context.Context, events *convo.Events) error {
	_, err := events.Store(ctx, c.q, c.convoID, c.now)
	c.told = true
	return err
}
