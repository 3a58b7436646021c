package server

import (
	"context"
	"fmt"
	"time"

	"catbird.blue/mls/db"
	eventlog "catbird.blue/mls/server/stream/log"
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
func (l *eventList) add(kind, target string, edge int, b eventlog.Body) {
	l.kinds, l.targets = append(l.kinds, kind), append(l.targets, target)
	l.edges, l.bodies = append(l.edges, int64(edge)), append(l.bodies, b.JSON())
}

// ends tells that memberships ended. The window of each ends behind all of
// them.
func (l *eventList) ends(action, actor string, epoch int64, dids []string) {
	edge := len(l.kinds) + len(dids)
	for _, did := range dids {
		b := eventlog.Body{DID: did, Action: action, Epoch: epoch}
		if actor != did {
			b.Actor = actor
		}
		l.add(eventlog.KindMembership, "", edge, b)
	}
}

// joined tells the members that dids joined, and each of these by itself: its
// window begins behind everything in the list, which has to be complete but for
// events for one account.
func (l *eventList) joined(convoID, actor string, epoch int64, dids, welcomed []string, members bool) {
	total := len(l.kinds) + len(dids) + len(welcomed)
	if members {
		total += len(dids)
	}
	for _, did := range dids {
		b := eventlog.Body{DID: did, Action: eventlog.ActionJoined, Epoch: epoch}
		if actor != did {
			b.Actor = actor
		}
		if members {
			l.add(eventlog.KindMembership, "", noEdge, b)
		}
		b.ConvoID = convoID
		l.add(eventlog.KindMembership, did, total, b)
	}
	for _, did := range welcomed {
		l.add(eventlog.KindWelcome, did, noEdge, eventlog.Body{ConvoID: convoID})
	}
}

// store writes the events behind the conversation's newest message; its row is
// locked by that. What it gives places the windows.
func (l *eventList) store(ctx context.Context, q *db.Queries, convoID string, at time.Time) (db.LogEventsRow, error) {
	row, err := q.LogEvents(ctx, db.LogEventsParams{
		Kinds: l.kinds, Targets: l.targets, Edges: l.edges, Bodies: l.bodies, ConvoID: convoID, At: at,
	})
	if err != nil {
		return row, fmt.Errorf("log events: %w", err)
	}
	return row, nil
}

// owners are the accounts whose packages a Welcome names, each once.
func owners(packages []db.LockPackagesRow) []string {
	dids := make([]string, len(packages))
	for i, p := range packages {
		dids[i] = p.Did
	}
	return unique(dids)
}

// hint says on the bus that there is something new about a conversation or an
// account. It comes after the commit.
func (s *base) hint(lane string) {
	if s.bus != nil {
		s.bus.Hint(lane)
	}
}
