package convo

import (
	"context"
	"fmt"
	"time"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/consent"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// NoEdge is the edge of an event that is not a window boundary.
const NoEdge = -1

// Events collects the events, other than messages, that a transaction publishes
// in one conversation.
type Events struct {
	Kinds, targets, bodies []string
	edges                  []int64
}

// Add appends an event. An event with a target is delivered to that account only,
// any other to all members. edge is the number of events of the list that come
// before the boundary of the window which the event begins or ends, or NoEdge.
func (l *Events) Add(kind, target string, edge int, b eventlog.Body) {
	l.Kinds, l.targets = append(l.Kinds, kind), append(l.targets, target)
	l.edges, l.bodies = append(l.edges, int64(edge)), append(l.bodies, b.JSON())
}

// Ends appends an event for each membership that ended. All their windows end
// after the last of these events, so each former member is still delivered all of
// them.
func (l *Events) Ends(action, actor string, epoch int64, dids []string) {
	edge := len(l.Kinds) + len(dids)
	for _, did := range dids {
		b := eventlog.Body{DID: did, Action: action, Epoch: epoch}
		if actor != did {
			b.Actor = actor
		}
		l.Add(eventlog.KindMembership, "", edge, b)
	}
}

// Joining is what Joined reports: memberships that begin.
type Joining struct {
	ConvoID xrpc.ConvoID
	// Actor is the account that adds the others.
	Actor string
	// Epoch is the epoch that they join.
	Epoch int64
	// DIDs are the accounts, and Consents their consent, in the same order.
	DIDs, Consents []string
	// Welcomed are devices whose accounts get a Welcome event.
	Welcomed []Device
	// Members is set if there are members who get an event of each membership.
	Members bool
	At      time.Time
}

// Joined appends the events of new memberships: one for each account that only this
// account gets, and if there are members, one that all members get. An account that
// has to accept gets a request event instead, or none if its request is hidden. The
// windows begin after the last event of the list, so the caller may add only events
// with a target afterwards.
func (l *Events) Joined(j *Joining) {
	var edges []int
	for i, did := range j.DIDs {
		b := eventlog.Body{DID: did, Action: eventlog.ActionJoined, Epoch: j.Epoch}
		if j.Actor != did {
			b.Actor = j.Actor
		}
		if j.Members {
			l.Add(eventlog.KindMembership, "", NoEdge, b)
		}
		b.ConvoID = j.ConvoID
		switch j.Consents[i] {
		case consent.Accepted:
			edges = append(edges, len(l.edges))
			l.Add(eventlog.KindMembership, did, NoEdge, b)
		case consent.Requested:
			l.Add(eventlog.KindRequest, did, NoEdge, eventlog.Body{ConvoID: j.ConvoID, Actor: j.Actor, At: xrpc.FormatTime(j.At)})
		}
	}
	for _, d := range j.Welcomed {
		l.Add(eventlog.KindWelcome, d.DID, NoEdge, eventlog.Body{ConvoID: j.ConvoID, DeviceID: d.ID})
	}
	for _, i := range edges {
		l.edges[i] = int64(len(l.edges))
	}
}

// RequestsEnded appends an event for each account whose open request ends.
func (l *Events) RequestsEnded(convoID xrpc.ConvoID, dids []string) {
	for _, did := range dids {
		l.Add(eventlog.KindRequestEnded, did, NoEdge, eventlog.Body{ConvoID: convoID})
	}
}

// JoinRequests appends an event that says how many requests to join wait, and one for
// the account whose request was answered; answer is "" for none.
func (l *Events) JoinRequests(convoID xrpc.ConvoID, pending int64, did, answer string) {
	l.Add(eventlog.KindJoinRequests, "", NoEdge, eventlog.Body{Pending: pending})
	if answer != "" {
		l.Add(eventlog.KindJoinAnswered, did, NoEdge, eventlog.Body{ConvoID: convoID, Status: answer})
	}
}

// Store writes the events after the newest message of the conversation, and so
// locks the row of the conversation. The windows of memberships that begin or end
// are positioned relative to the row it returns.
func (l *Events) Store(ctx context.Context, q *db.Queries, convoID xrpc.ConvoID, at time.Time) (db.LogEventsRow, error) {
	row, err := q.LogEvents(ctx, db.LogEventsParams{
		Kinds: l.Kinds, Targets: l.targets, Edges: l.edges, Bodies: l.bodies, ConvoID: convoID, At: at,
	})
	if err != nil {
		return row, fmt.Errorf("log events: %w", err)
	}
	return row, nil
}

// Notify tells all instances over the bus that there are new rows of a stream key
// (a conversation or an account). Call it after the commit: before that, the rows
// are not visible to the instances.
func (s *Base) Notify(streamKey string) {
	s.Quiet.Active()
	if s.Bus != nil {
		s.Bus.Notify(streamKey)
	}
}
