package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	eventlog "catbird.blue/mls/server/stream/log"
)

// cleanClosed removes a conversation whose last member left, or a part of a
// large one, under its row. What is in the log goes first, and the row last: so
// whatever remains is still found by the next call.
func (s *Server) cleanClosed(ctx context.Context) (more bool, err error) {
	c := &closedConvo{}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		c.q = db.New(tx)
		row, err := c.q.LockClosedConvo(ctx, s.expired())
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		c.id, c.lastN, more = row.ConvoID, row.LastN, true
		return c.remove(ctx)
	})
	if err != nil {
		return false, fmt.Errorf("remove a closed conversation: %w", err)
	}
	s.removed.add(removedMessages, c.messages)
	s.removed.add(removedEvents, c.events)
	if c.whole {
		s.removed.add(removedConvos, 1)
	}
	return more, nil
}

// closedConvo is a closed conversation that is being removed, inside a
// transaction.
type closedConvo struct {
	q  *db.Queries
	id string
	// lastN is the last event that any member may see.
	lastN int64
	// messages and events count what was removed; whole: nothing is left.
	messages, events int64
	whole            bool
}

// remove removes as much as one transaction may.
func (c *closedConvo) remove(ctx context.Context) error {
	room := int64(cleanBatch)
	for _, part := range []func(ctx context.Context, most int64) (n int64, done bool, err error){
		c.removeMessages, c.removeEvents,
		rowsOf(c.id, c.q.RemoveConvoIDs), rowsOf(c.id, c.q.RemoveConvoRecipients),
		rowsOf(c.id, c.q.RemoveConvoWelcomes), rowsOf(c.id, c.q.RemoveConvoMemberships),
	} {
		n, done, err := part(ctx, room)
		if err != nil {
			return err
		}
		if room -= n; !done || room <= 0 {
			return nil
		}
	}
	c.whole = true
	return c.q.RemoveConvoRest(ctx, c.id)
}

// rowsOf makes a part of a statement that deletes some rows of a conversation.
// Welcomes set the measure.
func rowsOf(id string, remove func(context.Context, string, int64) (int64, error)) func(context.Context, int64) (int64, bool, error) {
	return func(ctx context.Context, most int64) (int64, bool, error) {
		most = min(most, cleanWelcomes)
		n, err := remove(ctx, id, most)
		return n, n < most, err
	}
}

func (c *closedConvo) removeMessages(ctx context.Context, most int64) (int64, bool, error) {
	rows, err := c.q.ConvoMessages(ctx, c.id, most)
	if err != nil {
		return 0, false, err
	}
	n, err := removeMessages(ctx, c.q, alike(rows, func(r db.ConvoMessagesRow) db.LockOldMessagesRow { return db.LockOldMessagesRow(r) }))
	c.messages = int64(n)
	return c.messages, n == len(rows), err
}

// removeEvents raises the floor for what somebody may see: a window ends with
// an event, and what was logged after the last of them is nobody's.
func (c *closedConvo) removeEvents(ctx context.Context, most int64) (int64, bool, error) {
	rows, err := c.q.RemoveConvoEvents(ctx, c.id, most)
	if err != nil {
		return 0, false, err
	}
	var last floor
	for _, r := range rows {
		if r.N <= c.lastN {
			last.cover(r.Gen, eventlog.Position{Pos: r.Pos, StreamKey: r.Lane, Seq: r.Seq, N: r.N})
		}
	}
	c.events = int64(len(rows))
	return c.events, true, last.raise(ctx, c.q)
}
