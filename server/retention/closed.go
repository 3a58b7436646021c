package retention

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// closedConvos removes one conversation whose last member has left, or a part of a
// large one, while its row is locked. Rows of the log are removed first and the
// conversation's row last, so that the next step finds what remains.
func (c *round) closedConvos(ctx context.Context) (more bool, err error) {
	convo := &closedConvo{now: c.now}
	err = pgx.BeginFunc(ctx, c.pool, func(tx pgx.Tx) error {
		convo.q = db.New(tx)
		row, err := convo.q.LockClosedConvo(ctx, c.expired())
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		convo.id, convo.lastN, more = row.ConvoID, row.LastN, true
		return convo.remove(ctx)
	})
	if err != nil {
		return false, fmt.Errorf("remove a closed conversation: %w", err)
	}
	c.metrics.add(kindMessage, convo.messages)
	c.metrics.add(kindEvent, convo.events)
	if convo.whole {
		c.metrics.add(kindConvo, 1)
	}
	return more, nil
}

// closedConvo is a closed conversation that is being removed, inside a
// transaction.
type closedConvo struct {
	q   *db.Queries
	id  xrpc.ConvoID
	now time.Time
	// lastN is the last event that any member may see.
	lastN int64
	// messages and events count removed rows. whole is set when nothing is left.
	messages, events int64
	whole            bool
}

// remove removes up to one batch.
func (c *closedConvo) remove(ctx context.Context) error {
	room := int64(batch)
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

// rowsOf makes a part of remove of a statement that deletes some rows of a
// conversation. It deletes at most welcomeBatch rows, since some of these
// statements delete Welcomes.
func rowsOf(id xrpc.ConvoID, remove func(context.Context, xrpc.ConvoID, int64) (int64, error)) func(context.Context, int64) (int64, bool, error) {
	return func(ctx context.Context, most int64) (int64, bool, error) {
		most = min(most, welcomeBatch)
		n, err := remove(ctx, id, most)
		return n, n < most, err
	}
}

func (c *closedConvo) removeMessages(ctx context.Context, most int64) (int64, bool, error) {
	rows, err := c.q.ConvoMessages(ctx, c.id, most)
	if err != nil {
		return 0, false, err
	}
	n, err := RemoveMessages(ctx, c.q, asOldMessages(rows), c.now)
	c.messages = int64(n)
	return c.messages, n == len(rows), err
}

// removeEvents removes events and raises the low-water mark to the last of them
// that a member could see. Membership windows end with an event; later events
// have no reader.
func (c *closedConvo) removeEvents(ctx context.Context, most int64) (int64, bool, error) {
	rows, err := c.q.RemoveConvoEvents(ctx, c.id, most)
	if err != nil {
		return 0, false, err
	}
	var last lowWater
	for _, r := range rows {
		if r.N <= c.lastN {
			last.cover(r.Gen, eventlog.Position{Pos: r.Pos, StreamKey: eventlog.StreamKey(r.StreamKey), Seq: r.Seq, N: r.N})
		}
	}
	c.events = int64(len(rows))
	return c.events, true, last.raise(ctx, c.q)
}
