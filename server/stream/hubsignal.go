package stream

import (
	"context"
	"fmt"
	"sync"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/bus"
)

// Signal hands an ephemeral signal to the streams of members. It was sent by a
// member at some version of the roster; who is a member then, or at a newer
// version, gets it.
func (h *Hub) Signal(ctx context.Context, s bus.Signal) error {
	h.count.Signals.Inc()
	if !h.hasRoster(s.ConvoID, s.RosterVersion) {
		rows, err := db.New(h.pool).EphemeralMembers(ctx, s.ConvoID)
		if err != nil {
			return fmt.Errorf("read members: %w", err)
		}
		h.setRoster(s.ConvoID, rows)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[s.ConvoID]
	if r == nil || r.rosterVersion < s.RosterVersion {
		return nil
	}
	ev := NewEvent(&gen.EphemeralEvent{
		Cursor: h.codec.Encode(Cursor{Position: h.place}), ConvoID: s.ConvoID, Ciphertext: s.Ciphertext, Epoch: s.Epoch,
	}, h.metrics)
	for a := range r.members {
		if !r.roster[a.did] {
			continue
		}
		for _, f := range a.streams {
			if f.wants(s.ConvoID) {
				f.whisper(ev, h.place)
			}
		}
	}
	return nil
}

// hasRoster tells whether nothing need be read: the members are known, or
// nobody here is one.
func (h *Hub) hasRoster(convo string, version int64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[convo]
	return r == nil || r.rosterVersion >= version
}

func (h *Hub) setRoster(convo string, rows []db.EphemeralMembersRow) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[convo]
	if r == nil || len(rows) == 0 || rows[0].RosterVersion <= r.rosterVersion {
		return
	}
	r.rosterVersion, r.roster = rows[0].RosterVersion, make(map[string]bool, len(rows))
	for _, row := range rows {
		r.roster[row.Did] = true
	}
}

// Watch tells when something new is there for an account: something is received
// from the channel for one event or for several. stop has to be called.
func (h *Hub) Watch(ctx context.Context, did string) (_ <-chan struct{}, stop func(), err error) {
	if _, err := h.Codec(ctx); err != nil {
		return nil, nil, err
	}
	p := &poke{c: make(chan struct{}, 1), done: make(chan struct{})}
	f := &feed{hub: h, sink: p, did: did}
	if _, err := h.register(ctx, f); err != nil {
		return nil, nil, fmt.Errorf("watch the log: %w", err)
	}
	f.begin(f.since)
	return p.c, sync.OnceFunc(func() {
		close(p.done)
		h.detach(f)
	}), nil
}

// poke is a Sink that only says that something came.
type poke struct {
	c, done chan struct{}
}

func (p *poke) Deliver(*Event) bool {
	select {
	case p.c <- struct{}{}:
	default:
	}
	return true
}

func (p *poke) Send(context.Context, *Event) error { return nil }

func (p *poke) End(error) { p.Deliver(nil) }

func (p *poke) Done() <-chan struct{} { return p.done }
