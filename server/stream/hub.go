package stream

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"catbird.blue/mls/db"
	"catbird.blue/mls/xrpc"
)

// HubConfig is what a Hub needs.
type HubConfig struct {
	// Pool reaches the database. Every new connection of it goes through
	// CheckConnection.
	Pool *pgxpool.Pool
	// Metrics and LogMetrics count; nil for nobody.
	Metrics    *Metrics
	LogMetrics *LogMetrics
	// Log hears of what fails and is tried again; slog.Default where nil.
	Log *slog.Logger

	// Clock is how often the log is read while nobody hints at anything; for
	// tests. Zero means a little more than a second.
	Clock time.Duration
}

// Hub is where the log of an instance meets its streams. One tailer reads each
// row of the log once; the row becomes one Event; and the Event goes to every
// stream whose account may see it. The Hub is a Source.
//
// A stream gets every event of its account after the position at which it was
// attached, in order and once. What was before, a replay reads for it: see
// feed.
type Hub struct {
	pool    *pgxpool.Pool
	metrics *Metrics
	count   *LogMetrics
	log     *slog.Logger
	wake    chan struct{}
	clock   time.Duration
	// heard: somebody has a stream here. It is written with mu held.
	heard atomic.Bool
	// expected is how many are about to be heard.
	expected atomic.Int64

	mu sync.Mutex
	// ready is closed when place is known.
	ready chan struct{}
	// place is the newest row that was handed out, of the generation of codec.
	place    Position
	codec    *Codec
	accounts map[string]*account
	// came is how many accounts did.
	came  uint32
	rooms map[xrpc.ConvoID]*room
	// heardAt is since when somebody is heard.
	heardAt time.Time
	// recent are the newest changes of windows, for accounts that come while
	// their windows are read; forgot is the position up to which some are
	// gone.
	recent []recentChange
	forgot int64
	// out collects deliveries of the batch at hand.
	out [][]delivery
}

type recentChange struct {
	pos int64
	*windowChange
}

// recentChanges is how many changes are remembered, for the moment between
// reading an account's windows and attaching it.
const recentChanges = 4096

// NewHub makes a Hub. It does nothing until Run.
func NewHub(c HubConfig) *Hub {
	h := &Hub{
		pool: c.Pool, metrics: c.Metrics.orUnregistered(), count: c.LogMetrics, log: c.Log,
		wake: make(chan struct{}, 1), ready: make(chan struct{}), clock: or(c.Clock, clock),
		accounts: map[string]*account{}, rooms: map[xrpc.ConvoID]*room{},
	}
	if h.count == nil {
		h.count = NewLogMetrics(nil)
	}
	if h.log == nil {
		h.log = slog.Default()
	}
	return h
}

// Hint says that there may be something new in the log, which is for nobody
// where there are no streams. It never blocks.
func (h *Hub) Hint() {
	if h.heard.Load() {
		h.rouse()
	}
}

// rouse has the tailer look at the log at once.
func (h *Hub) rouse() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// Codec is that of the current generation; it waits for the first look at the
// log.
func (h *Hub) Codec(ctx context.Context) (*Codec, error) {
	select {
	case <-h.ready:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the log: %w", ctx.Err())
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.codec, nil
}

// begin makes the newest row of the log the place from which it is told. The
// streams of another generation end: their cursors are outdated.
func (h *Hub) begin(at db.ReadPlaceRow) {
	h.mu.Lock()
	defer h.mu.Unlock()
	first := h.codec == nil
	h.place = placeOf(at)
	h.codec = NewCodec(at.Gen, at.Secret.Bytes)
	h.recent, h.forgot = nil, at.Horizon
	h.count.Generation.Set(float64(at.Gen))
	if first {
		close(h.ready)
		return
	}
	for _, a := range h.accounts {
		for _, f := range a.streams {
			f.sink.End(nil)
		}
	}
	clear(h.accounts)
	clear(h.rooms)
	h.heard.Store(false)
}

// pass moves the place to that of the newest row, where nobody hears what is
// passed over, nor is about to. Of changes of windows on the way nothing is
// known: forgot says so.
func (h *Hub) pass(at db.ReadPlaceRow) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.heard.Load() || h.expected.Load() > 0 {
		return false
	}
	h.skipTo(at)
	return true
}

// skipTo moves the place on where nobody hears what is passed over.
func (h *Hub) skipTo(at db.ReadPlaceRow) {
	if place := placeOf(at); h.place.Compare(place) < 0 {
		h.place = place
	}
	h.recent, h.forgot = nil, max(h.forgot, at.Horizon)
}

// at is the place.
func (h *Hub) at() Position {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.place
}

// late is for how long a row has waited for somebody who was there.
func (h *Hub) late(created time.Time) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return min(time.Since(created), time.Since(h.heardAt))
}

// placeOf is the position of the newest row of the log.
func placeOf(at db.ReadPlaceRow) Position {
	return Position{Pos: at.Pos, Lane: Lane(at.Lane), Seq: at.Seq, N: at.N}
}

// dispatch hands a batch of the log out, in order.
func (h *Hub) dispatch(batch []entry) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range batch {
		e := &batch[i]
		if e.Compare(h.place) <= 0 {
			continue // the first who is heard came meanwhile, behind this
		}
		if e.change != nil {
			h.remember(e)
			h.apply(e.change)
		}
		if e.event != nil {
			h.route(e)
		}
		if c := e.change; c != nil && !c.begins && e.N >= c.n {
			at := e.Position
			at.N = c.n
			h.close(c.convo, at)
		}
		h.place = e.Position
	}
	h.flush()
}

func (h *Hub) remember(e *entry) {
	h.recent = append(h.recent, recentChange{e.Pos, e.change})
	if len(h.recent) > 2*recentChanges {
		gone := len(h.recent) - recentChanges
		for _, r := range h.recent[:gone] {
			h.forgot = max(h.forgot, r.pos+1)
		}
		h.recent = append([]recentChange(nil), h.recent[gone:]...)
	}
}

// route finds who sees an event.
func (h *Hub) route(e *entry) {
	if e.target != "" {
		if a := h.accounts[e.target]; a != nil {
			h.deliver(delivery{to: a, entry: e})
		}
		return
	}
	r := h.rooms[e.convo]
	if r == nil {
		return
	}
	for a, windows := range r.members {
		for _, w := range windows {
			if w.shows(e.Position) {
				h.deliver(delivery{to: a, entry: e})
				break
			}
		}
	}
}

// endScoped ends streams of an account that were opened for some conversations,
// this one among them, when it is a member of none of them any more. at is where
// it ceased to be one: a stream that began behind that may be of a later
// membership, of which the hub has yet to read.
func (h *Hub) endScoped(a *account, convo xrpc.ConvoID, at Position) {
	for _, f := range a.streams {
		if f.scope[convo] && at.Compare(f.since) > 0 && !h.inAny(a, f.scope) {
			h.deliver(delivery{to: a, end: f})
		}
	}
}

// inAny tells whether the account is a member of one of these conversations.
func (h *Hub) inAny(a *account, convos map[xrpc.ConvoID]bool) bool {
	for id := range convos {
		if r := h.rooms[id]; r != nil {
			for _, w := range r.members[a] {
				if w.isOpen() {
					return true
				}
			}
		}
	}
	return false
}
