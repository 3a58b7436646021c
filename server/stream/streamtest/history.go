// Package streamtest compares what streams deliver with what they have to deliver
// according to the database.
package streamtest

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/gen"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// History is what one client has got, over any number of connections. A client
// that resumes from an earlier cursor forgets the events after it, and has to get
// the same events again.
type History struct {
	// DID is the account of the client.
	DID string
	// Convos restricts what it asks for to these conversations; nil for all.
	Convos []xrpc.ConvoID
	// Keep bounds the memory of a long run: about so many of the newest events
	// are kept one by one, which is as far as Rewind goes, and of the older ones
	// only what Check needs. 0 keeps all.
	Keep int

	mu    sync.Mutex
	codec *eventlog.Codec
	began bool
	start eventlog.Position
	// folded are the events before got.
	folded []block
	got    []delivered
	// again are the events that were forgotten by resuming earlier.
	again []delivered
	// infos counts infoEvents by their text.
	infos      map[string]int
	ephemerals int
	err        error
}

// delivered is an event of the log as it arrived.
type delivered struct {
	at     eventlog.Position
	cursor string
	what   string
}

// block replaces events that are not kept one by one.
type block struct {
	n    int
	last eventlog.Position
	sum  uint64
}

// sumOf returns a hash of a list of positions.
func sumOf(list []eventlog.Position) uint64 {
	sum := fnv.New64a()
	for _, p := range list {
		fmt.Fprintf(sum, "%d %s %d %d\n", p.Pos, p.StreamKey, p.Seq, p.N)
	}
	return sum.Sum64()
}

// fold replaces all but the newest Keep events by a block.
func (h *History) fold() {
	n := len(h.got) - h.Keep
	list := make([]eventlog.Position, n)
	for i, d := range h.got[:n] {
		list[i] = d.at
	}
	h.folded = append(h.folded, block{n: n, last: list[n-1], sum: sumOf(list)})
	h.got = append([]delivered(nil), h.got[n:]...)
}

// NewHistory makes the history of a client that has not connected yet. The codec
// is that of the generation.
func NewHistory(did string, codec *eventlog.Codec) *History {
	return &History{DID: did, codec: codec, infos: map[string]int{}}
}

// Add adds an event. It returns the first error of the history: an event out of
// order, a repetition, or an event that differs from the one that had the same
// cursor before.
func (h *History) Add(ev gen.ConvoEvent) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.err == nil {
		h.err = h.add(ev)
	}
	return h.err
}

func (h *History) add(ev gen.ConvoEvent) error {
	c, err := h.codec.Decode(ev.EventCursor())
	if err != nil {
		return fmt.Errorf("cursor of %s: %w", ev.EventName(), err)
	}
	switch ev := ev.(type) {
	case *gen.InfoEvent:
		h.infos[ev.Info]++
		if !h.began {
			h.began, h.start = true, c.Position
		}
		return nil
	case *gen.EphemeralEvent:
		// A client resumes from the cursor of its last event of any kind.
		if last := h.last(); c.Compare(last) < 0 {
			return fmt.Errorf("a signal at %v came after %v", c.Position, last)
		}
		h.ephemerals++
		return nil
	}
	if !h.began {
		return fmt.Errorf("%s came before the stream was connected", ev.EventName())
	}
	d := delivered{at: c.Position, cursor: ev.EventCursor(), what: describe(ev)}
	if last := h.last(); d.at.Compare(last) <= 0 {
		return fmt.Errorf("%s at %v came after %v", d.what, d.at, last)
	}
	if len(h.again) > 0 {
		if was := h.again[0]; was != d {
			return fmt.Errorf("replayed %s at %v, where %s at %v had come before", d.what, d.at, was.what, was.at)
		}
		h.again = h.again[1:]
	}
	h.got = append(h.got, d)
	if h.Keep > 0 && len(h.got) >= 2*h.Keep {
		h.fold()
	}
	return nil
}

// last returns the position of the newest event.
func (h *History) last() eventlog.Position {
	if n := len(h.got); n > 0 {
		return h.got[n-1].at
	}
	if n := len(h.folded); n > 0 {
		return h.folded[n-1].last
	}
	return h.start
}

// Cursor returns the cursor to resume from, "" if the client has none.
func (h *History) Cursor() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if n := len(h.got); n > 0 {
		return h.got[n-1].cursor
	}
	if h.began {
		return h.codec.Encode(eventlog.Cursor{Position: h.last()})
	}
	return ""
}

// Rewind forgets the newest n events, or as many as are kept one by one, and
// returns the cursor to resume from.
func (h *History) Rewind(n int) string {
	h.mu.Lock()
	n = min(n, len(h.got))
	keep := len(h.got) - n
	h.again = append(append([]delivered(nil), h.got[keep:]...), h.again...)
	h.got = h.got[:keep]
	h.mu.Unlock()
	return h.Cursor()
}

// Len returns the number of events of the log.
func (h *History) Len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := len(h.got)
	for _, b := range h.folded {
		n += b.n
	}
	return n
}

// Info returns the number of infoEvents with a text.
func (h *History) Info(text string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.infos[text]
}

// Ephemerals returns the number of ephemeral signals.
func (h *History) Ephemerals() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.ephemerals
}

// Err returns the first error, as Add does.
func (h *History) Err() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.err
}

// describe returns the content of an event as text, without its cursor.
func describe(ev gen.ConvoEvent) string {
	switch ev := ev.(type) {
	case *gen.MessageEvent:
		return fmt.Sprintf("message %s/%d %s", ev.Message.ConvoID, ev.Message.Seq, ev.Message.ID)
	case *gen.MembershipChangeEvent:
		return fmt.Sprintf("%s of %s in %s", ev.Action, ev.DID, ev.ConvoID)
	case *gen.WelcomeEvent:
		return "welcome to " + string(ev.ConvoID)
	case *gen.RequestEvent:
		return "request in " + string(ev.ConvoID)
	case *gen.AcceptedEvent:
		return fmt.Sprintf("accepted %s/%d-%d", ev.ConvoID, ev.JoinedSeq, ev.LastSeq)
	case *gen.RequestEndedEvent:
		return "end of the request in " + string(ev.ConvoID)
	case *gen.JoinRequestsEvent:
		return fmt.Sprintf("%d requests to join %s", ev.Pending, ev.ConvoID)
	case *gen.JoinRequestAnsweredEvent:
		return fmt.Sprintf("%s in %s", ev.Status, ev.ConvoID)
	case *gen.ReadEvent:
		return fmt.Sprintf("read %s/%d", ev.ConvoID, ev.Seq)
	}
	return ev.EventName()
}

// Delivered describes the events that are kept one by one, in order.
func (h *History) Delivered() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make([]string, len(h.got))
	for i, d := range h.got {
		out[i] = d.what
	}
	return out
}

// expected reads the positions that the client has to have, in order.
func (h *History) expected(ctx context.Context, pool *pgxpool.Pool) ([]eventlog.Position, error) {
	rows, err := pool.Query(ctx, expectedSQL, h.DID, xrpc.StoredConvoIDs(h.Convos))
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p eventlog.Position, err error) {
		var key []byte
		err = row.Scan(&p.Pos, &key, &p.Seq, &p.N)
		p.StreamKey = eventlog.StreamKey(key)
		return p, err
	})
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	first, _ := slices.BinarySearchFunc(list, h.start, func(p, start eventlog.Position) int {
		return cmp.Or(p.Compare(start), -1) // behind an equal one
	})
	return list[first:], nil
}

func (h *History) check(ctx context.Context, pool *pgxpool.Pool) error {
	if err := h.Err(); err != nil {
		return err
	}
	want, err := h.expected(ctx, pool)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, b := range h.folded {
		n := 0
		for n < len(want) && want[n].Compare(b.last) <= 0 {
			n++
		}
		if n != b.n || sumOf(want[:n]) != b.sum {
			return fmt.Errorf("of the events up to %v, %d came that are not the %d there are", b.last, b.n, n)
		}
		want = want[n:]
	}
	return h.compare(want)
}

// compare compares the kept events with the expected ones; both are in order.
func (h *History) compare(want []eventlog.Position) error {
	var missing []eventlog.Position
	total, got := len(want), h.got
	for len(want) > 0 || len(got) > 0 {
		switch {
		case len(want) == 0 || len(got) > 0 && got[0].at.Compare(want[0]) < 0:
			return fmt.Errorf("%s at %v is not for this account", got[0].what, got[0].at)
		case len(got) == 0 || want[0].Compare(got[0].at) < 0:
			missing = append(missing, want[0])
		default:
			got = got[1:]
		}
		want = want[1:]
	}
	if len(missing) > 0 {
		return fmt.Errorf("%d of %d events are missing, the first at %v", len(missing), total, missing[0])
	}
	return nil
}
