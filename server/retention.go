package server

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	eventlog "catbird.blue/mls/server/stream/log"
)

const (
	// cleanBytes is about how many bytes of messages one transaction deletes:
	// a large one has many rows of its own.
	cleanBytes = 16 << 20
	// cleanWelcomes is cleanBatch for Welcomes, which are large.
	cleanWelcomes = 50
)

// expired is the moment before which what goes by its age goes.
func (s *Server) expired() time.Time { return s.now().Add(-s.messageTTL) }

// cleanMessages removes application messages after their time.
func (s *Server) cleanMessages(ctx context.Context) (bool, error) {
	return s.cleanOld(ctx, removedMessages, func(q *db.Queries) ([]db.LockOldMessagesRow, error) {
		return q.LockOldMessages(ctx, s.expired(), cleanBatch)
	})
}

// cleanProposals removes proposals that the commit of their epoch left out.
// Every other one is kept for as long as its commit: members that come later
// need it to follow.
func (s *Server) cleanProposals(ctx context.Context) (bool, error) {
	return s.cleanOld(ctx, removedProposals, func(q *db.Queries) ([]db.LockOldMessagesRow, error) {
		rows, err := q.LockLapsedProposals(ctx, s.expired(), cleanBatch)
		return alike(rows, func(r db.LockLapsedProposalsRow) db.LockOldMessagesRow { return db.LockOldMessagesRow(r) }), err
	})
}

func (s *Server) cleanOld(ctx context.Context, what string, find func(*db.Queries) ([]db.LockOldMessagesRow, error)) (more bool, err error) {
	var removed int
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		rows, err := find(q)
		if err != nil {
			return fmt.Errorf("find old rows: %w", err)
		}
		removed, err = removeMessages(ctx, q, rows)
		more = len(rows) == cleanBatch || removed < len(rows)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("remove %ss: %w", what, err)
	}
	s.removed.add(what, int64(removed))
	return more, nil
}

// removeMessages removes the first of some rows of the messages table, as many
// as cleanBytes allows and one at least, with what hangs on them: blobs that no
// other message names are left to be collected. The caller's transaction keeps
// others from these rows. Locks are taken in the order messages, floor, blobs.
func removeMessages(ctx context.Context, q *db.Queries, rows []db.LockOldMessagesRow) (int, error) {
	var convos []string
	var seqs []int64
	var last floor
	size := int64(0)
	for _, r := range rows {
		if size += r.Size; size > cleanBytes && len(seqs) > 0 {
			break
		}
		convos, seqs = append(convos, r.ConvoID), append(seqs, r.Seq)
		last.cover(r.Gen, eventlog.Position{Pos: r.Pos, StreamKey: r.ConvoID, Seq: r.Seq})
	}
	if len(seqs) == 0 {
		return 0, nil
	}
	blobs, err := q.DetachBlobs(ctx, convos, seqs)
	if err != nil {
		return 0, fmt.Errorf("detach blobs: %w", err)
	}
	if err := q.ForgetLapsed(ctx, convos, seqs); err != nil {
		return 0, fmt.Errorf("forget lapsed proposals: %w", err)
	}
	if err := q.RemoveMessages(ctx, convos, seqs); err != nil {
		return 0, err
	}
	if err := last.raise(ctx, q); err != nil {
		return 0, err
	}
	return len(seqs), releaseBlobs(ctx, q, blobs)
}

// releaseBlobs leaves blobs to be collected unless another message names them.
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

// floor is the last of rows of the log that a transaction removes; the zero
// floor is none.
type floor struct {
	gen int64
	at  eventlog.Position
}

func (f *floor) cover(gen int64, at eventlog.Position) {
	if gen > f.gen || gen == f.gen && at.Compare(f.at) > 0 {
		f.gen, f.at = gen, at
	}
}

// raise makes cursors before the floor outdated. Rows of older generations are
// history: no cursor is of theirs.
func (f *floor) raise(ctx context.Context, q *db.Queries) error {
	if f.gen == 0 {
		return nil
	}
	if err := q.RaiseFloor(ctx, db.RaiseFloorParams{Gen: f.gen, Pos: f.at.Pos, Lane: f.at.StreamKey, Seq: f.at.Seq, N: f.at.N}); err != nil {
		return fmt.Errorf("raise the log's floor: %w", err)
	}
	return nil
}

// cleanEvents removes events for one account after their time.
func (s *Server) cleanEvents(ctx context.Context) (bool, error) {
	n := 0
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		rows, err := q.RemoveOldEvents(ctx, s.expired(), cleanBatch)
		if err != nil {
			return err
		}
		n = len(rows)
		var last floor
		for _, r := range rows {
			last.cover(r.Gen, eventlog.Position{Pos: r.Pos, StreamKey: r.Lane, Seq: r.Seq, N: r.N})
		}
		return last.raise(ctx, q)
	})
	if err != nil {
		return false, fmt.Errorf("remove events: %w", err)
	}
	s.removed.add(removedEvents, int64(n))
	return n == cleanBatch, nil
}

// cleanEndedWelcomes removes Welcomes after the time that follows their end. An
// open one has no such time: a device that comes back after a year can still
// join by it, and follow the commits since.
func (s *Server) cleanEndedWelcomes(ctx context.Context) (bool, error) {
	n := 0
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		q := db.New(tx)
		rows, err := q.RemoveEndedRecipients(ctx, s.expired(), cleanWelcomes)
		if n = len(rows); err != nil || n == 0 {
			return err
		}
		var convos []string
		var seqs []int64
		for _, r := range rows {
			convos, seqs = append(convos, r.ConvoID), append(seqs, r.Seq)
		}
		if err := q.LockWelcomes(ctx, convos, seqs); err != nil {
			return err
		}
		return q.RemoveEmptyWelcomes(ctx, convos, seqs)
	})
	if err != nil {
		return false, fmt.Errorf("remove Welcomes: %w", err)
	}
	s.removed.add(removedRecipients, int64(n))
	return n == cleanWelcomes, nil
}
