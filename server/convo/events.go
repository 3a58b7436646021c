package convo

import (
	"context"
	"fmt"
	"time"

	"catbird.blue/mls/db"
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

// Joined appends the events of new memberships: one for each of dids that only this
// account gets, and, if members is true, one that all members get. For each device
// in welcomed, its account gets a Welcome event. The windows of dids begin after the
// last event of the list, so the caller may add only events with a target
// afterwards.
func (l *Events) Joined(convoID xrpc.ConvoID, actor string, epoch int64, dids []string, welcomed []Device, members bool) {
	total := len(l.Kinds) + len(dids) + len(welcomed)
	if members {
		total += len(dids)
	}
	for _, did := range dids {
		b := eventlog.Body{DID: did, Action: eventlog.ActionJoined, Epoch: epoch}
		if actor != did {
			b.Actor = actor
		}
		if members {
			l.Add(eventlog.KindMembership, "", NoEdge, b)
		}
		b.ConvoID = convoID
		l.Add(eventlog.KindMembership, did, total, b)
	}
	for _, d := range welcomed {
		l.Add(eventlog.KindWelcome, d.DID, NoEdge, eventlog.Body{ConvoID: convoID, DeviceID: d.ID})
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
	if s.Bus != nil {
		s.Bus.Notify(streamKey)
	}
}
