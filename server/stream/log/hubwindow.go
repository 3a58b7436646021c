package eventlog

import (
	"math"
	"slices"
)

// open is the end of a window that has none.
const open = math.MaxInt64

// window is one membership: of messages it shows joinedSeq < seq <= leftSeq, of
// other events joinedN < n <= leftN. So it shows the commit that ends it and
// the event that says so, and nothing after.
type window struct {
	joinedSeq, joinedN int64
	leftSeq, leftN     int64
}

// shows is the one predicate of what a member sees, live as in replay.
func (w window) shows(p Position) bool {
	if p.N == 0 {
		return w.joinedSeq < p.Seq && p.Seq <= w.leftSeq
	}
	return w.joinedN < p.N && p.N <= w.leftN
}

func (w window) isOpen() bool { return w.leftN == open }

// windowChange is an event that begins or ends a window.
type windowChange struct {
	convo, did string
	begins     bool
	seq, n     int64
}

// room is a conversation with members that have streams here.
type room struct {
	members map[*account][]window
	// roster is who is a member, at rosterVersion; for signals.
	roster        map[string]bool
	rosterVersion int64
}

// account is a DID with streams here.
type account struct {
	did string
	// hand is which of those who deliver serves it.
	hand    uint32
	streams []*feed
	// convos are the rooms it is in.
	convos map[string]bool
}

// room gives the conversation's, or makes it.
func (h *Hub) room(convo string) *room {
	r := h.rooms[convo]
	if r == nil {
		r = &room{members: map[*account][]window{}, rosterVersion: -1}
		h.rooms[convo] = r
	}
	return r
}

// apply does to the windows what an event says. What they have already is left
// as it is: windows are read from the database, and may be ahead of the log.
func (h *Hub) apply(c *windowChange) {
	a := h.accounts[c.did]
	if a == nil {
		return
	}
	if c.begins {
		r := h.room(c.convo)
		for _, w := range r.members[a] {
			if w.joinedN == c.n {
				return
			}
		}
		r.members[a] = append(r.members[a], window{joinedSeq: c.seq, joinedN: c.n, leftSeq: open, leftN: open})
		a.convos[c.convo] = true
		return
	}
	r := h.rooms[c.convo]
	if r == nil {
		return
	}
	for i, w := range r.members[a] {
		if w.isOpen() && w.joinedN < c.n {
			r.members[a][i].leftSeq, r.members[a][i].leftN = c.seq, c.n
		}
	}
}

// close forgets the windows of a conversation that end with its event at, and
// ends the streams that were for them. Of several windows that end together
// each shows the events of all, so none is closed before the last of these.
func (h *Hub) close(convo string, at Position) {
	r := h.rooms[convo]
	if r == nil {
		return
	}
	for a, windows := range r.members {
		left := slices.DeleteFunc(slices.Clone(windows), func(w window) bool { return w.leftN <= at.N })
		switch len(left) {
		case len(windows):
			continue
		case 0:
			h.leaveRoom(a, convo)
		default:
			r.members[a] = left
		}
		h.endScoped(a, convo, at)
	}
}

func (h *Hub) leaveRoom(a *account, convo string) {
	delete(a.convos, convo)
	r := h.rooms[convo]
	if r == nil {
		return
	}
	delete(r.members, a)
	if len(r.members) == 0 {
		delete(h.rooms, convo)
	}
}
