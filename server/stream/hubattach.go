package stream

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/xrpc"
)

// What infoEvents say.
const (
	infoConnected = "connected"
	infoLive      = "live"
	infoOutdated  = "OutdatedCursor"
)

var _ Source = (*Hub)(nil)

// Attach implements Source.
func (h *Hub) Attach(ctx context.Context, want Want, sink Sink) (func(), error) {
	if _, err := h.Codec(ctx); err != nil {
		return nil, err
	}
	f := &feed{hub: h, sink: sink, did: want.DID}
	if len(want.ConvoIDs) > 0 {
		f.scope = map[xrpc.ConvoID]bool{}
		for _, id := range want.ConvoIDs {
			f.scope[id] = true
		}
	}
	log, err := h.register(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("attach stream: %w", err)
	}
	// Now that the hub has the stream: a removal after this look ends it.
	closing, err := h.checkScope(ctx, f, want)
	if err != nil {
		h.detach(f)
		return nil, err
	}
	if err := h.start(ctx, f, want.Cursor, log, closing); err != nil {
		h.detach(f)
		return nil, err
	}
	return func() { h.detach(f) }, nil
}

// checkScope refuses conversations that are not the account's. Who was a member
// once may still replay what it saw then; closing says that this is all there
// is. Where a removal is behind the feed's place, the hub has yet to tell of it,
// and ends the stream then.
func (h *Hub) checkScope(ctx context.Context, f *feed, want Want) (closing bool, err error) {
	if f.scope == nil {
		return false, nil
	}
	m, err := db.New(h.pool).ScopeState(ctx, db.ScopeStateParams{
		ConvoIds: xrpc.StoredConvoIDs(slices.Collect(maps.Keys(f.scope))), Did: want.DID,
		Gen: f.codec.gen, Pos: f.since.Pos, Lane: []byte(f.since.Lane), Seq: f.since.Seq, N: f.since.N,
	})
	switch {
	case err != nil:
		return false, fmt.Errorf("read memberships: %w", err)
	case m.Ever < int64(len(f.scope)):
		return false, gen.Errorf(gen.ErrConvoNotFound, "no such conversation")
	case !m.Active && want.Cursor == "":
		return false, gen.Errorf(gen.ErrNotMember, "no longer a member of this conversation")
	}
	return !m.Open, nil
}

// start says where the stream begins, and has it replay or makes it live.
// closing: when it has replayed, it ends.
func (h *Hub) start(ctx context.Context, f *feed, cursor string, log db.ReadPlaceRow, closing bool) error {
	place := f.since
	if cursor == "" {
		f.begin(place, f.info(infoConnected, place))
		return nil
	}
	from, err := h.resume(ctx, f, cursor, log)
	switch {
	case errors.Is(err, ErrMalformedCursor):
		return gen.Errorf(gen.ErrInvalidCursor, "cursor: was not made by this service")
	case errors.Is(err, ErrFutureCursor):
		return gen.Errorf(gen.ErrFutureCursor, "cursor: is ahead of what this service has; the database was taken back to an earlier state")
	case errors.Is(err, ErrOutdatedCursor):
		f.begin(place, f.info(infoConnected, place), f.info(infoOutdated, place))
		if closing {
			f.end()
		}
		return nil
	case err != nil:
		return err
	}
	f.mu.Lock()
	f.ending = f.ending || closing
	f.after = from
	f.mu.Unlock()
	f.sink.Deliver(f.info(infoConnected, from))
	go f.run(from, place)
	return nil
}

// resume gives the position of a cursor.
func (h *Hub) resume(ctx context.Context, f *feed, cursor string, log db.ReadPlaceRow) (Position, error) {
	v, err := f.codec.Decode(cursor)
	if err != nil {
		return Position{}, err
	}
	if v.Pos >= log.NextXid {
		// Only this service can have made it, of a row that is not there any
		// more.
		if err := TakenBack(ctx, h.pool, f.codec.gen); err != nil {
			return Position{}, err
		}
		h.rouse()
		return Position{}, ErrFutureCursor
	}
	floor := Position{Pos: log.FloorPos, Lane: Lane(log.FloorLane), Seq: log.FloorSeq, N: log.FloorN}
	// A sync that began without cursor, and has told of some conversations
	// only, has more to tell of the others than the log has.
	unfinished := v.After != "" && v.Position == Position{}
	if v.Compare(floor) < 0 || unfinished {
		return Position{}, ErrOutdatedCursor
	}
	_, total, err := f.stretches(ctx, v.Position)
	if err != nil {
		return Position{}, err
	}
	if total > MaxReplay {
		return Position{}, ErrOutdatedCursor
	}
	return v.Position, nil
}

// begin makes a feed live behind its first words. What came since it was
// registered is after them.
func (f *feed) begin(at Position, words ...*Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, ev := range words {
		f.sink.Deliver(ev)
	}
	f.after = at
	f.live = true
	held := f.held
	f.held = nil
	for _, e := range held {
		if e.Compare(f.after) > 0 {
			f.after = e.Position
			f.dead = f.dead || !f.sink.Deliver(e.event)
		}
	}
	if f.ending && !f.lapsed {
		f.sink.End(nil)
	}
	if f.lapsed { // more came in that moment than a stream may hold
		f.lapsed = false
		f.sink.End(gen.Errorf(gen.ErrConsumerTooSlow, "too much came while the stream was opened: go on from the last cursor"))
	}
}

// run replays for a stream that resumes, for as long as it is open.
func (f *feed) run(from, place Position) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		select {
		case <-f.sink.Done():
			cancel()
		case <-stop:
		}
	}()
	// An instance may be behind the one that gave the cursor: what it has yet
	// to tell up to there is passed over.
	if place.Compare(from) < 0 {
		place = from
	}
	if err := f.catchUp(ctx, from, place); err != nil && ctx.Err() == nil && !errors.Is(err, ErrOver) {
		f.hub.log.Warn("replaying for a stream failed", "error", err)
		f.sink.End(err)
	}
}

// register adds a feed, and gives what it saw of the log before. Who comes is
// expected from that look on, so that the tailer passes nothing over meanwhile.
func (h *Hub) register(ctx context.Context, f *feed) (log db.ReadPlaceRow, err error) {
	h.expected.Add(1)
	defer h.expected.Add(-1)
	for range 10 {
		if log, err = db.New(h.pool).ReadPlace(ctx); err != nil {
			return log, fmt.Errorf("find the end of the log: %w", err)
		}
		if done, err := h.tryRegister(ctx, f, log); done || err != nil {
			return log, err
		}
		select {
		case <-ctx.Done():
			return log, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return log, xrpc.Errorf(503, xrpc.ServiceUnavailable, "too many changes at this moment; try again")
}

// tryRegister reads the account's windows, where it has no streams here yet.
// Every change that was committed below log's horizon is in them; of the later
// ones, those that the hub handed out meanwhile are remembered, and the rest is
// yet to come. Where the hub has yet to read what log has seen, the feed is from
// log's place on.
func (h *Hub) tryRegister(ctx context.Context, f *feed, log db.ReadPlaceRow) (bool, error) {
	h.mu.Lock()
	known, pos := h.accounts[f.did] != nil, h.place.Pos
	h.mu.Unlock()
	var windows []db.WindowsOfRow
	if !known {
		var err error
		if windows, err = db.New(h.pool).WindowsOf(ctx, f.did, log.Gen, pos); err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return false, fmt.Errorf("read memberships: %w", err)
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	a := h.accounts[f.did]
	switch {
	case h.codec.gen != log.Gen:
		h.rouse()
		return false, ctx.Err()
	case a == nil && (known || h.forgot > log.Horizon):
		return false, ctx.Err()
	case a == nil:
		if !h.heard.Load() {
			// The place may be older than what retention has left.
			h.skipTo(log)
		}
		a = h.admit(f.did, windows)
	}
	f.codec = h.codec
	f.since = h.place
	if seen := placeOf(log); f.since.Compare(seen) < 0 {
		f.since = seen
	}
	f.after = f.since
	a.streams = append(a.streams, f)
	return true, nil
}

// admit makes an account of windows that were read a moment ago.
func (h *Hub) admit(did string, windows []db.WindowsOfRow) *account {
	h.came++
	a := &account{did: did, hand: h.came, convos: map[xrpc.ConvoID]bool{}}
	h.accounts[did] = a
	if !h.heard.Swap(true) {
		h.heardAt = time.Now()
		h.rouse()
	}
	for _, r := range windows {
		w := window{joinedSeq: r.JoinedSeq, joinedN: r.JoinedN, leftSeq: open, leftN: open}
		if r.LeftSeq != nil {
			w.leftSeq, w.leftN = *r.LeftSeq, r.LeftN
		}
		room := h.room(r.ConvoID)
		room.members[a] = append(room.members[a], w)
		a.convos[r.ConvoID] = true
	}
	for _, c := range h.recent {
		if c.did == did {
			h.apply(c.windowChange)
		}
	}
	return a
}

// detach removes a feed.
func (h *Hub) detach(f *feed) {
	h.mu.Lock()
	defer h.mu.Unlock()
	a := h.accounts[f.did]
	if a == nil {
		return
	}
	a.streams = slices.DeleteFunc(a.streams, func(g *feed) bool { return g == f })
	if len(a.streams) > 0 {
		return
	}
	for convo := range a.convos {
		h.leaveRoom(a, convo)
	}
	delete(h.accounts, f.did)
	h.heard.Store(len(h.accounts) > 0)
}
