package server

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
	"catbird.blue/mls/gen"
)

const (
	// maxSingle is how many messages go by themselves at a time.
	maxSingle = 4
	// maxTogether is how many messages one transaction stores at most.
	maxTogether = 64
	// maxRuns is how many goroutines store what waits.
	maxRuns = 2
	// patience is how long each of them waits for messages that go by
	// themselves after all.
	patience = 5 * time.Millisecond
	// togetherTime bounds such a transaction, which waits for nobody.
	togetherTime = 10 * time.Second
)

// sendQueue stores application messages. A few at a time go by themselves, one
// statement each: the shortest way for a message. Where more come they gather
// while others are stored, and one transaction stores many, which then share
// one commit to disk.
//
// Such a transaction waits for no conversation. It takes those that nobody
// holds, and leaves the messages of others to go by themselves: one that is
// held up does not hold up others, and there is no deadlock.
type sendQueue struct {
	pool *pgxpool.Pool
	// single is how many may go by themselves, and least how many at least
	// are stored together.
	single, least int

	mu      sync.Mutex
	alone   int // messages that go by themselves
	runs    int // goroutines that store what waits
	waiting []*queuedSend
}

func newSendQueue(pool *pgxpool.Pool) *sendQueue {
	return &sendQueue{pool: pool, single: maxSingle, least: 2}
}

// queuedSend is a message that waits for its outcome.
type queuedSend struct {
	*outgoing
	ctx  context.Context
	done chan struct{}
	out  *gen.SendMessageOutput
	err  error
}

func (j *queuedSend) finish(out *gen.SendMessageOutput, err error) {
	j.out, j.err = out, err
	close(j.done)
}

// send stores a message. errStale says that others were faster twice.
func (q *sendQueue) send(ctx context.Context, m *outgoing) (*gen.SendMessageOutput, error) {
	q.mu.Lock()
	if q.alone < q.single && q.runs == 0 {
		q.alone++
		q.mu.Unlock()
		defer func() {
			q.mu.Lock()
			q.alone--
			q.mu.Unlock()
		}()
		return q.sendAlone(ctx, m)
	}
	j := &queuedSend{outgoing: m, ctx: ctx, done: make(chan struct{})}
	q.waiting = append(q.waiting, j)
	if q.runs < maxRuns {
		q.runs++
		go q.run()
	}
	q.mu.Unlock()
	select {
	case <-j.done:
		return j.out, j.err
	case <-ctx.Done(): // the message may be stored, or not
		return nil, fmt.Errorf("send message: %w", ctx.Err())
	}
}

func (q *sendQueue) sendAlone(ctx context.Context, m *outgoing) (*gen.SendMessageOutput, error) {
	dbq := db.New(q.pool)
	out, _, err := m.send(ctx, dbq)
	if errors.Is(err, errStale) {
		out, _, err = m.send(ctx, dbq)
	}
	return out, err
}

// run stores what waits until nothing does.
func (q *sendQueue) run() {
	for {
		q.mu.Lock()
		n := min(len(q.waiting), maxTogether)
		jobs := slices.Clone(q.waiting[:n])
		q.waiting = slices.Delete(q.waiting, 0, n)
		if n == 0 {
			q.runs--
		}
		q.mu.Unlock()
		if n == 0 {
			return
		}
		q.store(jobs)
	}
}

// store stores messages, but those whose callers are gone. While it does,
// others gather: so it waits for those that go by themselves, too, but not for
// long, since they may be held up.
func (q *sendQueue) store(jobs []*queuedSend) {
	jobs = slices.DeleteFunc(jobs, func(j *queuedSend) bool { return j.ctx.Err() != nil })
	if len(jobs) >= q.least {
		jobs = q.together(jobs)
	}
	enough := time.NewTimer(patience)
	defer enough.Stop()
	for _, j := range jobs {
		go func() { j.finish(q.sendAlone(j.ctx, j.outgoing)) }()
	}
	for _, j := range jobs {
		select {
		case <-j.done:
		case <-enough.C:
			return
		}
	}
}

// together stores messages in one transaction, and gives those that are to go
// by themselves: where their conversations are held by others, where the sender
// is no member, and all where one fails, since none is stored then.
func (q *sendQueue) together(jobs []*queuedSend) (rest []*queuedSend) {
	ctx, cancel := context.WithTimeout(context.Background(), togetherTime)
	defer cancel()
	var taken []*queuedSend
	ran := false
	err := pgx.BeginFunc(ctx, q.pool, func(tx pgx.Tx) error {
		dbq := db.New(tx)
		free, err := dbq.LockFreeConvos(ctx, alike(jobs, func(j *queuedSend) string { return j.ConvoID }), alike(jobs, func(j *queuedSend) string { return j.Did }))
		if err != nil {
			return err
		}
		for _, j := range jobs {
			if _, found := slices.BinarySearch(free, j.ConvoID); found {
				taken = append(taken, j)
			} else {
				rest = append(rest, j)
			}
		}
		if err := sendAll(ctx, tx, taken); err != nil {
			return err
		}
		ran = true
		return nil
	})
	if !ran {
		return jobs
	}
	for _, j := range taken {
		if err != nil { // the commit failed, or nobody knows
			j.out, j.err = nil, fmt.Errorf("send messages: %w", err)
		}
		j.finish(j.out, j.err)
	}
	return rest
}

// sendAll runs the one statement for each of some messages, in one round trip.
// The error is a statement's that failed.
func sendAll(ctx context.Context, tx pgx.Tx, jobs []*queuedSend) error {
	asked := &questions{}
	for _, j := range jobs {
		if _, err := db.New(asked).SendMessage(ctx, db.SendMessageParams(*j.outgoing)); !errors.Is(err, errNotAsked) {
			return err
		}
	}
	results := tx.SendBatch(ctx, &asked.batch)
	q := db.New(answers{results: results})
	for _, j := range jobs {
		row, err := q.SendMessage(ctx, db.SendMessageParams(*j.outgoing))
		if err != nil {
			return errors.Join(err, results.Close())
		}
		j.out, _, j.err = j.outcome(row, nil)
	}
	return results.Close()
}
