package eventlog

import (
	"context"
	"errors"
	"sync"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/stream"
)

// What a feed holds back while it replays, at most.
const (
	maxHeldBytes  = 2 << 20
	maxHeldEvents = 4096
)

// feed is a stream at the hub: what is between the log and a Sink.
//
// It is live, or it replays what its stream missed and holds back what comes
// meanwhile. Where more comes than it may hold, it lets go of all of that and
// replays on to where the hub is then. So nothing is missing and nothing is
// twice, whatever the stream's pace.
type feed struct {
	sink  stream.Sink
	scope map[string]bool // nil for all conversations

	mu   sync.Mutex
	live bool
	// ending: its stream ends when what is held is out; dead: it is over.
	ending, dead bool
	// lapsed: what was held was let go.
	lapsed bool
	// after is what the stream has: events up to it are not for it.
	after Position
	held  []entry
	// heldBytes is about what held takes.
	heldBytes int

	hub   *Hub
	did   string
	codec *Codec
	// since is from where the hub has every event for it. What happened up to
	// there is in what was read when it came, though the hub may tell of it yet.
	since Position
}

// wants tells whether events about a conversation are for this stream.
func (f *feed) wants(convo string) bool { return f.scope == nil || f.scope[convo] }

// offer hands over a live event. It does not block.
func (f *feed) offer(e *entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.dead, f.ending, f.lapsed, e.Compare(f.after) <= 0:
	case f.live:
		f.after = e.Position
		f.dead = !f.sink.Deliver(e.event)
	default:
		f.held = append(f.held, *e)
		f.heldBytes += e.size()
		if f.heldBytes > maxHeldBytes || len(f.held) > maxHeldEvents {
			f.held, f.heldBytes, f.lapsed = nil, 0, true
		}
	}
}

// whisper hands over a signal, which is not in the log; its cursor is that of
// at. A stream that still replays does not get it.
func (f *feed) whisper(ev *stream.Event, at Position) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.live || f.dead || f.ending {
		return
	}
	if at.Compare(f.after) < 0 {
		// This instance is behind the cursor that the stream was opened with,
		// and must not take its client back.
		v := *ev.Value().(*gen.EphemeralEvent)
		v.Cursor = f.codec.Encode(Cursor{Position: f.after})
		ev = stream.NewEvent(&v, f.hub.metrics)
	}
	f.dead = !f.sink.Deliver(ev)
}

// end ends the stream behind what is held.
func (f *feed) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	// What was let go is read again by the replay, up to where it ends.
	f.ending = true
	if f.live {
		f.sink.End(stream.ErrComplete)
	}
}

// info is an infoEvent of the stream.
func (f *feed) info(text string, at Position) *stream.Event {
	return f.hub.info(f.codec, text, at)
}

func (h *Hub) info(codec *Codec, text string, at Position) *stream.Event {
	return stream.NewEvent(&gen.InfoEvent{Cursor: codec.Encode(Cursor{Position: at}), Info: text}, h.metrics)
}

// catchUp replays what is after from, and then makes the feed live. Where
// retention was faster than the replay, the stream is told so, and goes on
// where the replay would have ended.
func (f *feed) catchUp(ctx context.Context, from, to Position) error {
	for {
		err := f.replay(ctx, from, to)
		if errors.Is(err, ErrOutdatedCursor) {
			err = f.sink.Send(ctx, f.info(infoOutdated, to))
		}
		if err != nil {
			return err
		}
		if from.Compare(to) < 0 {
			from = to
		}
		joined, err := f.join(ctx, &from)
		if err != nil || joined {
			return err
		}
		to = f.rearm()
	}
}

// join sends what was held, until nothing is, and makes the feed live. at is
// what the stream has. It is false where held events were let go.
func (f *feed) join(ctx context.Context, at *Position) (bool, error) {
	for {
		f.mu.Lock()
		held := f.held
		f.held, f.heldBytes = nil, 0
		if len(held) == 0 {
			defer f.mu.Unlock()
			if f.lapsed {
				return false, nil
			}
			f.after = *at
			f.dead = !f.sink.Deliver(f.info(infoLive, *at))
			f.live = true
			if f.ending {
				f.sink.End(stream.ErrComplete)
			}
			return true, nil
		}
		f.mu.Unlock()
		for _, e := range held {
			if e.Compare(*at) <= 0 {
				continue
			}
			if err := f.sink.Send(ctx, e.event); err != nil {
				return false, err
			}
			*at = e.Position
		}
	}
}

// rearm begins to hold back anew, from where the hub is now.
func (f *feed) rearm() Position {
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lapsed = false
	return f.hub.place
}

// size is about what an entry takes.
func (e *entry) size() int {
	if m, ok := e.event.Value().(*gen.MessageEvent); ok {
		return len(m.Message.Ciphertext) + 256
	}
	return 256
}
