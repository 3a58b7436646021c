package messages

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/xrpc"
)

const (
	// maxSingles bounds how many callers store their message in a statement of
	// its own at the same time.
	maxSingles = 4
	// maxBatch bounds the messages of a batch.
	maxBatch = 64
	// maxWorkers bounds the goroutines that store batches.
	maxWorkers = 2
	// batchWait bounds how long a worker waits for sends that fell out of its
	// batch before it starts the next one.
	batchWait = 5 * time.Millisecond
	// batchTimeout bounds the transaction of a batch, which waits for no lock on a
	// conversation.
	batchTimeout = 10 * time.Second
)

// sendQueue stores application messages. While few are under way, each is single:
// one statement stores it, which is the fastest way. Further messages are queued
// meanwhile, and workers store them in batches of one transaction each, so that the
// messages of a batch share one flush of the write-ahead log.
//
// The transaction of a batch waits for no lock on a conversation: it stores the
// messages of conversations that it can lock at once. Of every other conversation
// one message is sent single, and the others stay blocked until that send ends. So
// a locked conversation delays no other one, and uses one connection at most.
type sendQueue struct {
	pool *pgxpool.Pool
	// maxSingles and minBatch are the constant and 2, but for tests. Fewer messages
	// than minBatch are sent single.
	maxSingles, minBatch int

	mu      sync.Mutex
	singles int // callers that store their message themselves
	workers int
	queued  []*queuedSend
	// blocked has an entry for each conversation in which a message that fell out
	// of a batch is being sent single: the messages that wait for that send.
	blocked map[xrpc.ConvoID][]*queuedSend
	metrics *sendMetrics
}

func newSendQueue(pool *pgxpool.Pool) *sendQueue {
	return &sendQueue{
		pool: pool, maxSingles: maxSingles, minBatch: 2, blocked: map[xrpc.ConvoID][]*queuedSend{}, metrics: newSendMetrics(),
	}
}

// queuedSend is a queued message. out and err are valid when done is closed.
type queuedSend struct {
	*outgoing
	ctx  context.Context
	done chan struct{}
	out  *sentMessage
	err  error
}

func (m *queuedSend) finish(out *sentMessage, err error) {
	m.out, m.err = out, err
	close(m.done)
}

// send stores a message. It returns errStale if the conversation changed during
// both attempts.
func (q *sendQueue) send(ctx context.Context, m *outgoing) (*sentMessage, error) {
	q.mu.Lock()
	if q.singles < q.maxSingles && q.workers == 0 {
		q.singles++
		q.mu.Unlock()
		defer func() {
			q.mu.Lock()
			q.singles--
			q.mu.Unlock()
		}()
		return q.sendSingle(ctx, m)
	}
	queued := &queuedSend{outgoing: m, ctx: ctx, done: make(chan struct{})}
	began := time.Now()
	q.queued = append(q.queued, queued)
	q.startWorkerLocked()
	q.mu.Unlock()
	select {
	case <-queued.done:
		q.metrics.wait.Observe(time.Since(began).Seconds())
		return queued.out, queued.err
	case <-ctx.Done(): // the message may be stored or not
		return nil, fmt.Errorf("send message: %w", ctx.Err())
	}
}

func (q *sendQueue) sendSingle(ctx context.Context, m *outgoing) (*sentMessage, error) {
	q.metrics.single.Inc()
	dbq := db.New(q.pool)
	out, err := m.send(ctx, dbq)
	if errors.Is(err, errStale) {
		out, err = m.send(ctx, dbq)
	}
	return out, err
}

// startWorkerLocked starts a worker if messages are queued and fewer than maxWorkers
// run. The caller holds mu.
func (q *sendQueue) startWorkerLocked() {
	if q.workers < maxWorkers && len(q.queued) > 0 {
		q.workers++
		go q.work()
	}
}

// work stores queued messages until none is left.
func (q *sendQueue) work() {
	for {
		q.mu.Lock()
		n := min(len(q.queued), maxBatch)
		batch := slices.Clone(q.queued[:n])
		q.queued = slices.Delete(q.queued, 0, n)
		if n == 0 {
			q.workers--
		}
		q.mu.Unlock()
		if n == 0 {
			return
		}
		q.storeBatch(batch)
	}
}

// storeBatch stores the messages of a batch whose callers still wait. It waits for
// the messages that are sent single as well, so that more messages are queued for
// the next batch meanwhile; but at most batchWait, since they may wait for a lock.
func (q *sendQueue) storeBatch(batch []*queuedSend) {
	batch = slices.DeleteFunc(batch, func(m *queuedSend) bool { return m.ctx.Err() != nil })
	var singles []*queuedSend
	locked := batch
	if len(batch) >= q.minBatch || q.anyBlocked(batch) {
		singles, locked = q.sendBatch(batch)
	}
	firsts := q.block(locked)
	timeout := time.NewTimer(batchWait)
	defer timeout.Stop()
	for _, m := range singles {
		go func() { m.finish(q.sendSingle(m.ctx, m.outgoing)) }()
	}
	for _, m := range firsts {
		go q.sendFirst(m)
	}
	for _, m := range append(singles, firsts...) {
		select {
		case <-m.done:
		case <-timeout.C:
			return
		}
	}
}

// anyBlocked reports whether the conversation of one of the messages is blocked.
func (q *sendQueue) anyBlocked(batch []*queuedSend) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.ContainsFunc(batch, func(m *queuedSend) bool {
		_, blocked := q.blocked[m.ConvoID]
		return blocked
	})
}

// block blocks the conversations of these messages. It returns the first message of
// each conversation that was not blocked before, for the caller to send with
// sendFirst. The other messages wait in q.blocked.
func (q *sendQueue) block(locked []*queuedSend) (firsts []*queuedSend) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range locked {
		if waiting, blocked := q.blocked[m.ConvoID]; blocked {
			q.blocked[m.ConvoID] = append(waiting, m)
		} else {
			q.blocked[m.ConvoID] = nil
			firsts = append(firsts, m)
		}
	}
	return firsts
}

// sendFirst sends a message single, then unblocks its conversation: the messages
// that waited are the first of the queue again. If the wait for the conversation's
// lock timed out, they fail with the same error, since otherwise each of them would
// wait that long after the one before.
func (q *sendQueue) sendFirst(m *queuedSend) {
	out, err := q.sendSingle(m.ctx, m.outgoing)
	q.mu.Lock()
	waiting := q.blocked[m.ConvoID]
	delete(q.blocked, m.ConvoID)
	if !convo.LockTimedOut(err) {
		q.queued = append(waiting, q.queued...)
		waiting = nil
		q.startWorkerLocked()
	}
	q.mu.Unlock()
	m.finish(out, err)
	for _, w := range waiting {
		w.finish(nil, err)
	}
}

// sendBatch stores messages in one transaction, and returns those that it did not
// store. The conversations of locked are locked by other transactions. singles need
// no lock: their senders are not members, or the conversation does not exist. If a
// statement fails, the transaction stored nothing, and singles has all messages.
func (q *sendQueue) sendBatch(batch []*queuedSend) (singles, locked []*queuedSend) {
	ctx, cancel := context.WithTimeout(context.Background(), batchTimeout)
	defer cancel()
	var taken []*queuedSend
	ran := false
	err := pgx.BeginFunc(ctx, q.pool, func(tx pgx.Tx) error {
		dbq := db.New(tx)
		if err := dbq.EnterConvos(ctx); err != nil {
			return err
		}
		ids := mapSlice(batch, func(m *queuedSend) xrpc.ConvoID { return m.ConvoID })
		convos, err := dbq.LockFreeConvos(ctx, xrpc.StoredConvoIDs(ids), mapSlice(batch, func(m *queuedSend) string { return m.Did }))
		if err != nil {
			return err
		}
		free, member := map[xrpc.ConvoID]bool{}, map[sender]bool{}
		for _, c := range convos {
			free[c.ConvoID] = c.Free
			member[sender{c.ConvoID, c.Did}] = true
		}
		for _, m := range batch {
			switch {
			case !member[sender{m.ConvoID, m.Did}]:
				singles = append(singles, m)
			case free[m.ConvoID]:
				taken = append(taken, m)
			default:
				locked = append(locked, m)
			}
		}
		if err := sendAll(ctx, tx, taken); err != nil {
			return err
		}
		ran = true
		return nil
	})
	if !ran {
		return batch, nil
	}
	q.metrics.batches.Inc()
	q.metrics.batch.Add(float64(len(taken)))
	for _, m := range taken {
		if err != nil { // COMMIT failed, or its answer was lost
			m.out, m.err = nil, fmt.Errorf("send messages: %w", err)
		}
		m.finish(m.out, m.err)
	}
	return singles, locked
}

// sendAll runs the statement of each message, all in one round trip. It returns the
// error of the first statement that failed.
func sendAll(ctx context.Context, tx pgx.Tx, batch []*queuedSend) error {
	var statements convo.Batch
	for _, m := range batch {
		statements.Add(func(q *db.Queries) error {
			row, err := q.SendMessage(ctx, db.SendMessageParams(*m.outgoing))
			if err == nil {
				m.out, m.err = m.outcome(row, nil)
			}
			return err
		})
	}
	return statements.Run(ctx, tx)
}

// sender is an account that sends to a conversation.
type sender struct {
	convoID xrpc.ConvoID
	did     string
}
