package streamtest

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/xrpc"
)

// Ledger records which message numbers senders got and which messages streams
// delivered. It takes 9 bytes for each message.
type Ledger struct {
	mu     sync.Mutex
	convos map[xrpc.ConvoID]*numbers
	// unresolved are messages of which the sender does not know whether they were
	// stored: its connection broke, and then it was no member any more.
	unresolved map[string]bool
}

// numbers are the messages of one conversation; the index is the number minus one.
type numbers struct {
	ids   []uint64
	state []byte
}

// Bits of what is known about a message.
const (
	acknowledged byte = 1 << iota
	wasDelivered
)

// NewLedger makes an empty Ledger.
func NewLedger() *Ledger {
	return &Ledger{convos: map[xrpc.ConvoID]*numbers{}, unresolved: map[string]bool{}}
}

// Acknowledged records that a sender got the number of its message. It returns an
// error if another message had this number before, or if the number was
// acknowledged before.
func (l *Ledger) Acknowledged(convo xrpc.ConvoID, seq int64, id string) error {
	return l.note(convo, seq, id, acknowledged)
}

// AcknowledgedCommit is Acknowledged for a commit: its sender does not know the
// message id.
func (l *Ledger) AcknowledgedCommit(convo xrpc.ConvoID, seq int64) error {
	return l.note(convo, seq, "", acknowledged)
}

// Delivered records that a stream delivered a message. It returns an error if
// another message had this number before.
func (l *Ledger) Delivered(convo xrpc.ConvoID, seq int64, id string) error {
	return l.note(convo, seq, id, wasDelivered)
}

// Unresolved records a message of which the sender does not know whether it was
// stored.
func (l *Ledger) Unresolved(convo xrpc.ConvoID, id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unresolved[string(convo)+"/"+id] = true
}

func (l *Ledger) note(convo xrpc.ConvoID, seq int64, id string, what byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.convos[convo]
	if a == nil {
		a = &numbers{}
		l.convos[convo] = a
	}
	for int64(len(a.ids)) < seq {
		a.ids, a.state = append(a.ids, 0), append(a.state, 0)
	}
	i := seq - 1
	if what == acknowledged && a.state[i]&acknowledged != 0 {
		return fmt.Errorf("message %s/%d was acknowledged twice", convo, seq)
	}
	a.state[i] |= what
	if id == "" {
		return nil
	}
	sum := idSum(id)
	if a.ids[i] == 0 {
		a.ids[i] = sum
	}
	if a.ids[i] != sum {
		return fmt.Errorf("message %s/%d is %q, and was another one before", convo, seq, id)
	}
	return nil
}

// idSum returns a hash of an id; it is not 0.
func idSum(id string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(id))
	return h.Sum64() | 1
}

// Check compares the ledger with the database: every message that was acknowledged
// is stored under its number and was delivered, and every message that is stored
// was acknowledged or is unresolved. Nothing may write to the database meanwhile.
func (l *Ledger) Check(ctx context.Context, pool *pgxpool.Pool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var errs []error
	for convo, a := range l.convos {
		if err := l.check(ctx, pool, convo, a); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (l *Ledger) check(ctx context.Context, pool *pgxpool.Pool, convo xrpc.ConvoID, a *numbers) error {
	rows, err := pool.Query(ctx, `SELECT seq, message_id FROM messages WHERE convo_id = $1 ORDER BY seq`, convo)
	if err != nil {
		return err
	}
	next := int64(1)
	var seq int64
	var stored xrpc.MessageID
	_, err = pgx.ForEachRow(rows, []any{&seq, &stored}, func() error {
		id := string(stored)
		switch {
		case seq != next:
			return fmt.Errorf("message %s/%d is followed by %d", convo, next-1, seq)
		case seq > int64(len(a.ids)) || a.state[seq-1]&acknowledged == 0:
			if !l.unresolved[string(convo)+"/"+id] {
				return fmt.Errorf("message %s/%d was stored, and nobody was told", convo, seq)
			}
		case a.state[seq-1]&wasDelivered == 0:
			return fmt.Errorf("message %s/%d was acknowledged and never delivered", convo, seq)
		case a.ids[seq-1] != idSum(id):
			return fmt.Errorf("message %s/%d is stored as %q, and was told of as another one", convo, seq, id)
		}
		next++
		return nil
	})
	if err == nil && next <= int64(len(a.ids)) {
		err = fmt.Errorf("message %s/%d is not stored; the last one told of is %d", convo, next, len(a.ids))
	}
	return err
}
