package roles

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/convo"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// LockConvo locks a conversation for the admins.
func (s *Service) LockConvo(ctx context.Context, caller xrpc.Caller, in *gen.LockConvoInput) (*gen.LockConvoOutput, error) {
	view, err := s.setLock(ctx, caller, in.ConvoID, true)
	if err != nil {
		return nil, err
	}
	return &gen.LockConvoOutput{Convo: *view}, nil
}

// UnlockConvo ends the lock of the admins. That of the operator stays.
func (s *Service) UnlockConvo(ctx context.Context, caller xrpc.Caller, in *gen.UnlockConvoInput) (*gen.UnlockConvoOutput, error) {
	view, err := s.setLock(ctx, caller, in.ConvoID, false)
	if err != nil {
		return nil, err
	}
	return &gen.UnlockConvoOutput{Convo: *view}, nil
}

func (s *Service) setLock(ctx context.Context, caller xrpc.Caller, convoID xrpc.ConvoID, locked bool) (view *gen.ConvoView, err error) {
	err = s.change(ctx, caller, convoID, func(c *changeTx) error {
		if !c.admin {
			return convo.AdminsOnly("lock and unlock the conversation")
		}
		l := locks{c.convo.LockedByAdmin, c.convo.LockedByOperator}
		event, err := l.change(ctx, c.q, convoID, locks{locked, l.byOperator})
		if err != nil {
			return err
		}
		if event != nil {
			event.Actor = c.caller
			var events convo.Events
			events.Add(eventlog.KindLock, "", convo.NoEdge, *event)
			if err := c.tell(ctx, &events); err != nil {
				return err
			}
		}
		views, err := convo.Views(ctx, c.q, c.caller, []xrpc.ConvoID{convoID})
		if err != nil {
			return err
		}
		view = &views[0] // the row is locked, so it exists
		return nil
	})
	return view, err
}

// LockByOperator locks or unlocks a conversation for the operator. Unlocking leaves
// the lock of an admin. known is false if there is no such conversation.
func LockByOperator(ctx context.Context, q *db.Queries, convoID xrpc.ConvoID, locked bool, now time.Time) (known bool, err error) {
	row, err := q.LockConvoForOperator(ctx, convoID)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("lock conversation: %w", err)
	}
	l := locks{row.LockedByAdmin, row.LockedByOperator}
	event, err := l.change(ctx, q, convoID, locks{l.byAdmin, locked})
	if err != nil || event == nil {
		return true, err
	}
	var events convo.Events
	events.Add(eventlog.KindLock, "", convo.NoEdge, *event)
	_, err = events.Store(ctx, q, convoID, now)
	return true, err
}

// locks says who has locked a conversation.
type locks struct{ byAdmin, byOperator bool }

func (l locks) status() string { return convo.LockStatus(l.byAdmin, l.byOperator) }

// change stores who has locked the conversation from now on. event is nil where
// members see no change.
func (l locks) change(ctx context.Context, q *db.Queries, convoID xrpc.ConvoID, to locks) (event *eventlog.Body, err error) {
	if l == to {
		return nil, nil
	}
	if err := q.SetLock(ctx, to.byAdmin, to.byOperator, convoID); err != nil {
		return nil, fmt.Errorf("set lock: %w", err)
	}
	if l.status() == to.status() {
		return nil, nil
	}
	return &eventlog.Body{LockStatus: to.status()}, nil
}
