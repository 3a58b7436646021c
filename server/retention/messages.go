package retention

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// batchBytes is how many bytes of messages one transaction deletes, and at least
// one message. A large message has many rows in the TOAST table.
const batchBytes = 16 << 20

// messages removes application messages after their time.
func (c *round) messages(ctx context.Context) (bool, error) {
	return c.removeOld(ctx, kindMessage, func(q *db.Queries) ([]db.LockOldMessagesRow, error) {
		return q.LockOldMessages(ctx, c.expired(), batch)
	})
}

// proposals removes proposals that the commit of their epoch left out. Every other
// proposal is kept as long as its commit, because a member that catches up needs
// both.
func (c *round) proposals(ctx context.Context) (bool, error) {
	return c.removeOld(ctx, kindProposal, func(q *db.Queries) ([]db.LockOldMessagesRow, error) {
		rows, err := q.LockLapsedProposals(ctx, c.expired(), batch)
		return asOldMessages(rows), err
	})
}

func asOldMessages[R db.LockLapsedProposalsRow | db.ConvoMessagesRow](rows []R) []db.LockOldMessagesRow {
	out := make([]db.LockOldMessagesRow, len(rows))
	for i, r := range rows {
		out[i] = db.LockOldMessagesRow(r)
	}
	return out
}

// removeOld removes a batch of the rows that find locks.
func (c *round) removeOld(ctx context.Context, what string, find func(*db.Queries) ([]db.LockOldMessagesRow, error)) (more bool, err error) {
	var removed int
	err = pgx.BeginFunc(ctx, c.pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		rows, err := find(q)
		if err != nil {
			return fmt.Errorf("find old rows: %w", err)
		}
		removed, err = RemoveMessages(ctx, q, rows, c.now)
		more = len(rows) == batch || removed < len(rows)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("remove %ss: %w", what, err)
	}
	c.metrics.add(what, int64(removed))
	return more, nil
}

// RemoveMessages removes the first of some rows of the messages table: as many as
// batchBytes allows, and at least one. Blobs that no other message names are left
// to be collected. The caller's transaction has locked the rows. Locks are taken
// in the order messages, low-water mark, blobs.
//
// The ids still name positions until the time from now on has passed after which
// removedIDs forgets them.
func RemoveMessages(ctx context.Context, q *db.Queries, rows []db.LockOldMessagesRow, now time.Time) (int, error) {
	var convos []xrpc.ConvoID
	var seqs []int64
	var last lowWater
	size := int64(0)
	for _, r := range rows {
		if size += r.Size; size > batchBytes && len(seqs) > 0 {
			break
		}
		convos, seqs = append(convos, r.ConvoID), append(seqs, r.Seq)
		last.cover(r.Gen, eventlog.Position{Pos: r.Pos, StreamKey: eventlog.StreamKeyOf(r.ConvoID), Seq: r.Seq})
	}
	if len(seqs) == 0 {
		return 0, nil
	}
	blobs, err := q.DetachBlobs(ctx, xrpc.StoredConvoIDs(convos), seqs)
	if err != nil {
		return 0, fmt.Errorf("detach blobs: %w", err)
	}
	if err := q.ForgetLapsed(ctx, xrpc.StoredConvoIDs(convos), seqs); err != nil {
		return 0, fmt.Errorf("forget lapsed proposals: %w", err)
	}
	if err := q.RemoveMessages(ctx, now, xrpc.StoredConvoIDs(convos), seqs); err != nil {
		return 0, err
	}
	if err := last.raise(ctx, q); err != nil {
		return 0, err
	}
	return len(seqs), releaseBlobs(ctx, q, blobs)
}

// removedIDs forgets the ids of messages that were removed as long ago as messages
// are kept.
func (c *round) removedIDs(ctx context.Context) (more bool, err error) {
	n, err := db.New(c.pool).ForgetRemoved(ctx, c.expired(), batch)
	return c.counted(kindMessageID, n, err)
}

// releaseBlobs leaves blobs to be collected unless another message still names
// them.
func releaseBlobs(ctx context.Context, q *db.Queries, blobs []db.DetachBlobsRow) error {
	if len(blobs) == 0 {
		return nil
	}
	var dids, cids []string
	for _, b := range blobs {
		dids, cids = append(dids, b.OwnerDid), append(cids, b.Cid)
	}
	if err := q.LockBlobs(ctx, dids, cids); err != nil {
		return fmt.Errorf("lock blobs: %w", err)
	}
	if err := q.ReleaseBlobs(ctx, dids, cids); err != nil {
		return fmt.Errorf("release blobs: %w", err)
	}
	return nil
}
