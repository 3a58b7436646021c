package messages

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"catbird.blue/mls/db"
	"catbird.blue/mls/xrpc"
)

// sendBatch stores messages with one statement, and returns those that are left. The
// conversations of locked are locked by other transactions, or were changed while the
// statement began. singles are messages whose id another one of the batch has: they
// find it stored. If PostgreSQL refuses the statement, it has stored nothing, and
// singles has all messages.
func (q *sendQueue) sendBatch(batch []*queuedSend) (singles, locked []*queuedSend) {
	ctx, cancel := context.WithTimeout(context.Background(), batchTimeout)
	defer cancel()
	conn, err := q.pool.Acquire(ctx)
	if err != nil {
		return batch, nil
	}
	first, again := splitRepeated(batch)
	rows, err := db.New(conn).SendMessages(ctx, batchParams(first))
	conn.Release()
	var refused *pgconn.PgError
	switch {
	case errors.As(err, &refused) || pgconn.SafeToRetry(err):
		return batch, nil
	case err != nil: // the answer was lost: the messages may be stored
		for _, m := range first {
			m.finish(nil, fmt.Errorf("send messages: %w", err))
		}
		return again, nil
	}
	q.metrics.batches.Inc()
	q.metrics.batch.Add(float64(len(rows)))
	left := make(map[int64]*queuedSend, len(first))
	for i, m := range first {
		left[int64(i)+1] = m
	}
	for _, row := range rows {
		m := left[row.Ord]
		delete(left, row.Ord)
		m.finish(m.batchOutcome(&row))
	}
	for i, m := range first {
		if left[int64(i)+1] != nil {
			locked = append(locked, m)
		}
	}
	return again, locked
}

// splitRepeated splits a batch into the messages that the statement can store together
// and those whose id an earlier message of the same conversation has.
func splitRepeated(batch []*queuedSend) (first, again []*queuedSend) {
	type key struct {
		convo   xrpc.ConvoID
		message xrpc.MessageID
	}
	seen := make(map[key]bool, len(batch))
	for _, m := range batch {
		if k := (key{m.ConvoID, m.MessageID}); seen[k] {
			again = append(again, m)
		} else {
			seen[k] = true
			first = append(first, m)
		}
	}
	return first, again
}

// batchParams returns the arguments of the statement. The messages have no blobs, and
// all have the same PastEpochs, which is a setting.
func batchParams(batch []*queuedSend) db.SendMessagesParams {
	n := len(batch)
	p := db.SendMessagesParams{
		Ords: make([]int64, n), ConvoIds: make([][]byte, n), Dids: make([]string, n), MessageIds: make([][]byte, n), Epochs: make([]int64, n),
		Ciphertexts: make([][]byte, n), ConvoFulls: make([]bool, n), Nows: make([]time.Time, n), PastEpochs: batch[0].PastEpochs,
	}
	for i, m := range batch {
		p.Ords[i] = int64(i) + 1
		p.ConvoIds[i], p.Dids[i], p.MessageIds[i] = m.ConvoID.Stored(), m.Did, m.MessageID.Stored()
		p.Epochs[i], p.Ciphertexts[i], p.ConvoFulls[i], p.Nows[i] = m.Epoch, m.Ciphertext, m.ConvoFull, m.Now
	}
	return p
}

// batchOutcome is outcome for a row of a batch.
func (m *outgoing) batchOutcome(row *db.SendMessagesRow) (*sentMessage, error) {
	if !row.Known {
		return m.outcome(db.SendMessageRow{}, pgx.ErrNoRows)
	}
	return m.outcome(db.SendMessageRow{
		Seq: row.Seq, Active: row.Active, Request: row.Request, Locked: row.Locked, MaySend: row.MaySend,
		CurrentEpoch: row.CurrentEpoch, InWindow: row.InWindow,
		TwinSeq: row.TwinSeq, TwinSame: row.TwinSame, TwinCreatedAt: row.TwinCreatedAt,
	}, nil)
}
