package retention

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// welcomeBatch is batch for Welcomes, which are large.
const welcomeBatch = 50

// events removes events for one account after their time.
func (c *Cleaner) events(ctx context.Context) (bool, error) {
	n := 0
	err := pgx.BeginFunc(ctx, c.pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		rows, err := q.RemoveOldEvents(ctx, c.expired(), batch)
		if err != nil {
			return err
		}
		n = len(rows)
		var last lowWater
		for _, r := range rows {
			last.cover(r.Gen, eventlog.Position{Pos: r.Pos, StreamKey: eventlog.StreamKey(r.StreamKey), Seq: r.Seq, N: r.N})
		}
		return last.raise(ctx, q)
	})
	if err != nil {
		return false, fmt.Errorf("remove events: %w", err)
	}
	c.metrics.add(kindEvent, int64(n))
	return n == batch, nil
}

// endedWelcomes removes Welcomes some time after they ended. A Welcome that is still
// open is kept: a device that comes back after a year can join by it and follow
// the commits since.
func (c *Cleaner) endedWelcomes(ctx context.Context) (bool, error) {
	n := 0
	err := pgx.BeginFunc(ctx, c.pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		rows, err := q.RemoveEndedRecipients(ctx, c.expired(), welcomeBatch)
		if n = len(rows); err != nil || n == 0 {
			return err
		}
		var convos []xrpc.ConvoID
		var seqs []int64
		for _, r := range rows {
			convos, seqs = append(convos, r.ConvoID), append(seqs, r.Seq)
		}
		if err := q.LockWelcomes(ctx, xrpc.StoredConvoIDs(convos), seqs); err != nil {
			return err
		}
		return q.RemoveEmptyWelcomes(ctx, xrpc.StoredConvoIDs(convos), seqs)
	})
	if err != nil {
		return false, fmt.Errorf("remove Welcomes: %w", err)
	}
	c.metrics.add(kindRecipient, int64(n))
	return n == welcomeBatch, nil
}
