package server

import (
	"context"
	"fmt"
	"time"

	"catbird.blue/mls/db"
	"catbird.blue/mls/server/stream"
	"catbird.blue/mls/xrpc"
)

// noEdge marks events that neither begin nor end a window.
const noEdge = -1

// eventList is what a transaction tells the streams of one conversation, apart
// from messages.
type eventList struct {
	kinds, targets, bodies []string
	edges                  []int64
}

// add appends an event for members, or where there is a target, for one
// account. edge counts the events before the edge of the window that it begins
// or ends.
func (l *eventList) add(kind, target string, edge int, b stream.Body) {
	l.kinds, l.targets = append(l.kinds, kind), append(l.targets, target)
	l.edges, l.bodies = append(l.edges, int64(edge)), append(l.bodies, b.JSON())
}

// ends tells that memberships ended. The window of each ends behind all of
// them.
func (l *eventList) ends(action, actor string, epoch int64, dids []string) {
	edge := len(l.kinds) + len(dids)
	for _, did := range dids {
		b := stream.Body{DID: did, Action: action, Epoch: epoch}
		if actor != did {
			b.Actor = actor
		}
		l.add(stream.KindMembership, "", edge, b)
	}
}

// joined tells the members that dids joined, and each of these by itself: its
// window begins behind everything in the list, which has to be complete but for
// events for one account.
func (l *eventList) joined(convoID xrpc.ConvoID, actor string, epoch int64, dids, welcomed []string, members bool) {
	total := len(l.kinds) + len(dids) + len(welcomed)
	if members {
		total += len(dids)
	}
	for _, did := range dids {
		b := stream.Body{DID: did, Action: stream.ActionJoined, Epoch: epoch}
		if actor != did {
			b.Actor = actor
		}
		if members {
			l.add(stream.KindMembership, "", noEdge, b)
		}
		b.ConvoID = convoID
		l.add(stream.KindMembership, did, total, b)
	}
	for _, did := range welcomed {
		l.add(stream.KindWelcome, did, noEdge, stream.Body{ConvoID: convoID})
	}
}

// store writes the events behind the conversation's newest message; its row is
// locked by that. What it gives places the windows.
func (l *eventList) store(ctx context.Context, q *db.Queries, convoID xrpc.ConvoID, at time.Time) (db.LogEventsRow, error) {
	row, err := q.LogEvents(ctx, db.LogEventsParams{
		Kinds: l.kinds, Targets: l.targets, Edges: l.edges, Bodies: l.bodies, ConvoID: convoID, At: at,
	})
	if err != nil {
		return row, fmt.Errorf("log events: %w", err)
	}
	return row, nil
}

// hint says on the bus that there is something new about a conversation or an
// account. It comes after the commit.
func (s *base) hint(lane string) {
	if s.bus != nil {
		s.bus.Hint(lane)
	}
}
