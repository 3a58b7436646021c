package convo

import (
	"context"
	"fmt"
	"time"

	"catbird.blue/mls/db"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

// AcceptRequest makes an open request an accepted membership, in a transaction that has
// locked the conversation's row c. The account is told of the acceptance, as the first
// event of the conversation, and of its open Welcomes. It returns where its window
// begins. Of a locked conversation nothing is accepted.
func AcceptRequest(ctx context.Context, q *db.Queries, c *db.LockConvoRow, did string, now time.Time) (joinedSeq int64, err error) {
	if c.LockedAt != nil {
		return 0, Locked()
	}
	if joinedSeq, err = q.JoinedSeq(ctx, c.ConvoID, did); err != nil {
		return 0, fmt.Errorf("read membership: %w", err)
	}
	welcomes, err := q.OpenWelcomesIn(ctx, xrpc.StoredConvoIDs([]xrpc.ConvoID{c.ConvoID}), did, maxWelcomes)
	if err != nil {
		return 0, fmt.Errorf("read open Welcomes: %w", err)
	}
	var events Events
	events.Add(eventlog.KindAccepted, did, 1, eventlog.Body{ConvoID: c.ConvoID, JoinedSeq: joinedSeq, LastSeq: c.LastSeq})
	for _, w := range welcomes {
		events.Add(eventlog.KindWelcome, did, NoEdge, eventlog.Body{ConvoID: c.ConvoID, DeviceID: w.DeviceID})
	}
	row, err := events.Store(ctx, q, c.ConvoID, now)
	if err != nil {
		return 0, err
	}
	if err := q.AcceptRequest(ctx, db.AcceptRequestParams{
		At: now, Seq: row.LastSeq, N: row.Base + 1, Gen: row.Gen, Pos: row.LastPos, ConvoID: c.ConvoID, Did: did,
	}); err != nil {
		return 0, fmt.Errorf("accept the request: %w", err)
	}
	return joinedSeq, q.RaiseRosterVersion(ctx, c.ConvoID)
}

// maxWelcomes is more than an account has devices.
const maxWelcomes = 1000
