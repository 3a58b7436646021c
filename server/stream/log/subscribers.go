package eventlog

import (
	"iter"
	"slices"

	"catbird.blue/mls/db"
	"catbird.blue/mls/xrpc"
)

// account is a DID that has streams at this instance.
type account struct {
	did string
	// shard picks the delivery worker; all events of one account use the same
	// worker, so they keep their order.
	shard uint32
	feeds []*feed
	// convos are the conversations of subscribers in which it has a window.
	convos map[xrpc.ConvoID]bool
}

// conversation is a conversation with members that have streams at this
// instance.
type conversation struct {
	windows map[*account][]window
	// roster are the members at rosterVersion, for ephemeral signals.
	roster        map[string]bool
	rosterVersion int64
}

// subscribers knows which accounts have streams at this instance, and what they
// see. The lock of hubState guards it.
type subscribers struct {
	accounts      map[string]*account
	conversations map[xrpc.ConvoID]*conversation
	nextShard     uint32
}

func newSubscribers() subscribers {
	return subscribers{accounts: map[string]*account{}, conversations: map[xrpc.ConvoID]*conversation{}}
}

// add makes an account with its windows.
func (s *subscribers) add(did string, windows []db.WindowsOfRow) *account {
	s.nextShard++
	a := &account{did: did, shard: s.nextShard, convos: map[xrpc.ConvoID]bool{}}
	s.accounts[did] = a
	for _, r := range windows {
		w := window{toldSeq: r.ToldSeq, toldN: r.ToldN, leftSeq: noEnd, leftN: noEnd}
		if r.LeftSeq != nil {
			w.leftSeq, w.leftN = *r.LeftSeq, r.LeftN
		}
		c := s.conversation(r.ConvoID)
		c.windows[a] = append(c.windows[a], w)
		a.convos[r.ConvoID] = true
	}
	return a
}

// removeFeed removes a feed, and its account if this was the last one.
func (s *subscribers) removeFeed(f *feed) {
	a := s.accounts[f.did]
	if a == nil {
		return
	}
	a.feeds = slices.DeleteFunc(a.feeds, func(g *feed) bool { return g == f })
	if len(a.feeds) > 0 {
		return
	}
	for id := range a.convos {
		s.leave(a, id)
	}
	delete(s.accounts, f.did)
}

// clear removes all accounts.
func (s *subscribers) clear() {
	clear(s.accounts)
	clear(s.conversations)
}

// conversation returns a conversation, and makes it if there is none.
func (s *subscribers) conversation(id xrpc.ConvoID) *conversation {
	c := s.conversations[id]
	if c == nil {
		c = &conversation{windows: map[*account][]window{}, rosterVersion: -1}
		s.conversations[id] = c
	}
	return c
}

// viewers returns the accounts that see an entry.
func (s *subscribers) viewers(e *entry) iter.Seq[*account] {
	return func(yield func(*account) bool) {
		if e.target != "" {
			if a := s.accounts[e.target]; a != nil {
				yield(a)
			}
			return
		}
		c := s.conversations[e.convo]
		if c == nil {
			return
		}
		for a, windows := range c.windows {
			shown := slices.ContainsFunc(windows, func(w window) bool { return w.shows(e.Position) })
			if shown && !yield(a) {
				return
			}
		}
	}
}

// apply begins or ends a window. A change that the windows have already does
// nothing: they were read from the database, and may be ahead of the log.
func (s *subscribers) apply(ch *windowChange) {
	a := s.accounts[ch.did]
	if a == nil {
		return
	}
	if ch.begins {
		c := s.conversation(ch.convo)
		if slices.ContainsFunc(c.windows[a], func(w window) bool { return w.toldN == ch.n }) {
			return
		}
		c.windows[a] = append(c.windows[a], window{toldSeq: ch.seq, toldN: ch.n, leftSeq: noEnd, leftN: noEnd})
		a.convos[ch.convo] = true
		return
	}
	c := s.conversations[ch.convo]
	if c == nil {
		return
	}
	windows := c.windows[a]
	for i, w := range windows {
		if w.isOpen() && w.toldN < ch.n {
			windows[i].leftSeq, windows[i].leftN = ch.seq, ch.n
		}
	}
}

// closeWindows forgets the windows of a conversation that end with its event at
// a position, and returns the ends of the streams that were opened for such
// windows only. One commit may end several windows, and each shows the events of
// all: so the caller closes them after the last of these events.
func (s *subscribers) closeWindows(convo xrpc.ConvoID, at Position) (ends []delivery) {
	c := s.conversations[convo]
	if c == nil {
		return nil
	}
	for a, windows := range c.windows {
		left := slices.DeleteFunc(slices.Clone(windows), func(w window) bool { return w.leftN <= at.N })
		switch len(left) {
		case len(windows):
			continue
		case 0:
			s.leave(a, convo)
		default:
			c.windows[a] = left
		}
		ends = append(ends, s.scopedEnds(a, convo, at)...)
	}
	return ends
}

// scopedEnds returns the ends of those streams of an account that were opened
// for some conversations, this one among them, and have no open window in any of
// these. A stream that was registered behind at is not ended: it may be of a
// later membership, which the tailer has not read yet.
func (s *subscribers) scopedEnds(a *account, convo xrpc.ConvoID, at Position) (ends []delivery) {
	for _, f := range a.feeds {
		if f.scope[convo] && at.Compare(f.registeredAt) > 0 && !s.isMemberOfAny(a, f.scope) {
			ends = append(ends, delivery{to: a, end: f})
		}
	}
	return ends
}

// isMemberOfAny tells whether the account is a member of one of these
// conversations.
func (s *subscribers) isMemberOfAny(a *account, convos map[xrpc.ConvoID]bool) bool {
	for id := range convos {
		if c := s.conversations[id]; c != nil && slices.ContainsFunc(c.windows[a], window.isOpen) {
			return true
		}
	}
	return false
}

// leave forgets the windows of an account in a conversation.
func (s *subscribers) leave(a *account, convo xrpc.ConvoID) {
	delete(a.convos, convo)
	c := s.conversations[convo]
	if c == nil {
		return
	}
	delete(c.windows, a)
	if len(c.windows) == 0 {
		delete(s.conversations, convo)
	}
}

// hasRoster tells whether the members of a conversation are known at a version
// or a later one, or no member has a stream at this instance.
func (s *subscribers) hasRoster(convo xrpc.ConvoID, version int64) bool {
	c := s.conversations[convo]
	return c == nil || c.rosterVersion >= version
}

// setRoster keeps the members of a conversation, unless newer ones are known.
func (s *subscribers) setRoster(convo xrpc.ConvoID, rows []db.EphemeralMembersRow) {
	c := s.conversations[convo]
	if c == nil || len(rows) == 0 || rows[0].RosterVersion <= c.rosterVersion {
		return
	}
	c.rosterVersion, c.roster = rows[0].RosterVersion, make(map[string]bool, len(rows))
	for _, row := range rows {
		c.roster[row.Did] = true
	}
}

// members returns the accounts that are members of a conversation at a roster
// version or a later one. It returns none if a roster that new is not known.
func (s *subscribers) members(convo xrpc.ConvoID, version int64) iter.Seq[*account] {
	return func(yield func(*account) bool) {
		c := s.conversations[convo]
		if c == nil || c.rosterVersion < version {
			return
		}
		for a := range c.windows {
			if c.roster[a.did] && !yield(a) {
				return
			}
		}
	}
}
