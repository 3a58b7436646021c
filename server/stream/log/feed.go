package eventlog

import (
	"sync"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/stream"
	"catbird.blue/mls/xrpc"
)

// Bounds of the rows that a feed holds while it replays.
const (
	maxHeldBytes  = 2 << 20
	maxHeldEvents = 4096
)

// Texts of infoEvents.
const (
	infoConnected = "connected"
	infoLive      = "live"
	infoOutdated  = "OutdatedCursor"
)

// feed is what stands between the log and the sink of one stream.
//
// It is live, or it replays what the client missed and holds the events that
// come meanwhile. If it would have to hold too many it drops all that it holds
// and replays further, up to the current position. So the stream misses no
// event, and gets none twice, however slow its client is.
type feed struct {
	sink  stream.Sink
	scope map[xrpc.ConvoID]bool // nil for all conversations

	mu     sync.Mutex
	isLive bool
	// ending: the stream ends behind the held events; over: it has ended.
	ending, over bool
	// overflowed: the held events were dropped.
	overflowed bool
	// deliveredTo is the position up to which the stream has all events.
	deliveredTo Position
	held        []entry
	heldBytes   int

	hub   *Hub
	did   string
	build builder
	// registeredAt is the position from which on the feed gets every event. What
	// happened up to there was read from the database when the feed was
	// registered, though the tailer may hand it out later.
	registeredAt Position
}

// wants tells whether events about a conversation are for this stream.
func (f *feed) wants(convo xrpc.ConvoID) bool { return f.scope == nil || f.scope[convo] }

// offer delivers or holds an event of the log. It does not block.
func (f *feed) offer(e *entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.over, f.ending, f.overflowed, e.Compare(f.deliveredTo) <= 0:
	case f.isLive:
		f.deliveredTo = e.Position
		f.over = !f.sink.Deliver(e.event)
	default:
		f.held = append(f.held, *e)
		f.heldBytes += e.size()
		if f.heldBytes > maxHeldBytes || len(f.held) > maxHeldEvents {
			f.held, f.heldBytes, f.overflowed = nil, 0, true
		}
	}
}

// deliverEphemeral delivers a signal, which is not in the log. Its cursor is
// that of at, the current position. A stream that replays does not get it.
func (f *feed) deliverEphemeral(ev *stream.Event, at Position) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.isLive || f.over || f.ending {
		return
	}
	if at.Compare(f.deliveredTo) < 0 {
		// This instance is behind the cursor with which the stream was opened.
		// With the cursor of at, the client would go back.
		v := *ev.Value().(*gen.EphemeralEvent)
		v.Cursor = f.build.cursor(f.deliveredTo)
		ev = stream.NewEvent(&v, f.build.metrics)
	}
	f.over = !f.sink.Deliver(ev)
}

// end ends the stream behind the held events. Events that were dropped are read
// again by the replay, which ends the stream then.
func (f *feed) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ending = true
	if f.isLive {
		f.sink.End(stream.ErrComplete)
	}
}

// goLive makes live a feed that does not replay. It delivers the first events,
// and then the events after at that it held since it was registered.
func (f *feed) goLive(at Position, first ...*stream.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, ev := range first {
		f.sink.Deliver(ev)
	}
	f.deliveredTo = at
	f.isLive = true
	held := f.held
	f.held = nil
	for _, e := range held {
		if e.Compare(f.deliveredTo) > 0 {
			f.deliveredTo = e.Position
			f.over = f.over || !f.sink.Deliver(e.event)
		}
	}
	if f.ending && !f.overflowed {
		f.sink.End(nil)
	}
	if f.overflowed {
		f.overflowed = false
		f.sink.End(gen.Errorf(gen.ErrConsumerTooSlow, "too much came while the stream was opened: go on from the last cursor"))
	}
}

// takeHeld returns the held events, so that the replay sends them. If there are
// none the feed has all events up to at: it becomes live, and done is true. If
// held events were dropped it does not become live, and overflowed is true.
func (f *feed) takeHeld(at Position) (held []entry, done, overflowed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	held = f.held
	f.held, f.heldBytes = nil, 0
	if len(held) > 0 {
		return held, false, false
	}
	if f.overflowed {
		return nil, false, true
	}
	f.deliveredTo = at
	f.over = !f.sink.Deliver(f.build.info(infoLive, at))
	f.isLive = true
	if f.ending {
		f.sink.End(stream.ErrComplete)
	}
	return nil, true, false
}

// beginReplay makes the feed hold events after from. The stream ends after the
// replay if complete is true.
func (f *feed) beginReplay(from Position, complete bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ending = f.ending || complete
	f.deliveredTo = from
}
