package convo

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
func RequireMember(ctx context.Context, q *db.Queries, convoID xrpc.ConvoID, did string) error {
	m, err := q.MembershipState(ctx, convoID, did)
	switch {
	case err != nil:
		return fmt.Errorf("read membership: %w", err)
	case m.Active:
		return nil
	case m.Ever:
		return NotMember()
	}
	return NotFound()
}

// standing is how a DID belongs to a conversation.
type Membership int

const (
	// stranger: neither of the others.
	NonMember Membership = iota
	// pendingLeaver has left; its leaf awaits the commit that removes it.
	PendingRemoval
	Member
)

// standings reads how dids belong to a conversation; strangers have no entry.
func Memberships(ctx context.Context, q *db.Queries, convoID xrpc.ConvoID, dids []string) (map[string]Membership, error) {
	rows, err := q.Standings(ctx, convoID, dids)
	if err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	out := make(map[string]Membership, len(rows))
	for _, r := range rows {
		if r.Active {
			out[r.Did] = Member
		} else if out[r.Did] == NonMember {
			out[r.Did] = PendingRemoval
		}
	}
	return out, nil
}

// device is a leaf's owner and signature key.
type Device struct{ DID, ID string }

// deletedDevices reads which of some devices their accounts have deleted.
func DeletedDevices(ctx context.Context, q *db.Queries, dids, ids []string) (map[Device]bool, error) {
	rows, err := q.DeletedDevices(ctx, Unique(dids), Unique(ids))
	if err != nil {
		return nil, fmt.Errorf("read deleted devices: %w", err)
	}
	out := make(map[Device]bool, len(rows))
	for _, d := range rows {
		out[Device{d.Did, d.DeviceID}] = true
	}
	return out, nil
}

// mayRemove tells whether a member may end the memberships of others; see the
// query for who that is.
func MayRemove(ctx context.Context, q *db.Queries, convoID xrpc.ConvoID, did string) (bool, error) {
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
func Unique(s []string) []string {
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

func SetOf(s []string) map[string]bool {
	out := make(map[string]bool, len(s))
	for _, v := range s {
		out[v] = true
	}
	return out
}
