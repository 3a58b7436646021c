package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"catbird.blue/mls/db"
	"catbird.blue/mls/xrpc"
)

// requireMember is nil for who is a member now. A stranger gets the same answer
// whether the conversation exists or not.
func requireMember(ctx context.Context, q *db.Queries, convoID xrpc.ConvoID, did string) error {
	m, err := q.MembershipState(ctx, convoID, did)
	switch {
	case err != nil:
		return fmt.Errorf("read membership: %w", err)
	case m.Active:
		return nil
	case m.Ever:
		return notMember()
	}
	return convoNotFound()
}

// standing is how a DID belongs to a conversation.
type standing int

const (
	// stranger: neither of the others.
	stranger standing = iota
	// pendingLeaver has left; its leaf awaits the commit that removes it.
	pendingLeaver
	member
)

// standings reads how dids belong to a conversation; strangers have no entry.
func standings(ctx context.Context, q *db.Queries, convoID xrpc.ConvoID, dids []string) (map[string]standing, error) {
	rows, err := q.Standings(ctx, convoID, dids)
	if err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	out := make(map[string]standing, len(rows))
	for _, r := range rows {
		if r.Active {
			out[r.Did] = member
		} else if out[r.Did] == stranger {
			out[r.Did] = pendingLeaver
		}
	}
	return out, nil
}

// device is a leaf's owner and signature key.
type device struct{ did, id string }

// deletedDevices reads which of some devices their accounts have deleted.
func deletedDevices(ctx context.Context, q *db.Queries, dids, ids []string) (map[device]bool, error) {
	rows, err := q.DeletedDevices(ctx, unique(dids), unique(ids))
	if err != nil {
		return nil, fmt.Errorf("read deleted devices: %w", err)
	}
	out := make(map[device]bool, len(rows))
	for _, d := range rows {
		out[device{d.Did, d.DeviceID}] = true
	}
	return out, nil
}

// mayRemove tells whether a member may end the memberships of others; see the
// query for who that is.
func mayRemove(ctx context.Context, q *db.Queries, convoID xrpc.ConvoID, did string) (bool, error) {
	may, err := q.MayRemove(ctx, did, convoID)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read who may remove members: %w", err)
	}
	return may, nil
}

// unique gives s without repetitions, in its order.
func unique(s []string) []string {
	out := make([]string, 0, len(s))
	seen := make(map[string]bool, len(s))
	for _, v := range s {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

func set(s []string) map[string]bool {
	out := make(map[string]bool, len(s))
	for _, v := range s {
		out[v] = true
	}
	return out
}
