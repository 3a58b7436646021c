package convo

import (
	"context"
	"fmt"
	"time"

	"catbird.blue/mls/db"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// noEdge marks events that neither begin nor end a window.
const NoEdge = -1

// eventList is what a transaction tells the streams of one conversation, apart
// from messages.
type Events struct {
	Kinds, targets, bodies []string
	edges                  []int64
}

// add appends an event for members, or where there is a target, for one
// account. edge counts the events before the edge of the window that it begins
// or ends.
func (l *Events) Add(kind, target string, edge int, b eventlog.Body) {
	l.Kinds, l.targets = append(l.Kinds, kind), append(l.targets, target)
	l.edges, l.bodies = append(l.edges, int64(edge)), append(l.bodies, b.JSON())
}

// ends tells that memberships ended. The window of each ends behind all of
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

// joined tells the members that dids joined, and each of these by itself: its
// window begins behind everything in the list, which has to be complete but for
// events for one account.
func (l *Events) Joined(convoID xrpc.ConvoID, actor string, epoch int64, dids, welcomed []string, members bool) {
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
	for _, did := range welcomed {
		l.Add(eventlog.KindWelcome, did, NoEdge, eventlog.Body{ConvoID: convoID})
	}
}

// store writes the events behind the conversation's newest message; its row is
// locked by that. What it gives places the windows.
func (l *Events) Store(ctx context.Context, q *db.Queries, convoID xrpc.ConvoID, at time.Time) (db.LogEventsRow, error) {
	row, err := q.LogEvents(ctx, db.LogEventsParams{
		Kinds: l.Kinds, Targets: l.targets, Edges: l.edges, Bodies: l.bodies, ConvoID: convoID, At: at,
	})
	if err != nil {
		return row, fmt.Errorf("log events: %w", err)
	}
	return row, nil
}

// hint says on the bus that there is something new about a conversation or an
// account. It comes after the commit.
func (s *Base) Hint(lane string) {
	if s.Bus != nil {
		s.Bus.Notify(lane)
	}
}
