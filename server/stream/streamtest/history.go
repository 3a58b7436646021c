// Package streamtest holds what streams deliver against what the database says
// they should have delivered.
package streamtest

import (
	"fmt"
	"hash/fnv"
	"sync"

	"catbird.blue/mls/gen"
	eventlog "catbird.blue/mls/server/stream/log"
)

// History is what one client has got, over any number of connections. A client
// that resumes from an earlier cursor gives up what it had after it, and has to
// get the very same again.
type History struct {
	// DID is the account of the client.
	DID string
	// Convos are the only conversations it asked for; nil for all.
	Convos []string
	// Keep bounds the memory of a long run: about so many of the newest events
	// are remembered one by one, which is as far as Rewind goes, and of the
	// older ones only what Check needs. 0 for all.
	Keep int

	mu    sync.Mutex
	codec *eventlog.Codec
	began bool
	start eventlog.Position
	// folded is what came before got.
	folded []block
	got    []delivered
	// again is what was given up by resuming earlier.
	again []delivered
	// Infos counts infoEvents by what they say.
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

// block stands for events that are not remembered one by one.
type block struct {
	n    int
	last eventlog.Position
	sum  uint64
}

// sumOf tells one list of positions from another.
func sumOf(list []eventlog.Position) uint64 {
	sum := fnv.New64a()
	for _, p := range list {
		fmt.Fprintf(sum, "%d %s %d %d\n", p.Pos, p.StreamKey, p.Seq, p.N)
	}
	return sum.Sum64()
}

// fold remembers all but the newest Keep events as a block.
func (h *History) fold() {
	n := len(h.got) - h.Keep
	list := make([]eventlog.Position, n)
	for i, d := range h.got[:n] {
		list[i] = d.at
	}
	h.folded = append(h.folded, block{n: n, last: list[n-1], sum: sumOf(list)})
	h.got = append([]delivered(nil), h.got[n:]...)
}

// NewHistory is that of a client which has not connected yet. The codec is that
// of the generation.
func NewHistory(did string, codec *eventlog.Codec) *History {
	return &History{DID: did, codec: codec, infos: map[string]int{}}
}

// Add takes an event in. Its error is the first thing that was wrong: an event
// out of order, a repetition, or one that differs from what the same cursor had
// before.
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
		// A client goes on from its last cursor, whatever event that is of.
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

// last is the position of the newest event.
func (h *History) last() eventlog.Position {
	if n := len(h.got); n > 0 {
		return h.got[n-1].at
	}
	if n := len(h.folded); n > 0 {
		return h.folded[n-1].last
	}
	return h.start
}

// Cursor is the one to resume from, "" where the client has none.
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

// Rewind gives up the newest n events, or as many as are remembered, and gives
// the cursor to resume from.
func (h *History) Rewind(n int) string {
	h.mu.Lock()
	n = min(n, len(h.got))
	keep := len(h.got) - n
	h.again = append(append([]delivered(nil), h.got[keep:]...), h.again...)
	h.got = h.got[:keep]
	h.mu.Unlock()
	return h.Cursor()
}

// Len is how many events of the log it has.
func (h *History) Len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := len(h.got)
	for _, b := range h.folded {
		n += b.n
	}
	return n
}

// Info is how many infoEvents said this.
func (h *History) Info(text string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.infos[text]
}

// Ephemerals is how many signals came.
func (h *History) Ephemerals() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.ephemerals
}

// Err is the first thing that was wrong.
func (h *History) Err() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.err
}

// describe names what an event says, but not its cursor.
func describe(ev gen.ConvoEvent) string {
	switch ev := ev.(type) {
	case *gen.MessageEvent:
		return fmt.Sprintf("message %s/%d %s", ev.Message.ConvoID, ev.Message.Seq, ev.Message.ID)
	case *gen.MembershipChangeEvent:
		return fmt.Sprintf("%s of %s in %s", ev.Action, ev.DID, ev.ConvoID)
	case *gen.WelcomeEvent:
		return "welcome to " + ev.ConvoID
	case *gen.ReadEvent:
		return fmt.Sprintf("read %s/%d", ev.ConvoID, ev.Seq)
	}
	return ev.EventName()
}

// Told lists what the events said that are remembered, in their order.
func (h *History) Told() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make([]string, len(h.got))
	for i, d := range h.got {
		out[i] = d.what
	}
	return out
}
