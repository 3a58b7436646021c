package messages

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/xrpc"
)

const (
	// maxSingles bounds how many callers store their message in a statement of
	// its own at the same time.
	maxSingles = 4
	// maxBatch bounds the messages of a batch, and maxBatchBytes their ciphertexts
	// together. A larger message is a batch of its own.
	maxBatch, maxBatchBytes = 64, 1 << 20
	// batchWait bounds how long the worker waits for sends that fell out of its
	// batch before it starts the next one.
	batchWait = 5 * time.Millisecond
	// batchTimeout bounds the statement of a batch, which waits for no lock on a
	// conversation.
	batchTimeout = 10 * time.Second
)

// sendQueue stores application messages. While few are under way, each is single:
// one statement stores it, which is the fastest way. Further messages are queued
// meanwhile, and a worker stores them in batches of one statement each, so that the
// messages of a batch share one flush of the write-ahead log, and those of a
// conversation one update of its row. There is one worker: a second one would find
// conversations locked by the first, and the batches of both would be smaller.
//
// The statement of a batch waits for no lock on a conversation: it stores the
// messages of conversations that it can lock at once. Of every other conversation
// one message is sent single, and the others stay blocked until that send ends. So
// a locked conversation delays no other one, and uses one connection at most.
type sendQueue struct {
	pool *pgxpool.Pool
	// maxSingles and minBatch are the constant and 2, but for tests. Fewer messages
	// than minBatch are sent single.
	maxSingles, minBatch int

	mu      sync.Mutex
	singles int  // callers that store their message themselves
	working bool // the worker runs
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
	if q.singles < q.maxSingles && !q.working {
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

// startWorkerLocked starts the worker if messages are queued and it does not run. The
// caller holds mu.
func (q *sendQueue) startWorkerLocked() {
	if !q.working && len(q.queued) > 0 {
		q.working = true
		go q.work()
	}
}

// work stores queued messages until none is left.
func (q *sendQueue) work() {
	for {
		q.mu.Lock()
		batch := q.takeLocked()
		if len(batch) == 0 {
			q.working = false
		}
		q.mu.Unlock()
		if len(batch) == 0 {
			return
		}
		q.storeBatch(batch)
	}
}

// takeLocked takes the messages of the next batch from the queue. The caller holds mu.
func (q *sendQueue) takeLocked() []*queuedSend {
	n, size := 0, 0
	for n < min(len(q.queued), maxBatch) {
		size += len(q.queued[n].Ciphertext)
		if n > 0 && size > maxBatchBytes {
			break
		}
		n++
	}
	batch := slices.Clone(q.queued[:n])
	q.queued = slices.Delete(q.queued, 0, n)
	return batch
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
