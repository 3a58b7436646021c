package eventlog

import (
	"context"
	"fmt"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/server/bus"
	"catbird.blue/mls/server/stream"
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
	ev := stream.NewEvent(&gen.EphemeralEvent{
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
