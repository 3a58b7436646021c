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
// holds. Of another one a single message goes by itself, and the rest waits
// behind it: one that is held up holds up no others, neither by locks nor by
// taking all connections.
type sendQueue struct {
	pool *pgxpool.Pool
	// single is how many may go by themselves, and least how many at least
	// are stored together.
	single, least int

	mu      sync.Mutex
	alone   int // messages that go by themselves
	runs    int // goroutines that store what waits
	waiting []*queuedSend
	// behind has the conversations of which a message that was gathered goes
	// by itself, with those that wait for it.
	behind map[xrpc.ConvoID][]*queuedSend
}

func newSendQueue(pool *pgxpool.Pool) *sendQueue {
	return &sendQueue{pool: pool, single: maxSingle, least: 2, behind: map[xrpc.ConvoID][]*queuedSend{}}
}

// queuedSend is a message that waits for its outcome.
type queuedSend struct {
	*outgoing
	ctx  context.Context
	done chan struct{}
	out  *sentMessage
	err  error
}

func (j *queuedSend) finish(out *sentMessage, err error) {
	j.out, j.err = out, err
	close(j.done)
}

// send stores a message. errStale says that others were faster twice.
func (q *sendQueue) send(ctx context.Context, m *outgoing) (*sentMessage, error) {
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
	q.wake()
	q.mu.Unlock()
	select {
	case <-j.done:
		return j.out, j.err
	case <-ctx.Done(): // the message may be stored, or not
		return nil, fmt.Errorf("send message: %w", ctx.Err())
	}
}

func (q *sendQueue) sendAlone(ctx context.Context, m *outgoing) (*sentMessage, error) {
	dbq := db.New(q.pool)
	out, err := m.send(ctx, dbq)
	if errors.Is(err, errStale) {
		out, err = m.send(ctx, dbq)
	}
	return out, err
}

// wake has what waits stored. The caller holds the lock.
func (q *sendQueue) wake() {
	if q.runs < maxRuns && len(q.waiting) > 0 {
		q.runs++
		go q.run()
	}
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
	var rest []*queuedSend
	held := jobs
	if len(jobs) >= q.least || q.anyHeld(jobs) {
		rest, held = q.together(jobs)
	}
	leads := q.lineUp(held)
	enough := time.NewTimer(patience)
	defer enough.Stop()
	for _, j := range rest {
		go func() { j.finish(q.sendAlone(j.ctx, j.outgoing)) }()
	}
	for _, j := range leads {
		go q.lead(j)
	}
	for _, j := range append(rest, leads...) {
		select {
		case <-j.done:
		case <-enough.C:
			return
		}
	}
}

// anyHeld says whether a message goes by itself in a conversation of theirs.
func (q *sendQueue) anyHeld(jobs []*queuedSend) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.ContainsFunc(jobs, func(j *queuedSend) bool {
		_, held := q.behind[j.ConvoID]
		return held
	})
}

// lineUp gives the first message of each conversation, unless one goes by
// itself there already. The others wait behind it.
func (q *sendQueue) lineUp(jobs []*queuedSend) (leads []*queuedSend) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, j := range jobs {
		if line, held := q.behind[j.ConvoID]; held {
			q.behind[j.ConvoID] = append(line, j)
		} else {
			q.behind[j.ConvoID] = nil
			leads = append(leads, j)
		}
	}
	return leads
}

// lead stores a message by itself. Those behind it have their turn then, unless
// the conversation could not be had: they hear the same, where each would have
// waited as long as this one.
func (q *sendQueue) lead(j *queuedSend) {
	out, err := q.sendAlone(j.ctx, j.outgoing)
	q.mu.Lock()
	line := q.behind[j.ConvoID]
	delete(q.behind, j.ConvoID)
	if !convo.LockTimedOut(err) {
		q.waiting = append(line, q.waiting...)
		line = nil
		q.wake()
	}
	q.mu.Unlock()
	j.finish(out, err)
	for _, b := range line {
		b.finish(nil, err)
	}
}

// together stores messages in one transaction, and gives those that are left:
// members' whose conversations others hold, and the rest, which waits for
// nobody. That is where the sender is no member, be there such a conversation or
// not, and all where one fails, since none is stored then.
func (q *sendQueue) together(jobs []*queuedSend) (rest, held []*queuedSend) {
	ctx, cancel := context.WithTimeout(context.Background(), togetherTime)
	defer cancel()
	var taken []*queuedSend
	ran := false
	err := pgx.BeginFunc(ctx, q.pool, func(tx pgx.Tx) error {
		dbq := db.New(tx)
		if err := dbq.EnterConvos(ctx); err != nil {
			return err
		}
		convos, err := dbq.LockFreeConvos(ctx, xrpc.StoredConvoIDs(alike(jobs, func(j *queuedSend) xrpc.ConvoID { return j.ConvoID })), alike(jobs, func(j *queuedSend) string { return j.Did }))
		if err != nil {
			return err
		}
		free, member := map[xrpc.ConvoID]bool{}, map[sender]bool{}
		for _, c := range convos {
			free[c.ConvoID] = c.Free
			member[sender{c.ConvoID, c.Did}] = true
		}
		for _, j := range jobs {
			switch {
			case !member[sender{j.ConvoID, j.Did}]:
				rest = append(rest, j)
			case free[j.ConvoID]:
				taken = append(taken, j)
			default:
				held = append(held, j)
			}
		}
		if err := sendAll(ctx, tx, taken); err != nil {
			return err
		}
		ran = true
		return nil
	})
	if !ran {
		return jobs, nil
	}
	for _, j := range taken {
		if err != nil { // the commit failed, or nobody knows
			j.out, j.err = nil, fmt.Errorf("send messages: %w", err)
		}
		j.finish(j.out, j.err)
	}
	return rest, held
}

// sendAll runs the one statement for each of some messages, in one round trip.
// The error is a statement's that failed.
func sendAll(ctx context.Context, tx pgx.Tx, jobs []*queuedSend) error {
	asked := &questions{}
	for _, j := range jobs {
		_, _ = db.New(asked).SendMessage(ctx, db.SendMessageParams(*j.outgoing)) // errNotAsked
	}
	results := tx.SendBatch(ctx, &asked.batch)
	q := db.New(answers{results: results})
	for _, j := range jobs {
		row, err := q.SendMessage(ctx, db.SendMessageParams(*j.outgoing))
		if err != nil {
			return errors.Join(err, results.Close())
		}
		j.out, j.err = j.outcome(row, nil)
	}
	return results.Close()
}

// sender is an account that sends to a conversation.
type sender struct {
	convoID xrpc.ConvoID
	did     string
}
